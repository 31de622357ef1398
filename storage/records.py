"""The records that the stages pass around: plain frozen data, no SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Frequency = Literal["straight away", "daily", "weekly", "monthly"]
FREQUENCIES: tuple[Frequency, ...] = ("straight away", "daily", "weekly", "monthly")
"""From the fastest to the slowest."""

Format = Literal["html", "plain", "large", "print"]
FORMATS: tuple[Format, ...] = ("html", "plain", "large", "print")

Length = Literal["full", "short"]
LENGTHS: tuple[Length, ...] = ("full", "short")

Files = Literal["linked", "included"]
FILES: tuple[Files, ...] = ("linked", "included")
"""Whether a round-up names the attachments of its posts or brings them."""


# What came in ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as it stood in the SMTP dialogue, before anybody has read it."""

    raw: bytes
    mail_from: str
    """The envelope sender; "" for the null sender (RFC 5321 §4.5.5)."""
    recipients: tuple[str, ...]
    peer: str
    """IP address of the client, as the socket says."""
    helo: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one of our addresses: raw bytes, envelope, and what became of it."""

    id: int
    raw: bytes
    mail_from: str
    recipient: str
    peer: str
    helo: str
    received_at: datetime
    state: str
    """new, reading, or one of OUTCOMES."""
    reason: str = ""
    subject: str = ""
    sender: str = ""
    attempts: int = 0


OUTCOMES = ("post", "command", "verdict", "bounce", "automatic", "refused", "stuck")
"""Every letter ends as exactly one of these."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str | None
    content_type: str
    content: bytes
    content_id: str | None = None
    inline: bool = False

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Bounce:
    kind: Literal["hard", "soft", "complaint"]
    recipients: tuple[str, ...]
    status: str | None
    """Enhanced status code such as "5.1.1" (RFC 3463), or None."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading made of a letter's bytes. Always complete; ``problems`` says what was wrong."""

    subject: str = ""
    sender: Mailbox | None = None
    to: tuple[Mailbox, ...] = ()
    date: datetime | None = None
    message_id: str | None = None
    answers: tuple[str, ...] = ()
    """Message-IDs (without brackets) of In-Reply-To, then References from the newest."""
    text: str = ""
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_text: str = ""
    auto_submitted: bool = False
    passed_on: bool = False
    """A mailing list, a newsletter system or an address that nobody reads sent it: such a letter
    may be a post, but gets no answer of a program."""
    bounce: Bounce | None = None
    list_ids: tuple[str, ...] = ()
    """List-Id values without brackets, lower case: by these a loop is known."""
    senders: int = 1
    """How many addresses From names, over all From headers. Anything but one is suspect."""
    problems: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """What cleaning took away, in words for the moderator."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How sure we are that the From address is the true author's (SPF, DKIM, DMARC, ARC)."""

    dkim: str = "none"
    """pass, fail, none or temperror"""
    dkim_domain: str = ""
    """The signing domain (d=) of the best signature."""
    spf: str = "none"
    dmarc: str = "none"
    dmarc_policy: str = ""
    """none, quarantine, reject, or "" when the domain publishes nothing"""
    arc: str = "none"
    aligned: bool = False
    """True only for a DKIM pass aligned with the From domain, headers and whole body covered."""
    source: str = ""
    """"own" or the authserv-id of the trusted front server."""
    author: str = ""
    """The From address that this speaks of (lower case, A-labels); "" when From is not just one."""


# Lists and people --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailingList:
    id: int
    name: str
    """Local part of its address, at most 20 characters."""
    domain: str
    title: str
    timezone: str = "Europe/London"
    weekly: str = "mon 10:00"
    daily: str = "10:00"
    monthly: str = "first mon 10:00"
    undo_minutes: int = 5
    language: str = "en"
    ask_hours: int = 4
    """So many working hours pass before one more person is asked about a post."""
    holidays: str = "GB-ENG"
    """Whose bank holidays are no working days: a country, perhaps with a part of it; "" none."""
    paused_at: datetime | None = None
    """Since when posts only wait and no edition leaves; None while the list works."""
    colour: str = ""
    """Of the band above its round-ups: "#" and six hexadecimal digits; "" is our own."""
    intro: str = ""
    """A few words above each round-up."""
    topic_order: str = ""
    """Keys of topics in the order of the round-up, by commas; those not named come after."""
    proof: str = "off"
    """When the weekly round-up is shown to the people who run the list: "fri 12:00", "08:30" on
    its day, or "off"."""
    canary: str = ""
    """A mailbox of the operator's that gets each weekly round-up and sends it back to us."""
    pages: bool = False
    """Whether its posts and round-ups have pages, for whoever has the link."""
    languages: str = ""
    """Besides its own, in which it writes to those who asked for one: "ar,pl"."""

    @property
    def address(self) -> str:
        return f"{self.name}@{self.domain}"

    @property
    def spoken(self) -> tuple[str, ...]:
        """All languages in which it writes, its own first."""
        return tuple(dict.fromkeys(filter(None, (self.language, *self.languages.split(",")))))

    def speaks(self, language: str) -> str:
        """``language`` where it is switched on for this list, else the list's own."""
        return language if language in self.spoken else self.language

    @property
    def list_id(self) -> str:
        """RFC 2919 identifier, without brackets."""
        return f"{self.name}.{self.domain}"


@dataclass(frozen=True, slots=True)
class Topic:
    id: int
    list_id: int
    key: str
    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A moderator or an organiser of one list."""

    id: int
    list_id: int
    role: Literal["moderator", "organiser"]
    address: str
    name: str
    timezone: str | None
    added_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A time on duty: ``start`` and the days up to, not including, ``end``; list-local dates."""

    id: int
    list_id: int
    start: date
    end: date
    volunteers: tuple[int, ...]
    """Ids in the order in which they are asked: on duty, second, …"""
    every: int = 0
    """After so many days it is the next one's turn, over and over; 0 means that nothing repeats."""


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who has posted to a list."""

    id: int
    list_id: int
    address: str
    name: str
    approved: int
    """How many of their posts were approved."""
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Subscriber:
    id: int
    list_id: int
    address: str
    name: str
    state: str
    """active, left or stopped (too many bounces)"""
    frequency: Frequency
    topics: tuple[int, ...] = ()
    """Topic ids in the reader's order; empty means all topics."""
    topic_frequencies: dict[int, Frequency] = field(default_factory=dict)
    format: Format = "html"
    language: str = "en"
    paused_until: date | None = None
    """The first day on which mails come again."""
    paused_from: date | None = None
    """The first day without mail, where the pause is for later."""
    joined_at: datetime | None = None
    changed_at: datetime | None = None
    """Last change of frequency, topics or pause: from then the next edition looks back."""
    settled_until: datetime | None = None
    """Nothing approved before this moment is owed to the reader (set at joining and resuming)."""
    owed_since: datetime | None = None
    """The last edition under the wishes before a change: from there the next one looks back."""
    consent: str = ""
    length: Length = "full"
    attachments: Files = "linked"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What somebody asked for and the address itself has to say yes to."""

    id: int
    list_id: int
    kind: str
    """join, wish, leave, address or verdict"""
    address: str
    payload: dict[str, Any]
    asked_at: datetime


# What is meant for readers -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    id: int
    list_id: int
    letter_id: int | None
    author_address: str
    author_name: str
    title: str
    html: str
    """Cleaned: may stand in a public page."""
    text: str
    state: str
    """held, approved, rejected, spam, withdrawn; or archived: moved in, and in no edition"""
    held_at: datetime
    version: int = 1
    """Counts changes of what readers see; ready pieces of an older version are stale."""
    proof: str = "none"
    """proven, known or none: how the author's address was vouched for."""
    topics: tuple[int, ...] = ()
    event_date: date | None = None
    closing_date: date | None = None
    decided_at: datetime | None = None
    decided_by: int | None = None
    reason: str = ""
    approved_at: datetime | None = None
    straight_away_at: datetime | None = None
    """When straight-away readers may get it: approved_at and the undo minutes."""
    message_id: str | None = None
    notes: tuple[str, ...] = ()
    """What we noticed or took away, in words for the moderator."""
    urgent: bool = False
    """Goes straight to every reader, whatever they chose: two moderators said so."""
    corrects: int | None = None
    """The post that it puts right: it goes to those readers only who had that one."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something noticed about a post, for programs; what a moderator reads is in its notes."""

    kind: str
    """personal_data, new_host, lying_link, looks_like (detail: the other post's id), event_date
    or closing_date (an ISO date that the text seems to name), topics (names), or host."""
    detail: str = ""


NEVER_TRUSTED = ("personal_data", "new_host", "lying_link")
"""Flags of posts that a person looks at, however well the author is trusted."""


@dataclass(frozen=True, slots=True)
class Private:
    """Words in a post that may be about one private person."""

    kind: str
    """birth, phone, child …: see moderation/notices."""
    words: str
    sure: bool
    """False for what is as likely to be public: a hint for the moderator, and no flag."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What reading noticed about the words of a post, before the database was asked."""

    flags: tuple[Flag, ...] = ()
    hosts: tuple[str, ...] = ()
    """Where its links lead, in ASCII, without "www."."""
    sketch: bytes = b""
    """By which its likeness to other posts is known; "" when it has too few words."""
    private: tuple[Private, ...] = ()
    """In the order of the text."""


NOTHING_NOTICED = Noticed()


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    id: int
    post_id: int
    filename: str
    content_type: str
    size: int
    content_id: str | None = None
    inline: bool = False


# What leaves ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edition:
    """One round-up of one list for one frequency and one half-open window of approval times."""

    id: int
    list_id: int
    frequency: Frequency
    period: str
    """Unique with list and frequency: the local date of its end, or post-ID when straight away."""
    start: datetime
    end: datetime
    state: str
    """making, finished or skipped"""
    lead_id: int
    """The edition whose mail carries this one when several fall due together; else its own id."""
    readers: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What the people who run a list want of one edition: its proof, and what came of it."""

    id: int
    list_id: int
    frequency: Frequency
    period: str
    asked_at: datetime | None = None
    """When the proof was sent."""
    items: tuple[int, ...] = ()
    """The posts of the proof in the order of their numbers."""
    dropped: tuple[int, ...] = ()
    first: tuple[int, ...] = ()
    """Posts that stand above all others."""
    shortened: tuple[int, ...] = ()
    intro: str | None = None
    """None: that of the list."""
    held_at: datetime | None = None
    """Since when it waits for a word of theirs."""
    held_by: int | None = None
    reminded_at: datetime | None = None
    released_at: datetime | None = None
    """When it was let go after it had been held."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to one person, waiting to leave."""

    id: int
    list_id: int | None
    letter: str
    """Name of the template; goes out as Postround-Letter."""
    to: str
    message_id: str
    created_at: datetime
    state: str
    """waiting, sending, sent, refused, dropped or perhaps sent"""
    attempts: int = 0
    reason: str = ""
    message: bytes | None = None
    """The whole mail, or None when it is an assembly of an edition's pieces."""
    edition_id: int | None = None
    subscriber_id: int | None = None
    volunteer_id: int | None = None
    post_id: int | None = None
    confirmation_id: int | None = None
    """What a yes in reply confirms."""
    form: str = ""
    items: str = ""
    """Edition mail: headings and posts in order, "topic:post,post topic:post" (topic 0: none)."""


@dataclass(frozen=True, slots=True)
class Sent:
    reply: str = ""


@dataclass(frozen=True, slots=True)
class TryLater:
    reason: str
    connection: bool = False
    """The connection failed, not this mail alone: the next one would fare no better."""


@dataclass(frozen=True, slots=True)
class Refused:
    reason: str
    everybody: bool = False
    """It was not said about this address: the next mail may fare no better."""


Result = Sent | TryLater | Refused
"""Temporary or permanent is a type, not a message text."""
