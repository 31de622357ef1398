"""who is asked and when: steps, queue mails, turns that repeat, pauses, what spam taught"""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = storage.tables.UtcDateTime(timezone=True)


def _own_id(table: str) -> list[sa.schema.SchemaItem]:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    return [sa.Column("id", _ID, nullable=False), key]


def _ref(table: str, name: str, of: str, gone: str = "CASCADE") -> list[sa.schema.SchemaItem]:
    fk = op.f(f"fk_{table}_{name}")
    rule = sa.ForeignKeyConstraint([name], [f"{of}.id"], name=fk, ondelete=gone)
    return [sa.Column(name, _ID, nullable=gone != "CASCADE"), rule]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _yes_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default="0", nullable=False)


def _time(name: str, *, null: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, _TIME, nullable=null)


def _unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=op.f("_".join(["uq", table, *names])))


def upgrade() -> None:
    op.add_column("mailing_list", _with_default("ask_hours", "4"))
    op.add_column(
        "mailing_list", sa.Column("holidays", sa.Text(), server_default="GB-ENG", nullable=False)
    )
    op.add_column("mailing_list", _time("paused_at", null=True))
    op.add_column("shift", _number("every"))
    _asking()
    _queue()
    op.create_table(
        "regular",
        *_own_id("regular"),
        *_ref("regular", "list_id", "mailing_list"),
        _text("kind"),
        _text("period"),
        _time("at"),
        _unique("regular", "list_id", "kind", "period"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "spam_sign",
        *_own_id("spam_sign"),
        *_ref("spam_sign", "list_id", "mailing_list"),
        _text("kind"),
        _text("sign"),
        _text("proof"),
        *_ref("spam_sign", "post_id", "post"),
        _time("at"),
        _unique("spam_sign", "post_id", "kind", "sign"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_spam_sign_list_id_kind_sign"), "spam_sign", ["list_id", "kind", "sign"]
    )
    # What is held already was asked about under the old ways: it goes on from its beginning.
    op.execute(
        "INSERT INTO asking (post_id, list_id, since, step, next_at) "
        "SELECT id, list_id, held_at, 1, held_at FROM post WHERE state = 'held'"
    )


def _with_default(name: str, value: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=value, nullable=False)


def _asking() -> None:
    op.create_table(
        "asking",
        *_own_id("asking"),
        *_ref("asking", "post_id", "post"),
        *_ref("asking", "list_id", "mailing_list"),
        _time("since"),
        _number("step"),
        _time("next_at", null=True),
        _yes_no("quiet"),
        _time("put_off_until", null=True),
        *_ref("asking", "put_off_by", "volunteer", "SET NULL"),
        _unique("asking", "post_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_asking_list_id_next_at"), "asking", ["list_id", "next_at"])
    op.create_table(
        "asked",
        *_own_id("asked"),
        *_ref("asked", "post_id", "post"),
        *_ref("asked", "volunteer_id", "volunteer"),
        _time("at"),
        _text("gone"),
        _unique("asked", "post_id", "volunteer_id"),
        sqlite_autoincrement=True,
    )


def _queue() -> None:
    op.create_table(
        "queue_mail",
        *_own_id("queue_mail"),
        *_ref("queue_mail", "list_id", "mailing_list"),
        *_ref("queue_mail", "volunteer_id", "volunteer"),
        _text("kind"),
        _time("made_at"),
        sa.Column("outgoing_id", _ID, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_queue_mail_list_id_made_at"), "queue_mail", ["list_id", "made_at"])
    op.create_index(op.f("ix_queue_mail_outgoing_id"), "queue_mail", ["outgoing_id"])
    op.create_table(
        "queue_post",
        *_own_id("queue_post"),
        *_ref("queue_post", "queue_id", "queue_mail"),
        *_ref("queue_post", "post_id", "post"),
        _number("number"),
        _yes_no("flagged"),
        _unique("queue_post", "queue_id", "number"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_queue_post_post_id"), "queue_post", ["post_id"])


def downgrade() -> None:
    for table in ("spam_sign", "regular", "queue_post", "queue_mail", "asked", "asking"):
        op.drop_table(table)
    op.drop_column("shift", "every")
    for column in ("paused_at", "holidays", "ask_hours"):
        op.drop_column("mailing_list", column)
