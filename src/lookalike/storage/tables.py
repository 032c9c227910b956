"""The tables.  Migrations create them; `tests/storage` checks that the two agree.

Text that is a key sorts by code point on every database, as Python sorts it.
Objects are kept as compact JSON text: the same bytes on every database, nothing normalized.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class Moment(sa.types.TypeDecorator[datetime]):
    """An instant, always UTC; SQLite forgets the zone, so it is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def to_json(values: object) -> str:
    """Compact and ASCII, so that any text in it, even half a surrogate pair, can be stored."""
    return json.dumps(values, separators=(",", ":"))


def from_json(text: str) -> dict[str, object]:
    """The object that `to_json` wrote from a mapping."""
    values: dict[str, object] = json.loads(text)
    return values


metadata = sa.MetaData()

collections = sa.Table(
    "collections",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("latest_change", sa.BigInteger, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
)

products = sa.Table(
    "products",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("sku", Key, primary_key=True),
    sa.Column("change", sa.BigInteger, nullable=False),
    sa.Column("removed", sa.Boolean, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("category", sa.Text),
    sa.Column("brand", sa.Text),
    sa.Column("price", sa.Text),  # str(Decimal): docs/decisions/0022
    sa.Column("currency", sa.Text),
    sa.Column("in_stock", sa.Boolean),
    sa.Column("variant_group", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("extra", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger),  # the least that may still change it: storage/versions.py
    sa.Column("content_change", sa.BigInteger),  # the last that was not of price and stock alone
    sa.Index("products_by_change", "collection", "change", unique=True),
)

product_images = sa.Table(
    "product_images",
    metadata,
    sa.Column("collection", Key, primary_key=True),
    sa.Column("sku", Key, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("location", Key, nullable=False),
    sa.ForeignKeyConstraint(
        ["collection", "sku"], ["products.collection", "products.sku"], ondelete="CASCADE"
    ),
    sa.Index("product_images_by_location", "collection", "location"),
)

attribute_decisions = sa.Table(
    "attribute_decisions",
    metadata,
    sa.Column("collection", Key, primary_key=True),
    sa.Column("sku", Key, primary_key=True),
    sa.Column("attribute", Key, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", Moment, nullable=False),
    sa.ForeignKeyConstraint(
        ["collection", "sku"], ["products.collection", "products.sku"], ondelete="CASCADE"
    ),
)

images = sa.Table(
    "images",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("location", Key, primary_key=True),
    sa.Column("stamp", sa.Text),
    sa.Column("hash", Key),
    sa.Column("problem", sa.Text),
    sa.Column("message", sa.Text),
    sa.Column("checked_at", Moment, nullable=False),
)

features = sa.Table(
    "features",
    metadata,
    sa.Column("hash", Key, primary_key=True),
    sa.Column("fingerprint", Key, primary_key=True),
    sa.Column("row", sa.LargeBinary, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
)

look_models = sa.Table(
    "look_models",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("arrays", sa.LargeBinary),
    sa.Column("created_at", Moment, nullable=False),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Index("jobs_by_time", "collection", "created_at"),
)

job_problems = sa.Table(
    "job_problems",
    metadata,
    sa.Column("job", Key, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer),
    sa.Column("sku", sa.Text),
    sa.Column("location", sa.Text),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("skipped", sa.Boolean, nullable=False),
)

event_logs = sa.Table(
    "event_logs",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("latest", sa.BigInteger, nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("event_id", Key, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("user_id", Key, nullable=False),
    sa.Column("sent_as", Key, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("product_id", Key),
    sa.Column("time", Moment, nullable=False),
    sa.Column("request_id", sa.Text),
    sa.Column("position", sa.Integer),
    sa.Column("price", sa.Text),  # str(Decimal): docs/decisions/0022
    sa.Column("currency", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("session_id", sa.Text),
    sa.Column("raw_name", sa.Text),
    sa.Column("signal", sa.Text),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Index("events_by_number", "collection", "number", unique=True),
    sa.Index("events_by_user", "collection", "user_id", "time", "event_id", "number"),
    sa.Index("events_by_sender", "collection", "sent_as"),
)

user_links = sa.Table(
    "user_links",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("anonymous_id", Key, primary_key=True),
    sa.Column("time", Moment, primary_key=True),
    sa.Column("user_id", Key, nullable=False),
    sa.Index("user_links_by_user", "collection", "user_id"),
)

user_controls = sa.Table(
    "user_controls",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("user_id", Key, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("time", Moment, nullable=False),
    sa.Column("taste", sa.Text),
    sa.Column("sources", sa.Text, nullable=False),
)

erased_users = sa.Table(
    "erased_users",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("pseudonym", Key, primary_key=True),
    sa.Column("erased_at", Moment, nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
)

keys = sa.Table(
    "keys",
    metadata,
    sa.Column("name", Key, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("old_digest", sa.Text),  # of the secret before the last rotation
    sa.Column("old_until", Moment),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("grants", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("revoked_at", Moment),
)

kept_answers = sa.Table(
    "kept_answers",
    metadata,
    sa.Column("caller", Key, primary_key=True),
    sa.Column("idempotency_key", Key, primary_key=True),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("headers", sa.Text),
    sa.Column("body", sa.LargeBinary),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("kept_answers_by_age", "created_at"),
)

merchant_rules = sa.Table(
    "merchant_rules",
    metadata,
    sa.Column("collection", Key, sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("name", Key, primary_key=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
)
