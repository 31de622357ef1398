"""the look of a list's round-ups, their proofs, and what became of them"""

import sqlalchemy as sa
from alembic import op

from storage.tables import BigId, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OF_A_LIST = {"colour": "", "intro": "", "topic_order": "", "proof": "off", "canary": ""}


def upgrade() -> None:
    with op.batch_alter_table("mailing_list") as batch:
        for name, default in _OF_A_LIST.items():
            batch.add_column(sa.Column(name, sa.Text(), server_default=default, nullable=False))
    op.create_table(
        "plan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("list_id", BigId, nullable=False),
        sa.Column("frequency", sa.Text(), server_default="", nullable=False),
        sa.Column("period", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("items", sa.Text(), server_default="", nullable=False),
        sa.Column("dropped", sa.Text(), server_default="", nullable=False),
        sa.Column("first", sa.Text(), server_default="", nullable=False),
        sa.Column("shortened", sa.Text(), server_default="", nullable=False),
        sa.Column("intro", sa.Text(), nullable=True),
        sa.Column("held_at", UtcDateTime(), nullable=True),
        sa.Column("held_by", BigId, nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_plan_list_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["held_by"],
            ["volunteer.id"],
            name=op.f("fk_plan_held_by"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint(
            "list_id", "frequency", "period", name=op.f("uq_plan_list_id_frequency_period")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "report",
        sa.Column("id", BigId, nullable=False),
        sa.Column("edition_id", BigId, nullable=False),
        sa.Column("canary_at", UtcDateTime(), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_report_edition_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_report_edition_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("report")
    op.drop_table("plan")
    with op.batch_alter_table("mailing_list") as batch:
        for name in _OF_A_LIST:
            batch.drop_column(name)
