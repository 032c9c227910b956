"""Which message about a product is the newest, and which change was more than price and stock."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("products", sa.Column("version", sa.BigInteger))
    op.add_column("products", sa.Column("content_change", sa.BigInteger))
