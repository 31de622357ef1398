"""posts of an author: counted by index, so that a flood does not get slower as it goes on"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("author_key", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE post SET author_key = lower(author_address)")
    op.drop_index("ix_post_list_id_held_at", "post")
    op.create_index(
        "ix_post_list_id_author_key_held_at", "post", ["list_id", "author_key", "held_at"]
    )
    op.create_index("ix_post_list_id_proof_held_at", "post", ["list_id", "proof", "held_at"])


def downgrade() -> None:
    op.drop_index("ix_post_list_id_proof_held_at", "post")
    op.drop_index("ix_post_list_id_author_key_held_at", "post")
    op.create_index("ix_post_list_id_held_at", "post", ["list_id", "held_at"])
    op.drop_column("post", "author_key")
