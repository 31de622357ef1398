"""The look that mails and pages share: one palette for light, one for dark. Data only.

Deep bottle green and marigold on a cool ground; items are numbered stops on a line, as on a
postal round. Every pair used for text has a contrast of at least 4.5 to 1 (WCAG 2.2 AA).
"""

from __future__ import annotations

LIGHT = {
    "ground": "#e9efeb",
    "card": "#ffffff",
    "ink": "#17231f",
    "muted": "#4e5f57",
    "line": "#c5d3cb",
    "brand": "#0b4f42",
    "on_brand": "#ffffff",
    "quiet_on_brand": "#c9e4da",
    "link": "#0a5a4a",
    "soft": "#f0f5f2",
    "date": "#f8c24e",
    "on_date": "#17231f",
    "alarm": "#a3242a",
}

DARK = {
    "ground": "#0d1512",
    "card": "#16201c",
    "ink": "#e9f0ec",
    "muted": "#a8b9b0",
    "line": "#3a4b43",
    "brand": "#0c4a3e",
    "on_brand": "#ffffff",
    "quiet_on_brand": "#c9e4da",
    "link": "#84d6ba",
    "soft": "#1d2a25",
    "date": "#f3bd4a",
    "on_date": "#17231f",
    "alarm": "#ff9d94",
}

FONT = "'Avenir Next',Avenir,'Segoe UI','Noto Sans',Arial,sans-serif"
