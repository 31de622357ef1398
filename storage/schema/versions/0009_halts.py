"""what the mail server refuses for everybody; mails found in their order without sorting"""

import sqlalchemy as sa
from alembic import op

from storage.tables import BigId, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "halt",
        sa.Column("id", BigId, nullable=False),
        sa.Column("lane", sa.Integer(), nullable=True),
        sa.Column("edition_id", BigId, nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_halt")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_halt_ended_at"), "halt", ["ended_at"])
    op.create_index(
        op.f("ix_outgoing_state_lane_next_at_id"), "outgoing", ["state", "lane", "next_at", "id"]
    )
    op.drop_index(op.f("ix_outgoing_state_lane_next_at"), "outgoing")


def downgrade() -> None:
    op.create_index(
        op.f("ix_outgoing_state_lane_next_at"), "outgoing", ["state", "lane", "next_at"]
    )
    op.drop_index(op.f("ix_outgoing_state_lane_next_at_id"), "outgoing")
    op.drop_table("halt")
