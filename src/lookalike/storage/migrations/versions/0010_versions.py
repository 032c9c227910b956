"""Which message about a product is the newest, so that late ones change nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("products", sa.Column("version", sa.BigInteger))
