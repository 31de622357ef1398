"""One set of values for every letter and page: the cast at work in one week of November 2026."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from templates import AttachmentView, ItemView, MenuItem
from templates.views import DutyView, WaitingView

LEEDS = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LEEDS)

LETTER_VALUES: dict[str, Any] = {
    "list_title": "Leeds Migration News",
    "list_address": "news@lists.example.org",
    "join_address": "news-join@lists.example.org",
    "leave_address": "news-leave@lists.example.org",
    "owner_address": "news-owner@lists.example.org",
    "address": "carol@reader.example",
    "reply_address": "news-settings+k3yk3yk3yk3yk3yk3yk3y@lists.example.org",
    "settings_url": "https://lists.example.org/settings/k3yk3yk3yk3yk3yk3yk3y",
    "leave_url": "https://lists.example.org/leave/k3yk3yk3yk3yk3yk3yk3y",
    "confirm_url": "https://lists.example.org/confirm/k3yk3yk3yk3yk3yk3yk3y",
    "rejoin_url": "https://lists.example.org/rejoin/k3yk3yk3yk3yk3yk3yk3y",
    "frequency": "weekly",
    "topics": ("Housing", "Legal advice"),
    "all_topics": ("Housing", "Legal advice", "Health and wellbeing"),
    "format": "html",
    "length": "full",
    "files": "linked",
    "tongue": "",
    "own": (("Legal advice", "monthly"),),
    "menu": (
        MenuItem(1, "frequency", "weekly", chosen=True),
        MenuItem(2, "frequency", "daily"),
        MenuItem(3, "format", "large"),
        MenuItem(4, "length", "short"),
        MenuItem(5, "attachments", "included"),
        MenuItem(6, "pause", "4"),
        MenuItem(7, "data", ""),
        MenuItem(8, "stop", ""),
        MenuItem(9, "topics", ""),
        MenuItem(10, "topic", "3", "Housing", chosen=True),
    ),
    "removed_on": date(2026, 12, 24),
    "helper": "alice@charity.example",
    "added": "carol@reader.example",
    "stopped": (
        {
            "name": "Carol",
            "address": "carol@reader.example",
            "kind": "hard",
            "until": date(2026, 12, 24),
        },
    ),
    "taken_off": (),
    "asked_address": "carol@new.example",
    "new_address": "c…@new.example",
    "joined": datetime(2026, 9, 1, 9, 0, tzinfo=LEEDS),
    "consent": "She asked at the food bank.",
    "steps": (
        {
            "at": datetime(2026, 9, 1, 9, 0, tzinfo=LEEDS),
            "who": "reader",
            "what": "joined",
            "detail": "by reply",
        },
    ),
    "mails": 12,
    "letters": 3,
    "found": ({"number": 1, "title": "Housing rights drop-in", "day": date(2026, 11, 2)},),
    "paused_until": date(2026, 12, 14),
    "first": MONDAY,
    "changes": ("You get one mail a week.", "You get these topics: Housing, Legal advice."),
    "said": "yes",
    "author_name": "Alice",
    "author_address": "alice@housing.example",
    "sure": "proven",
    "occasion": "new",
    "suggested": ["date: 4 May 2026", "topics: Housing"],
    "corrects": "",
    "edited": True,
    "old_title": "Drop-in",
    "new_title": "Housing rights drop-in",
    "old_text": "Come to our drop-in.",
    "new_text": "Come to our drop-in on Tuesday.",
    "trusted": "alice@housing.example",
    "proven": False,
    "look": MONDAY,
    "question": "On which day is it?",
    "author": "Alice",
    "readers": 12,
    "asked_by": "Bob",
    "agreed_by": "Amina",
    "by": "Amina",
    "at": MONDAY,
    "people": ("Amina",),
    "until": date(2026, 11, 26),
    "state": "rejected",
    "is_out": True,
    "results": ({"number": 1, "title": "Drop-in", "what": "yes"},),
    "unclear": ("3 maybe",),
    "old": False,
    "restored": True,
    "let_in": False,
    "changed": True,
    "post_title": "Housing rights drop-in",
    "post_text": "Free advice about your home. Each Tuesday, 10am to 1pm.\n\n- Bring your letters",
    "post_html": "",
    "event_date": date(2026, 12, 8),
    "closing_date": "",
    "attachments": (AttachmentView("Drop-in poster.pdf", 241_233),),
    "notes": ("This is the first link to housing.example.",),
    "due": MONDAY,
    "straight_away": True,
    "undo_minutes": 5,
    "verdict": "approved",
    "decided_by": "Bob",
    "decided_at": datetime(2026, 11, 20, 9, 12, tzinfo=LEEDS),
    "undone_by": "Amina",
    "undone_at": datetime(2026, 11, 20, 9, 40, tzinfo=LEEDS),
    "had_it": 3,
    "most": 7,
    "part": 1,
    "parts": 2,
    "reason": "It is for readers in Leeds only.",
    "removed": ("We took away a picture that loads from the internet.",),
    "names": ("dates.exe",),
    "size": 31_000_000,
    "limit": 26_214_400,
    "letter_id": 17,
    "others": 2,
    "sender": "alice@housing.example",
    "subject": "Housing rights drop-in",
    "received_at": datetime(2026, 11, 20, 9, 5, tzinfo=LEEDS),
    "text": "Can you help me?\nThank you.",
    "kind": "daily",
    "count": 3,
    "loud": 2,
    "quiet": 1,
    "more": 1,
    "posts": (
        WaitingView(
            1,
            "Housing rights drop-in",
            "Alice",
            "alice@housing.example",
            datetime(2026, 11, 20, 9, 5, tzinfo=LEEDS),
            "Free advice about your home. Each Tuesday, 10am to 1pm. Bring your letters.",
            ("This is the first link to housing.example.",),
            "Bob, Amina",
            flagged=True,
        ),
        WaitingView(
            2,
            "Food bank hours",
            "alice@housing.example",
            "",
            datetime(2026, 11, 20, 11, 0, tzinfo=LEEDS),
            "The food bank is open on Friday.",
            asked="Bob",
            waits_until=date(2026, 11, 24),
        ),
    ),
    "quiet_posts": (
        WaitingView(
            3,
            "Cheap watches",
            "Mallory",
            "mallory@evil.example",
            datetime(2026, 11, 20, 12, 0, tzinfo=LEEDS),
            "Buy now.",
            flagged=True,
        ),
    ),
    "this_week": (DutyView(date(2026, 11, 23), date(2026, 11, 29), "Bob", "Amina"),),
    "next_week": (DutyView(date(2026, 11, 30), date(2026, 12, 6), "Amina", "Bob"),),
    "duties": (DutyView(date(2026, 11, 23), date(2026, 11, 29), "Bob", "Amina"),),
    "absences": (DutyView(date(2026, 12, 21), date(2027, 1, 2), "Amina"),),
    "instead": (DutyView(date(2026, 11, 23), date(2026, 11, 29), "Amina", "Dana"),),
    "alone": False,
    "passed": 2,
    "last": date(2026, 12, 2),
    "back": date(2026, 12, 3),
    "next_duty": DutyView(date(2026, 12, 7), date(2026, 12, 13), "Bob", "Amina"),
    "person": "Bob",
    "one": "Bob",
    "other": "Amina",
    "mine": DutyView(date(2026, 11, 23), date(2026, 11, 29), "Bob", "Amina"),
    "theirs": DutyView(date(2026, 11, 30), date(2026, 12, 6), "Amina", "Bob"),
    "taker": "Amina",
    "again": False,
    "by": "Amina",
    "what": "added",
    "left": 2,
    "why": "is none",
    "moderators": (("Bob", "bob@council.example"), ("", "amina@charity.example")),
    "organisers": (("Amina", "amina@charity.example"),),
    "leaves": MONDAY,
    "day": MONDAY.date(),
    "edition": "Leeds Migration News\n\n1. Housing rights drop-in\n    When: Tuesday 8 December",
    "changed_by": "Bob",
    "done": (
        {"kind": "drop", "number": 7, "title": "Housing rights drop-in"},
        {"kind": "intro", "number": 0, "title": ""},
    ),
    "intro": "See you on Tuesday.",
    "held": False,
    "past": False,
    "held_by": "Amina",
    "lapses": datetime(2026, 11, 30, 10, 0, tzinfo=LEEDS),
    "gone": False,
}
"""What each name means in a letter; a letter takes what its comment asks for."""


DROP_IN = ItemView(
    title="Housing rights drop-in",
    text="Free advice about your home.\n\n- Bring your letters\n\nhttps://housing.example/",
    organisation="Example Housing Advice",
    author_address="alice@housing.example",
    event_date=date(2026, 12, 8),
    closing_date=date(2026, 12, 4),
    time="10am to 1pm",
    where="Central Library",
    attachments=(AttachmentView("Drop-in poster.pdf", 241_233),),
)

TOPICS = (
    {"key": "housing", "name": "Housing", "chosen": True, "own": "daily"},
    {"key": "legal", "name": "Legal advice", "chosen": False, "own": ""},
)

PAGE_VALUES: dict[str, dict[str, Any]] = {
    "index": {
        "lists": (
            {
                "title": "Leeds Migration News",
                "address": "news@lists.example.org",
                "join_url": "/join/news",
            },
        )
    },
    "join": {
        "join_address": "news-join@lists.example.org",
        "topics": TOPICS,
        "answers": {"address": "carol@reader", "name": "Carol", "frequency": "weekly"},
        "errors": (("address", "Type your whole email address."),),
    },
    "join_sent": {},
    "confirm": {"what": "join", "changes": ("You get one mail a week.",)},
    "confirm_done": {"what": "join", "first": MONDAY, "settings_url": "/settings/k3y"},
    "settings": {
        "frequency": "weekly",
        "topics": TOPICS,
        "format": "html",
        "length": "full",
        "files": "linked",
        "tongue": "en",
        "tongues": ("en", "ar"),
        "paused_until": date(2026, 12, 14),
        "stopped": True,
        "new_address": "",
        "asked": False,
        "save_url": "/settings/k3y",
        "address_url": "/settings/k3y/address",
        "data_url": "/settings/k3y/copy.json",
        "text_url": "/settings/k3y/copy.txt",
        "leave_url": "/leave/k3y",
        "saved": True,
        "changes": ("You get one mail a week.",),
    },
    "leave": {},
    "leave_done": {"rejoin_url": "/rejoin/k3y", "settings_url": ""},
    "expired": {"help_address": "news-help@lists.example.org"},
    "not_found": {},
    "error": {},
}
"""What each page takes beside list_title and address."""


def page_values(name: str) -> dict[str, Any]:
    shared = {"list_title": "Leeds Migration News", "address": "carol@reader.example"}
    return shared | PAGE_VALUES[name]


def values_of(letter: str) -> dict[str, Any]:
    """Values for a letter. "said" is a word of a moderator, or the line that we did not read."""
    unclear: dict[str, Any] = {"said": "Hmm, not sure"} if letter.endswith("_unclear") else {}
    if letter == "rota_away":
        unclear = {"first": date(2026, 11, 23)}
    return LETTER_VALUES | unclear
