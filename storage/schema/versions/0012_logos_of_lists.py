"""logos of lists"""

import sqlalchemy as sa
from alembic import op

from storage.tables import BigId

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logo",
        sa.Column("id", BigId, nullable=False),
        sa.Column("list_id", BigId, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_logo_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logo")),
        sa.UniqueConstraint("list_id", name=op.f("uq_logo_list_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("logo")
