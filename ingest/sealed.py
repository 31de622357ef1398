"""Takes the message out of an S/MIME envelope that is only signed (RFC 8551 §3.5.2, smime.p7m).

Whether the signature is right is not asked; lists break it anyway. What is encrypted stays shut.
"""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("application/pkcs7-mime", "application/x-pkcs7-mime")

_SIGNED = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
_SEQUENCE, _OID, _OCTETS, _OCTETS_IN_PIECES, _CONTENT = 0x30, 0x06, 0x04, 0x24, 0xA0
_MOST_PIECES = 100_000


class _Broken(Exception):
    """The bytes are not what they claim to be."""


def opened(data: bytes) -> bytes | None:
    """The signed content of a CMS SignedData object (RFC 5652 §5.1), or None when it is none."""
    reader = _Reader(data)
    try:
        reader.enter(_SEQUENCE)
        if reader.value(_OID) != _SIGNED:
            return None
        reader.enter(_CONTENT)
        reader.enter(_SEQUENCE)
        reader.skip()  # version
        reader.skip()  # digest algorithms
        reader.enter(_SEQUENCE)
        reader.skip()  # type of the content
        reader.enter(_CONTENT)
        return reader.octets()
    except _Broken:
        return None


@dataclass(slots=True)
class _Reader:
    """Walks through BER (X.690), which unlike DER may leave lengths open and cut strings."""

    data: bytes
    at: int = 0
    steps: int = _MOST_PIECES

    def enter(self, tag: int) -> None:
        if self._head()[0] != tag:
            raise _Broken

    def value(self, tag: int) -> bytes:
        found, length = self._head()
        if found != tag or length is None:
            raise _Broken
        return self._take(length)

    def skip(self) -> None:
        """Past one value, with all that it holds."""
        depth = 0
        while True:
            tag, length = self._head()
            if tag == length == 0:
                depth -= 1
            elif length is None:
                depth += 1
            else:
                self._take(length)
            if depth <= 0:
                return

    def octets(self) -> bytes:
        """A string of bytes, in one piece or in many."""
        tag, length = self._head()
        if tag == _OCTETS and length is not None:
            return self._take(length)
        if tag != _OCTETS_IN_PIECES:
            raise _Broken
        end = len(self.data) if length is None else self.at + length
        pieces = []
        while self.at < end and self.data[self.at : self.at + 2] != b"\0\0":
            pieces.append(self.value(_OCTETS))
        return b"".join(pieces)

    def _head(self) -> tuple[int, int | None]:
        """The tag and length of the next value; None for a length left open."""
        self.steps -= 1
        tag, size = self._take(2)
        if self.steps <= 0 or tag & 0x1F == 0x1F:
            raise _Broken
        if size < 0x80:
            return tag, size
        if size == 0x80:
            return tag, None
        if size > 0x84:
            raise _Broken
        return tag, int.from_bytes(self._take(size & 0x7F), "big")

    def _take(self, length: int) -> bytes:
        taken = self.data[self.at : self.at + length]
        if len(taken) != length:
            raise _Broken
        self.at += length
        return taken
