"""The day of Easter, which moves."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays


@cache
def easter(year: int) -> date:
    """Easter Sunday of the western churches, from the bank holidays of England."""
    found = country_holidays("GB", subdiv="ENG", years=year)
    return next(day for day, name in found.items() if name == "Easter Monday") - timedelta(days=1)
