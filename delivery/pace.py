"""How fast mails may leave: all together, and to any one domain. For one sender process."""

from __future__ import annotations

LARGEST = 200_000


class Pace:
    """Rates in mails a second; 0 is without limit. Times are those of the event loop."""

    def __init__(self, rate: int, rate_per_domain: int) -> None:
        self._step = 1 / rate if rate else 0.0
        self._domain_step = 1 / rate_per_domain if rate_per_domain else 0.0
        self._next = 0.0
        self._next_of: dict[str, float] = {}
        self._kept: dict[int, float] = {}

    @property
    def unlimited(self) -> bool:
        return not (self._step or self._domain_step)

    def turn(self, now: float) -> float:
        """Takes the next turn of all; how many seconds away it is."""
        at = max(self._next, now)
        self._next = at + self._step
        return at - now

    def turn_to(self, address: str, number: int, now: float) -> float:
        """The turn of mail ``number`` to the address's domain; how many seconds away it is.

        It is kept for that mail: it may come back for it.
        """
        if not self._domain_step:
            return 0.0
        at = self._kept.pop(number, None)
        if at is None:
            domain = address.rpartition("@")[2].lower()
            at = max(self._next_of.get(domain, 0.0), now)
            self._next_of[domain] = at + self._domain_step
        if at > now:
            self._kept[number] = at
        self._forget(now)
        return max(0.0, at - now)

    def _forget(self, now: float) -> None:
        """Of mails that somebody else has sent meanwhile, and of domains long quiet."""
        if len(self._kept) + len(self._next_of) > LARGEST:
            self._kept = {one: at for one, at in self._kept.items() if at > now}
            self._next_of = {one: at for one, at in self._next_of.items() if at > now}
