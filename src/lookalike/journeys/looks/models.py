"""What was learned from looks, packed for the database and kept current for questions."""

import io
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from lookalike.domain.arrays import Integers
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.ranking.pair_maps import PairMaps, arrays_of, maps_from
from lookalike.storage.collection import Collection

CHECK_EVERY_S = 0.25  # what another process learned is used well within a second


@dataclass(frozen=True)
class LookModel:
    """The learned part that is in use.

    maps         the pair maps
    popularity   (members,) in how many looks each member of the maps is
    digests      (looks,) of every look learned from, ascending
    fingerprint  of the extractor whose rows the maps were fitted on
    """

    version: int
    maps: PairMaps
    popularity: Integers
    digests: Integers
    fingerprint: str


def pack(maps: PairMaps, *, popularity: Integers, digests: Integers) -> bytes:
    """One compressed archive of arrays; it holds no code, and reading it runs none."""
    held = io.BytesIO()
    arrays: dict[str, Any] = {**arrays_of(maps), "popularity": popularity, "digests": digests}
    np.savez_compressed(held, **arrays)  # Any: its stub takes the names for its own options
    return held.getvalue()


def unpack(content: bytes, *, version: int, fingerprint: str) -> LookModel:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    return LookModel(
        version, maps_from(arrays), arrays["popularity"], arrays["digests"], fingerprint
    )


def digest(skus: Sequence[str]) -> int:
    """Of a look, whatever the order of its pieces; equal looks have equal digests."""
    return crc32("\n".join(sorted(skus)).encode())


class LookModels:
    """Keeps the learned part of one collection current; safe to share between threads."""

    def __init__(
        self, collection: Collection, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._collection = collection
        self._clock = clock
        self._lock = threading.Lock()
        self._version = -1
        self._model: LookModel | None = None
        self._next_check = float("-inf")

    def of(self, view: CatalogView) -> tuple[LookModel | None, tuple[str, ...]]:
        """The learned part for the rows of a view, and what is to be said about it.

        Maps of another extractor's rows are not used: the answer says so.
        """
        model = self.newest()
        if model is not None and model.fingerprint != view.fingerprint:
            note = (
                f"What was learned from looks (version {model.version}) is of another encoder and"
                " was not used; run `lookalike looks learn` again."
            )
            return None, (note,)
        return model, ()

    def newest(self, *, now: bool = False) -> LookModel | None:
        """What is in use, looked up at most every CHECK_EVERY_S, or at once with `now`."""
        if now or self._clock() >= self._next_check:
            with self._lock:
                version = self._collection.look_models.version()
                if version != self._version:
                    stored = self._collection.look_models.newest()
                    self._model = None
                    if stored is not None and stored.arrays is not None:
                        self._model = unpack(
                            stored.arrays, version=stored.version, fingerprint=stored.fingerprint
                        )
                    self._version = version
                self._next_check = self._clock() + CHECK_EVERY_S
        return self._model
