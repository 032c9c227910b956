"""What people decided about attributes of products."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "attribute_decisions",
        sa.Column("collection", KEY, primary_key=True),
        sa.Column("sku", KEY, primary_key=True),
        sa.Column("attribute", KEY, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection", "sku"], ["products.collection", "products.sku"], ondelete="CASCADE"
        ),
    )
