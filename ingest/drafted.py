"""What reading made of a letter that may become a post. Plain data: who passes it on need not load
what reads and cleans."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records import NOTHING_NOTICED, Attachment, Noticed

KINDS_THAT_WORK = (
    "PDF, Word, Excel, PowerPoint and OpenDocument files without macros, pictures (JPEG, PNG,"
    " GIF, WebP), plain text, CSV and calendar (.ics) files work."
)


@dataclass(frozen=True, slots=True)
class RefusedAttachment:
    filename: str
    reason: str
    """The end of the sentence "We could not pass on FILENAME: …", to be followed by
    KINDS_THAT_WORK; with ``quiet`` a whole sentence."""
    quiet: bool = False
    """Nobody attached it knowingly (signatures, visiting cards): its author need not be told."""

    @property
    def sentence(self) -> str:
        if self.quiet:
            return self.reason
        name = f"“{self.filename}”" if self.filename else "An attachment without a name"
        return f"{name} was left out: {self.reason}."


@dataclass(frozen=True, slots=True)
class Draft:
    title: str
    """At most 150 characters, without the topics named in the subject."""
    html: str
    """Fit for a public page; pictures as cid:picture-1 …, found among the attachments."""
    text: str
    attachments: tuple[Attachment, ...] = ()
    """Cleaned. Those shown in the HTML are inline and have its content_id."""
    refused: tuple[RefusedAttachment, ...] = ()
    """What the author attached and readers will not get."""
    notes: tuple[str, ...] = ()
    """Sentences for the moderator: what was taken away or looked odd."""
    topics: tuple[str, ...] = ()
    """Words in square brackets at the ends of the subject, lower case; perhaps no topics."""
    whole_title: str = ""
    """The title with those brackets, for when they are not topics of the list."""
    empty: bool = False
    """There is nothing to read: no words but perhaps pictures or documents."""
    only_pictures: bool = False
    """Empty, but for pictures without a description."""
    noticed: Noticed = NOTHING_NOTICED
    """In its words and links."""

    @property
    def for_author(self) -> tuple[str, ...]:
        """Sentences for the author's receipt: what readers will not get, why, and what works."""
        sentences = tuple(file.sentence for file in self.refused)
        return (*sentences, KINDS_THAT_WORK) if sentences else ()
