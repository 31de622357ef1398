"""the languages besides its own in which a list writes"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "mailing_list", sa.Column("languages", sa.Text(), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("mailing_list", "languages")
