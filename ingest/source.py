"""The bytes of one part's body as they came in, transfer encoding and all.

For a message in a message, which the parser has taken apart, they are put together again.
"""

from __future__ import annotations

from email.message import Message


def source(part: Message) -> bytes:
    """Raw body of ``part``: of a leaf its exact bytes, of a message in it the whole message."""
    payload = _payload(part)
    if isinstance(payload, str):
        return _bytes(payload)
    eol = _line_end(part)
    if part.get_content_maintype() == "multipart":
        return _multipart(part, payload, eol)
    return eol.join(_whole(child, eol) for child in payload)


def _payload(part: Message) -> str | list[Message]:
    """get_payload() would run the codec that the sender names over the bytes, punycode included."""
    payload = vars(part).get("_payload")
    if isinstance(payload, list):
        return [child for child in payload if isinstance(child, Message)]
    return payload if isinstance(payload, str) else ""


def _whole(message: Message, eol: bytes) -> bytes:
    head = b"".join(_bytes(f"{name}: {value}") + eol for name, value in message.raw_items())
    return head + eol + source(message)


def _multipart(part: Message, children: list[Message], eol: bytes) -> bytes:
    boundary = b"--" + _bytes(part.get_boundary() or "")
    out = [_bytes(part.preamble) + eol] if part.preamble else []
    out += [boundary + eol + _whole(child, eol) + eol for child in children]
    out.append(boundary + b"--" + eol)
    if part.epilogue:
        out.append(_bytes(part.epilogue))
    return b"".join(out)


def _line_end(part: Message) -> bytes:
    """CRLF where the first text below has it."""
    payload = _payload(part)
    while isinstance(payload, list) and payload:
        payload = _payload(payload[0])
    return b"\r\n" if isinstance(payload, str) and "\r\n" in payload[:20000] else b"\n"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
