"""what hangs on what goes: found at once when a letter or a post is deleted"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEXES = {"letter": "raw_id", "post": "letter_id", "edition_post": "post_id"}


def upgrade() -> None:
    for table, column in INDEXES.items():
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in INDEXES.items():
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
