"""Merchant rules as they are kept: one JSON text each, by name."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa

from lookalike.domain.rules import MerchantRule, rule_json
from lookalike.storage.database import Database
from lookalike.storage.tables import merchant_rules


class RuleStore:
    """The rules of one collection."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def texts(self) -> dict[str, str]:
        """Name -> JSON text, by name."""
        table = merchant_rules.c
        query = sa.select(table.name, table.rule).where(self._mine).order_by(table.name)
        with self._database.reading() as connection:
            return {row.name: row.rule for row in connection.execute(query)}

    def put(self, rule: MerchantRule) -> bool:
        """Add or replace; True where there was none of that name."""
        table = merchant_rules.c
        said = {"rule": json.dumps(rule_json(rule), ensure_ascii=False), "changed_at": _now()}
        with self._database.writing() as connection:
            this = self._mine & (table.name == rule.name)
            done = connection.execute(merchant_rules.update().where(this).values(said))
            if done.rowcount:
                return False
            key = {"collection": self._collection, "name": rule.name}
            connection.execute(merchant_rules.insert().values({**key, **said}))
        return True

    def delete(self, name: str) -> bool:
        """False where there was none."""
        this = self._mine & (merchant_rules.c.name == name)
        with self._database.writing() as connection:
            return bool(connection.execute(merchant_rules.delete().where(this)).rowcount)

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        return merchant_rules.c.collection == self._collection


def _now() -> datetime:
    return datetime.now(UTC)
