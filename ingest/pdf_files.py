"""Takes out of a PDF what names its author or acts by itself, and leaves the pages alone.
Names of objects are those of ISO 32000-2."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from ingest.refusals import Refusal
from ingest.segments import without_jpeg_segments

MOST_OBJECTS = 100_000
_DEEPEST = 30

_TELLING = frozenset({"/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/SpiderInfo"})
_ACTING = frozenset({"/OpenAction", "/XFA", "/EmbeddedFiles", "/JavaScript", "/EF", "/RF"})
_ACTIONS = frozenset(
    """
        /JavaScript /Launch /SubmitForm /ImportData /GoToR /GoToE /Rendition /Movie /Sound
        /RichMediaExecute /GoTo3DView
    """.split()  # noqa: SIM905 - a list of quoted names is harder to read
)
_PLAYING = frozenset({"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
_LINK = re.compile(rb"\s*(?:(?:https?|mailto|tel):|www\.)", re.IGNORECASE)
_HIDDEN = 2
_HIDES_IN_DAMAGED = re.compile(
    rb"/(?:JavaScript|JS|Launch|OpenAction|AA|EmbeddedFile|ObjStm|XRef|Encrypt|Info|Author|XFA"
    rb"|Metadata|RichMedia|SubmitForm|URI|DCTDecode)|/[A-Za-z]*#[0-9A-Fa-f]{2}|<x:xmpmeta"
)


def is_pdf(content: bytes) -> bool:
    """True when the content begins as readers of PDF expect, in its first kilobyte."""
    return b"%PDF-" in content[:1024]


def clean_pdf(content: bytes) -> tuple[bytes, bool]:
    """The PDF without author, history, scripts, actions and files inside it, and whether it could
    be opened. Raises Refusal when it needs a password, or is damaged in such a way that nobody
    can say what is in it."""
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            return _scrubbed(pdf), True
    except pikepdf.PasswordError:
        raise Refusal("it needs a password, so most readers could not open it") from None
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - whatever is wrong with the file, the post must go on
        return _damaged(content), False


def _damaged(content: bytes) -> bytes:
    # It passes only if its bytes plainly show that nothing in it names anybody or acts by itself.
    if _HIDES_IN_DAMAGED.search(content):
        raise Refusal("it is damaged; please save it as a PDF again")
    return content


def _scrubbed(pdf: Pdf) -> bytes:
    if len(pdf.objects) > MOST_OBJECTS:
        raise Refusal("it is too complicated to check; please print it to a new PDF")
    for name in ("/Info", "/ID"):
        if name in pdf.trailer:
            del pdf.trailer[name]
    for thing in pdf.objects:
        _scrub(thing, 0)
        if isinstance(thing, Stream) and thing.get("/Filter") == Name.DCTDecode:
            _scrub_photo(thing)
    out = BytesIO()
    pdf.save(out, fix_metadata_version=False, encryption=False, deterministic_id=True)
    return out.getvalue()


def _scrub(thing: Any, depth: int) -> None:
    """Everything below one object, up to the next one that `pdf.objects` brings anyway."""
    if depth > _DEEPEST:
        raise Refusal("it is too complicated to check; please print it to a new PDF")
    if isinstance(thing, (Dictionary, Stream)):
        _scrub_entries(thing)
        inner = [value for _, value in thing.items()]
    elif isinstance(thing, Array):
        inner = list(thing)
    else:
        return
    for value in inner:
        if isinstance(value, (Dictionary, Array)) and not value.is_indirect:
            _scrub(value, depth + 1)


def _scrub_entries(thing: Any) -> None:
    keys = set(thing.keys())
    if "/S" in keys and _acts(thing):
        gone = keys
    else:
        gone = keys & (_TELLING | _ACTING)
        if "/AA" in keys and _has_triggers(thing["/AA"]):
            gone.add("/AA")
        if "/AF" in keys and isinstance(thing["/AF"], Array):
            gone.add("/AF")
        if "/Rect" in keys and "/Subtype" in keys:
            gone |= _scrub_annotation(thing, keys)
    for key in gone:
        del thing[key]


def _acts(action: Any) -> bool:
    kind = action["/S"]
    if kind == Name.URI:
        return not _LINK.match(bytes(action.get("/URI", b"")))
    return isinstance(kind, Name) and str(kind) in _ACTIONS


def _has_triggers(value: Any) -> bool:
    # A page may also call a font "AA"; a font has no dictionaries under names of events.
    return isinstance(value, Dictionary) and any(
        isinstance(action, Dictionary) and "/S" in action for _, action in value.items()
    )


def _scrub_annotation(annotation: Any, keys: set[str]) -> set[str]:
    kind = str(annotation["/Subtype"])
    if kind in _PLAYING:
        annotation["/F"] = _HIDDEN
        return keys & {
            "/FS",
            "/A",
            "/T",
            "/RichMediaContent",
            "/Sound",
            "/Movie",
            "/3DD",
            "/Contents",
        }
    # The title of a comment is the name of the person who wrote it; of a field, its own name.
    return keys & {"/T", "/CreationDate", "/M"} if kind != "/Widget" else set()


def _scrub_photo(photo: Stream) -> None:
    content = photo.read_raw_bytes()
    scrubbed = without_jpeg_segments(content)
    if scrubbed != content:
        parameters: Any = photo.get("/DecodeParms")
        photo.write(scrubbed, filter=Name.DCTDecode, decode_parms=parameters)
