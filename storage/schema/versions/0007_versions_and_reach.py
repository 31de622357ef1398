"""earlier versions of posts, urgent posts and corrections"""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = storage.tables.UtcDateTime(timezone=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _ref(table: str, name: str, of: str, gone: str = "CASCADE") -> list[sa.schema.SchemaItem]:
    fk = op.f(f"fk_{table}_{name}")
    rule = sa.ForeignKeyConstraint([name], [f"{of}.id"], name=fk, ondelete=gone)
    return [sa.Column(name, _ID, nullable=gone != "CASCADE"), rule]


def upgrade() -> None:
    op.add_column("post", sa.Column("urgent", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("post", sa.Column("corrects", _ID, nullable=True))
    op.create_table(
        "post_version",
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_version")),
        *_ref("post_version", "post_id", "post"),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("until", _TIME, nullable=False),
        _text("changed_by"),
        _text("title"),
        _text("html"),
        _text("text"),
        _text("topics"),
        sa.Column("event_date", sa.Date(), nullable=True),
        sa.Column("closing_date", sa.Date(), nullable=True),
        sa.UniqueConstraint("post_id", "version", name=op.f("uq_post_version_post_id_version")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "urgency",
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urgency")),
        *_ref("urgency", "post_id", "post"),
        *_ref("urgency", "volunteer_id", "volunteer"),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_urgency_post_id"), "urgency", ["post_id"])


def downgrade() -> None:
    op.drop_table("urgency")
    op.drop_table("post_version")
    op.drop_column("post", "corrects")
    op.drop_column("post", "urgent")
