"""what is noticed about posts: flags, sketches by which likeness is known, an author's hosts"""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _own_id(table: str) -> list[sa.schema.SchemaItem]:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    return [sa.Column("id", _ID, nullable=False), key]


def _ref(table: str, name: str, of: str) -> list[sa.schema.SchemaItem]:
    fk = op.f(f"fk_{table}_{name}")
    rule = sa.ForeignKeyConstraint([name], [f"{of}.id"], name=fk, ondelete="CASCADE")
    return [sa.Column(name, _ID, nullable=False), rule]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _time(name: str) -> sa.Column[sa.DateTime]:
    return sa.Column(name, storage.tables.UtcDateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "post_flag",
        *_own_id("post_flag"),
        *_ref("post_flag", "post_id", "post"),
        _text("kind"),
        _text("detail"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_post_flag_post_id"), "post_flag", ["post_id"])
    op.create_table(
        "post_sketch",
        *_own_id("post_sketch"),
        *_ref("post_sketch", "post_id", "post"),
        *_ref("post_sketch", "list_id", "mailing_list"),
        _time("held_at"),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("post_id", name=op.f("uq_post_sketch_post_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_post_sketch_list_id_held_at", "post_sketch", ["list_id", "held_at"])
    op.create_table(
        "author_host",
        *_own_id("author_host"),
        *_ref("author_host", "list_id", "mailing_list"),
        _text("author_key"),
        _text("host"),
        _time("known_since"),
        sa.UniqueConstraint(
            "list_id", "author_key", "host", name=op.f("uq_author_host_list_id_author_key_host")
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("author_host", "post_sketch", "post_flag"):
        op.drop_table(table)
