"""when a pause begins: a reader tells of a holiday before it"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("paused_from", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("subscriber", "paused_from")
