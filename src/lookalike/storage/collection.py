"""One collection: its stores, its settings and the right to index it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from lookalike.storage.attributes import DecisionStore
from lookalike.storage.database import Database
from lookalike.storage.events import EventStore
from lookalike.storage.features import FeatureStore, IndexedProduct
from lookalike.storage.images import ImageStore
from lookalike.storage.jobs import JobStore
from lookalike.storage.look_models import LookModelStore
from lookalike.storage.popularity import PopularityStore
from lookalike.storage.presence import Presence
from lookalike.storage.products import ProductStore
from lookalike.storage.rules import RuleStore
from lookalike.storage.tables import collections, from_json, to_json
from lookalike.storage.users import UserStore
from lookalike.storage.writer import writer_lock


class Collection:
    """A handle on one merchant's products, images, events and jobs; nothing crosses collections."""

    def __init__(self, name: str, *, folder: Path, database: Database, presence: Presence) -> None:
        self.id = name
        self.folder = folder
        self.products = ProductStore(database, name)
        self.images = ImageStore(database, name)
        self.decisions = DecisionStore(database, name)
        self.look_models = LookModelStore(database, name)
        self.rules = RuleStore(database, name)
        self.events = EventStore(database, name)
        self.users = UserStore(database, name)
        self.popularity = PopularityStore(database, name)
        self.jobs = JobStore(database, name, presence=presence)
        self._features = FeatureStore(database)
        self._database = database

    def catalog(
        self, fingerprint: str, *, skus: Iterable[str] | None = None
    ) -> Iterator[IndexedProduct]:
        """`FeatureStore.catalog` of this collection."""
        return self._features.catalog(self.id, fingerprint, skus=skus)

    @contextmanager
    def writer(self, timeout_s: float = 0) -> Iterator[None]:
        """The right to index, for one at a time, in this or any other process.

        Raises Conflict when another has it after `timeout_s`.  If the process is killed the
        operating system gives the right back.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with writer_lock(self.folder.with_name(f"{self.id}.writer"), timeout_s=timeout_s):
            self.folder.mkdir(exist_ok=True)
            yield

    def settings(self) -> dict[str, object]:
        """What the last index run was made with: source, encoder, fingerprint, ..."""
        with self._database.reading() as connection:
            return from_json(connection.execute(self._settings()).scalar_one())

    def update_settings(self, values: Mapping[str, object]) -> None:
        """Set these JSON values and keep the others."""
        with self._database.writing() as connection:
            old = from_json(connection.execute(self._settings().with_for_update()).scalar_one())
            connection.execute(
                collections.update()
                .where(collections.c.id == self.id)
                .values(settings=to_json({**old, **values}))
            )

    def _settings(self) -> sa.Select[str]:
        return sa.select(collections.c.settings).where(collections.c.id == self.id)
