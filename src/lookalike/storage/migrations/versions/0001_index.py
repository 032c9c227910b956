"""The tables of the index journey: collections, products, images, features, jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "collections",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("latest_change", sa.BigInteger, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
    )
    _create_products()
    _create_images()
    _create_jobs()


def _create_products() -> None:
    op.create_table(
        "products",
        sa.Column("collection", KEY, sa.ForeignKey("collections.id"), primary_key=True),
        sa.Column("sku", KEY, primary_key=True),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("brand", sa.Text),
        sa.Column("price", sa.Text),
        sa.Column("currency", sa.Text),
        sa.Column("in_stock", sa.Boolean),
        sa.Column("variant_group", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("extra", sa.Text, nullable=False),
    )
    op.create_index("products_by_change", "products", ["collection", "change"], unique=True)
    op.create_table(
        "product_images",
        sa.Column("collection", KEY, primary_key=True),
        sa.Column("sku", KEY, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("location", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["collection", "sku"], ["products.collection", "products.sku"], ondelete="CASCADE"
        ),
    )
    op.create_index("product_images_by_location", "product_images", ["collection", "location"])


def _create_images() -> None:
    op.create_table(
        "images",
        sa.Column("collection", KEY, sa.ForeignKey("collections.id"), primary_key=True),
        sa.Column("location", KEY, primary_key=True),
        sa.Column("stamp", sa.Text),
        sa.Column("hash", KEY),
        sa.Column("problem", sa.Text),
        sa.Column("message", sa.Text),
        sa.Column("checked_at", MOMENT, nullable=False),
    )
    op.create_table(
        "features",
        sa.Column("hash", KEY, primary_key=True),
        sa.Column("fingerprint", KEY, primary_key=True),
        sa.Column("row", sa.LargeBinary, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("collection", KEY, sa.ForeignKey("collections.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
    )
    op.create_index("jobs_by_time", "jobs", ["collection", "created_at"])
    op.create_table(
        "job_problems",
        sa.Column("job", KEY, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("line", sa.Integer),
        sa.Column("sku", sa.Text),
        sa.Column("location", sa.Text),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("skipped", sa.Boolean, nullable=False),
    )
