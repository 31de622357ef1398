"""The tables, as SQLAlchemy knows them. Their history is in ``schema/versions``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite would hand back naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone was about to be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: Any) -> Table:
    # Marks name rows by id, so an id must never come back after its row is gone.
    return Table(
        name, metadata, Column("id", BigId, primary_key=True), *parts, sqlite_autoincrement=True
    )


def _ref(name: str, to: str, *, null: bool = False, gone: str = "CASCADE") -> Column[int]:
    rule = "SET NULL" if null else gone
    return Column(name, BigId, ForeignKey(f"{to}.id", ondelete=rule), nullable=null)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, default=default, server_default=default)


def _number(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, default=default, server_default=str(default))


def _time(name: str, *, null: bool = True) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=null)


# Lists and the people who run them ------------------------------------------------------------

mailing_list = _table(
    "mailing_list",
    _text("name"),
    _text("domain"),
    _text("title"),
    _text("timezone", "Europe/London"),
    _text("weekly", "mon 10:00"),
    _text("daily", "10:00"),
    _text("monthly", "first mon 10:00"),
    _number("undo_minutes", 5),
    _text("language", "en"),
    _number("ask_hours", 4),
    _text("holidays", "GB-ENG"),
    _time("paused_at"),
    _time("created_at", null=False),
    _text("colour"),
    _text("intro"),
    _text("topic_order"),
    _text("proof", "off"),
    _text("canary"),
    Column("pages", Boolean, nullable=False, default=False, server_default="0"),
    _text("languages"),
    UniqueConstraint("name", "domain"),
)

topic = _table(
    "topic",
    _ref("list_id", "mailing_list"),
    _text("key"),
    _text("name"),
    _text("words"),
    UniqueConstraint("list_id", "key"),
)

volunteer = _table(
    "volunteer",
    _ref("list_id", "mailing_list"),
    _text("role"),
    _text("address"),
    _text("address_key"),
    _text("name"),
    Column("timezone", Text),
    _time("added_at", null=False),
    _time("removed_at"),
    UniqueConstraint("list_id", "role", "address_key"),
)

shift = _table(
    "shift",
    _ref("list_id", "mailing_list"),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    _text("volunteers"),
    _number("every"),
    Index(None, "list_id", "start"),
)

absence = _table(
    "absence",
    _ref("volunteer_id", "volunteer"),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Index(None, "volunteer_id"),
)

author = _table(
    "author",
    _ref("list_id", "mailing_list"),
    _text("address"),
    _text("address_key"),
    _text("name"),
    _number("approved"),
    Column("trusted", Boolean, nullable=False, default=False, server_default="0"),
    _time("first_seen_at", null=False),
    UniqueConstraint("list_id", "address_key"),
)

# What came in -------------------------------------------------------------------------------

raw_message = _table(
    "raw_message",
    _text("sha256"),
    Column("content", LargeBinary, nullable=False),
)

letter = _table(
    "letter",
    _ref("raw_id", "raw_message"),
    _time("received_at", null=False),
    _text("peer"),
    _text("helo"),
    _text("mail_from"),
    _text("recipient"),
    _text("fingerprint"),
    _text("state", "new"),
    _text("reason"),
    _text("subject"),
    _text("sender"),
    _number("attempts"),
    _time("lease_until"),
    Index(None, "raw_id"),
    Index(None, "state", "id"),
    Index(None, "fingerprint"),
    Index(None, "sender", "received_at"),
)

# Posts -----------------------------------------------------------------------------------------

post = _table(
    "post",
    _ref("list_id", "mailing_list"),
    _ref("letter_id", "letter", null=True),
    _text("author_address"),
    _text("author_key"),
    _text("author_name"),
    _text("title"),
    _text("html"),
    _text("text"),
    _text("state", "held"),
    _number("version", 1),
    _text("proof", "none"),
    _text("topics"),
    Column("event_date", Date),
    Column("closing_date", Date),
    _time("held_at", null=False),
    _time("decided_at"),
    _ref("decided_by", "volunteer", null=True),
    _text("reason"),
    _time("approved_at"),
    _time("straight_away_at"),
    Column("message_id", Text),
    _text("notes"),
    Column("urgent", Boolean, nullable=False, default=False, server_default="0"),
    Column("corrects", BigId),
    Index(None, "list_id", "state", "approved_at"),
    Index(None, "list_id", "author_key", "held_at"),
    Index(None, "list_id", "proof", "held_at"),
    Index(None, "state", "straight_away_at"),
    Index(None, "letter_id"),
)

post_version = _table(
    "post_version",
    _ref("post_id", "post"),
    _number("version"),
    _time("until", null=False),
    _text("changed_by"),
    _text("title"),
    _text("html"),
    _text("text"),
    _text("topics"),
    Column("event_date", Date),
    Column("closing_date", Date),
    UniqueConstraint("post_id", "version"),
)

urgency = _table(
    "urgency",
    _ref("post_id", "post"),
    _ref("volunteer_id", "volunteer"),
    _time("at", null=False),
    _time("settled_at"),
    Index(None, "post_id"),
)

attachment = _table(
    "attachment",
    _ref("post_id", "post"),
    _text("filename"),
    _text("content_type"),
    Column("content_id", Text),
    Column("inline", Boolean, nullable=False, default=False, server_default="0"),
    _number("size"),
    Column("content", LargeBinary, nullable=False),
    Index(None, "post_id"),
)

# What is noticed about posts, for the moderators ----------------------------------------------

post_flag = _table(
    "post_flag",
    _ref("post_id", "post"),
    _text("kind"),
    _text("detail"),
    Index(None, "post_id"),
)

post_sketch = _table(
    "post_sketch",
    _ref("post_id", "post"),
    _ref("list_id", "mailing_list"),
    _time("held_at", null=False),
    Column("sketch", LargeBinary, nullable=False),
    UniqueConstraint("post_id"),
    Index(None, "list_id", "held_at"),
)

author_host = _table(
    "author_host",
    _ref("list_id", "mailing_list"),
    _text("author_key"),
    _text("host"),
    _time("known_since", null=False),
    UniqueConstraint("list_id", "author_key", "host"),
)

# Readers -----------------------------------------------------------------------------------------

subscriber = _table(
    "subscriber",
    _ref("list_id", "mailing_list"),
    _text("address"),
    _text("address_key"),
    _text("name"),
    _text("state", "active"),
    _text("frequency", "weekly"),
    _text("topics"),
    _text("topic_frequencies"),
    _text("format", "html"),
    _text("language", "en"),
    _text("length", "full"),
    _text("attachments", "linked"),
    Column("paused_from", Date),
    Column("paused_until", Date),
    _time("joined_at"),
    _time("left_at"),
    _time("changed_at"),
    _time("settled_until"),
    _time("owed_since"),
    _text("consent"),
    UniqueConstraint("list_id", "address_key"),
    Index(None, "list_id", "state", "id"),
)

confirmation = _table(
    "confirmation",
    _ref("list_id", "mailing_list"),
    _text("kind"),
    _text("address_key"),
    _text("payload"),
    _text("source"),
    _time("created_at", null=False),
    _time("settled_at"),
    Index(None, "list_id", "kind", "address_key", "created_at"),
    Index(None, "source", "created_at"),
)

bounce = _table(
    "bounce",
    _ref("list_id", "mailing_list"),
    _ref("subscriber_id", "subscriber", null=True),
    _ref("volunteer_id", "volunteer", null=True),
    _time("at", null=False),
    _text("kind"),
    _text("status"),
    Column("outgoing_id", BigId, nullable=False),
    UniqueConstraint("outgoing_id", "kind"),
    Index(None, "subscriber_id", "at"),
    Index(None, "volunteer_id", "at"),
)

stopped = _table(
    "stopped",
    _ref("subscriber_id", "subscriber"),
    _text("kind"),
    _time("since", null=False),
    _number("probes"),
    _time("probed_at"),
    _time("told_at"),
    UniqueConstraint("subscriber_id"),
)

forgotten = _table(
    "forgotten",
    _text("hash"),
    _time("at", null=False),
    UniqueConstraint("hash"),
)

# Editions and what leaves ------------------------------------------------------------------------

edition = _table(
    "edition",
    _ref("list_id", "mailing_list"),
    _text("frequency"),
    _text("period"),
    _time("start", null=False),
    _time("end", null=False),
    _text("state", "making"),
    Column("lead_id", BigId),
    _text("claim"),
    _time("lease_until"),
    Column("last_subscriber_id", BigId, nullable=False, default=0, server_default="0"),
    _number("readers"),
    _time("made_at", null=False),
    _time("finished_at"),
    UniqueConstraint("list_id", "frequency", "period"),
    Index(None, "state"),
)

edition_post = _table(
    "edition_post",
    _ref("edition_id", "edition"),
    _ref("post_id", "post"),
    _text("frequency"),
    UniqueConstraint("frequency", "post_id"),
    Index(None, "edition_id"),
    Index(None, "post_id"),
)

piece = _table(
    "piece",
    _ref("post_id", "post"),
    _number("version", 1),
    _text("form"),
    _text("name"),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("post_id", "version", "form", "name"),
)

frame = _table(
    "frame",
    _ref("edition_id", "edition"),
    _text("form"),
    _text("name"),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("edition_id", "form", "name"),
)

plan = _table(
    "plan",
    _ref("list_id", "mailing_list"),
    _text("frequency"),
    _text("period"),
    _time("asked_at"),
    _text("items"),
    _text("dropped"),
    _text("first"),
    _text("shortened"),
    Column("intro", Text),
    _time("held_at"),
    _ref("held_by", "volunteer", null=True),
    _time("reminded_at"),
    _time("released_at"),
    UniqueConstraint("list_id", "frequency", "period"),
)

logo = _table(
    "logo",
    _ref("list_id", "mailing_list"),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("list_id"),
)

report = _table(
    "report",
    _ref("edition_id", "edition"),
    _time("canary_at"),
    _time("written_at"),
    UniqueConstraint("edition_id"),
)

outgoing = _table(
    "outgoing",
    _ref("list_id", "mailing_list", null=True),
    _text("letter"),
    _text("recipient"),
    _text("message_id"),
    _number("lane"),
    _text("state", "waiting"),
    _time("created_at", null=False),
    _time("next_at", null=False),
    _time("sent_at"),
    _number("attempts"),
    _text("reason"),
    _text("claim"),
    _time("lease_until"),
    Column("message", LargeBinary),
    _ref("edition_id", "edition", null=True),
    _ref("subscriber_id", "subscriber", null=True),
    _ref("volunteer_id", "volunteer", null=True),
    _ref("post_id", "post", null=True),
    Column("confirmation_id", BigId),
    _text("form"),
    _text("items"),
    UniqueConstraint("edition_id", "subscriber_id"),
    Index(None, "state", "lane", "next_at", "id"),
    Index(None, "message_id"),
    Index(None, "subscriber_id", "created_at"),
    Index(None, "post_id"),
)

menu = _table(
    "menu",
    _ref("outgoing_id", "outgoing"),
    _text("choices"),
    UniqueConstraint("outgoing_id"),
)

history = _table(
    "history",
    _ref("list_id", "mailing_list", null=True),
    _time("at", null=False),
    _text("who"),
    _text("what"),
    _text("detail"),
    _ref("post_id", "post", null=True),
    _ref("subscriber_id", "subscriber", null=True),
    Index(None, "post_id"),
    Index(None, "subscriber_id"),
)

# Who is asked, and what was sent about all of it ------------------------------------------------

asking = _table(
    "asking",
    _ref("post_id", "post"),
    _ref("list_id", "mailing_list"),
    _time("since", null=False),
    _number("step"),
    _time("next_at"),
    Column("quiet", Boolean, nullable=False, default=False, server_default="0"),
    _time("put_off_until"),
    _ref("put_off_by", "volunteer", null=True),
    UniqueConstraint("post_id"),
    Index(None, "list_id", "next_at"),
)

asked = _table(
    "asked",
    _ref("post_id", "post"),
    _ref("volunteer_id", "volunteer"),
    _time("at", null=False),
    _text("gone"),
    UniqueConstraint("post_id", "volunteer_id"),
)

queue_mail = _table(
    "queue_mail",
    _ref("list_id", "mailing_list"),
    _ref("volunteer_id", "volunteer"),
    _text("kind"),
    _time("made_at", null=False),
    Column("outgoing_id", BigId),
    Index(None, "list_id", "made_at"),
    Index(None, "outgoing_id"),
)

queue_post = _table(
    "queue_post",
    _ref("queue_id", "queue_mail"),
    _ref("post_id", "post"),
    _number("number"),
    Column("flagged", Boolean, nullable=False, default=False, server_default="0"),
    UniqueConstraint("queue_id", "number"),
    Index(None, "post_id"),
)

regular = _table(
    "regular",
    _ref("list_id", "mailing_list"),
    _text("kind"),
    _text("period"),
    _time("at", null=False),
    UniqueConstraint("list_id", "kind", "period"),
)

spam_sign = _table(
    "spam_sign",
    _ref("list_id", "mailing_list"),
    _text("kind"),
    _text("sign"),
    _text("proof"),
    _ref("post_id", "post"),
    _time("at", null=False),
    UniqueConstraint("post_id", "kind", "sign"),
    Index(None, "list_id", "kind", "sign"),
)

# How the service itself is ----------------------------------------------------------------------

hold = _table(
    "hold",
    _time("since", null=False),
    _text("reason"),
    _time("ended_at"),
    Index(None, "ended_at"),
)

halt = _table(
    "halt",
    Column("lane", Integer),
    Column("edition_id", BigId),
    _time("since", null=False),
    _time("until"),
    _text("reason"),
    _time("ended_at"),
    Index(None, "ended_at"),
)

pulse = _table(
    "pulse",
    _text("part"),
    _text("host"),
    _time("started_at", null=False),
    _time("at", null=False),
    _number("connections"),
    _number("letters"),
    UniqueConstraint("part", "host"),
)
