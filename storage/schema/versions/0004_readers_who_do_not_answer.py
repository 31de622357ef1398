"""bounces and who was stopped for them, who is forgotten, choices by number, length and files"""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _own_id(table: str) -> list[sa.schema.SchemaItem]:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    return [sa.Column("id", _ID, nullable=False), key]


def _ref(table: str, name: str, of: str, *, null: bool = False) -> list[sa.schema.SchemaItem]:
    fk = op.f(f"fk_{table}_{name}")
    gone = "SET NULL" if null else "CASCADE"
    rule = sa.ForeignKeyConstraint([name], [f"{of}.id"], name=fk, ondelete=gone)
    return [sa.Column(name, _ID, nullable=null), rule]


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _time(name: str, *, null: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, storage.tables.UtcDateTime(timezone=True), nullable=null)


def _unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=op.f(f"uq_{table}_{'_'.join(names)}"))


def upgrade() -> None:
    op.add_column("subscriber", _text("length", "full"))
    op.add_column("subscriber", _text("attachments", "linked"))
    op.create_table(
        "bounce",
        *_own_id("bounce"),
        *_ref("bounce", "list_id", "mailing_list"),
        *_ref("bounce", "subscriber_id", "subscriber", null=True),
        *_ref("bounce", "volunteer_id", "volunteer", null=True),
        _time("at"),
        _text("kind"),
        _text("status"),
        sa.Column("outgoing_id", _ID, nullable=False),
        _unique("bounce", "outgoing_id", "kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bounce_subscriber_id_at", "bounce", ["subscriber_id", "at"])
    op.create_index("ix_bounce_volunteer_id_at", "bounce", ["volunteer_id", "at"])
    op.create_table(
        "stopped",
        *_own_id("stopped"),
        *_ref("stopped", "subscriber_id", "subscriber"),
        _text("kind"),
        _time("since"),
        sa.Column("probes", sa.Integer(), server_default="0", nullable=False),
        _time("probed_at", null=True),
        _time("told_at", null=True),
        _unique("stopped", "subscriber_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "forgotten",
        *_own_id("forgotten"),
        _text("hash"),
        _time("at"),
        _unique("forgotten", "hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "menu",
        *_own_id("menu"),
        *_ref("menu", "outgoing_id", "outgoing"),
        _text("choices"),
        _unique("menu", "outgoing_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("menu", "forgotten", "stopped", "bounce"):
        op.drop_table(table)
    op.drop_column("subscriber", "attachments")
    op.drop_column("subscriber", "length")
