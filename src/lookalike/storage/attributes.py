"""What people decided about attributes: it outlives every index run and every encoder."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from lookalike.domain.attributes import Decision
from lookalike.errors import NotFound
from lookalike.storage.changes import renumber
from lookalike.storage.database import Database, chunks, save
from lookalike.storage.tables import attribute_decisions


class DecisionStore:
    """Reads and writes the decisions of one collection; each write is one transaction.

    A write gives the product the next change number, so that every process sees it.  The
    decisions of a removed product wait for its return.
    """

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def decide(self, decision: Decision) -> None:
        """Store a decision in the place of an earlier one.

        Raises NotFound for a product that is not sold.
        """
        row = {
            "collection": self._collection,
            "sku": decision.sku,
            "attribute": decision.attribute,
            "value": decision.value,
            "decided_by": decision.decided_by,
            "decided_at": decision.decided_at,
        }
        with self._database.writing() as connection:
            self._renumber(connection, decision.sku)
            save(connection, attribute_decisions, rows=[row], replace=True)

    def forget(self, sku: str, attribute: str) -> bool:
        """Take a decision back; False, and nothing is written, where there was none.

        Raises NotFound for a product that is no longer sold.
        """
        table = attribute_decisions.c
        this = sa.and_(self._mine, table.sku == sku, table.attribute == attribute)
        with self._database.writing() as connection:
            forgotten = connection.execute(attribute_decisions.delete().where(this)).rowcount > 0
            if forgotten:
                self._renumber(connection, sku)
        return forgotten

    def of(self, skus: Iterable[str] | None = None) -> dict[str, tuple[Decision, ...]]:
        """sku -> its decisions by attribute; those of every product where none are named."""
        table = attribute_decisions.c
        query = sa.select(*_READ).where(self._mine).order_by(table.sku, table.attribute)
        found: dict[str, list[Decision]] = {}
        with self._database.reading() as connection:
            for one in self._queries(query, skus):
                for row in connection.execute(one):
                    found.setdefault(row[0], []).append(Decision(*row))
        return {sku: tuple(decisions) for sku, decisions in found.items()}

    def _queries(
        self, query: sa.Select[*tuple[Any, ...]], skus: Iterable[str] | None
    ) -> Iterable[sa.Select[*tuple[Any, ...]]]:
        if skus is None:
            return [query]
        named = chunks(sorted(set(skus)))
        return (query.where(attribute_decisions.c.sku.in_(chunk)) for chunk in named)

    def _renumber(self, connection: sa.Connection, sku: str) -> None:
        if not renumber(connection, self._collection, [sku], removed=False):
            raise NotFound(
                f'The collection "{self._collection}" has no product "{sku}".',
                hint="Skus are compared exactly, with upper and lower case.",
            )

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        return attribute_decisions.c.collection == self._collection


_READ = tuple(
    attribute_decisions.c[name]
    for name in ("sku", "attribute", "value", "decided_by", "decided_at")
)
