"""The event log, the links between ids of a user, their controls and what was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_log()
    _create_users()
    op.create_table(
        "keys",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
    )


def _collection() -> sa.Column[str]:
    return sa.Column("collection", KEY, sa.ForeignKey("collections.id"), primary_key=True)


def _create_log() -> None:
    op.create_table("event_logs", _collection(), sa.Column("latest", sa.BigInteger, nullable=False))
    op.create_table(
        "events",
        _collection(),
        sa.Column("event_id", KEY, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("sent_as", KEY, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("product_id", KEY),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("request_id", sa.Text),
        sa.Column("position", sa.Integer),
        sa.Column("price", sa.Text),
        sa.Column("currency", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("session_id", sa.Text),
        sa.Column("raw_name", sa.Text),
        sa.Column("signal", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("events_by_number", "events", ["collection", "number"], unique=True)
    op.create_index(
        "events_by_user", "events", ["collection", "user_id", "time", "event_id", "number"]
    )
    op.create_index("events_by_sender", "events", ["collection", "sent_as"])


def _create_users() -> None:
    op.create_table(
        "user_links",
        _collection(),
        sa.Column("anonymous_id", KEY, primary_key=True),
        sa.Column("time", MOMENT, primary_key=True),
        sa.Column("user_id", KEY, nullable=False),
    )
    op.create_index("user_links_by_user", "user_links", ["collection", "user_id"])
    op.create_table(
        "user_controls",
        _collection(),
        sa.Column("user_id", KEY, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("taste", sa.Text),
        sa.Column("sources", sa.Text, nullable=False),
    )
    op.create_table(
        "erased_users",
        _collection(),
        sa.Column("pseudonym", KEY, primary_key=True),
        sa.Column("erased_at", MOMENT, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
    )
