"""The one way in which a file says that it cannot be passed on. Not for whole letters."""

from __future__ import annotations


class Refusal(Exception):
    """A file cannot go to readers. The text is the reason as its sender will read it, the end of
    the sentence "We could not pass on plan.doc: …"."""

    @property
    def reason(self) -> str:
        return str(self.args[0])
