"""The extractors of one process: a photo is measured by the one that made the rows it meets."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from lookalike.features.pipeline import Extractor
from lookalike.journeys.catalog.catalog_view import CatalogView

SWAP = "swap"
"""The collection's setting that a swap writes: {"to", "over", "from"}, see `chosen`."""


class Extractors:
    """One extractor for each encoder named, kept while the process lives; any thread may ask.

    make     the extractor of an encoder as settings spell it
    default  the encoder of this process's settings
    """

    def __init__(self, make: Callable[[str], Extractor], *, default: str) -> None:
        self.default = default
        self._make = make
        self._made: dict[str, Extractor] = {}
        self._lock = threading.Lock()

    def named(self, encoder: str) -> Extractor:
        with self._lock:
            if encoder not in self._made:
                self._made[encoder] = self._make(encoder)
            return self._made[encoder]

    def of(self, view: CatalogView) -> Extractor:
        """The extractor whose rows the view holds, whatever encoder the settings name.

        Raises Conflict when the encoder that the view names gives other rows by now, and what
        the encoder raises when it is no longer there.
        """
        found = self.named(view.encoder or self.default)
        view.require(found.fingerprint)
        return found


def chosen(settings: Mapping[str, object], default: str) -> str:
    """The encoder of the next run of a collection: of a swap and the settings of the process,
    the one that spoke last.

    settings  of the collection
    default   the encoder that the process's settings name; once it is another than at the time
              of the swap, it spoke last.  So did an index run with another encoder.
    """
    swap = settings.get(SWAP)
    if not isinstance(swap, Mapping):
        return default
    spoken = swap["over"] == default and swap["to"] == settings.get("encoder")
    return str(swap["to"]) if spoken else default


def located(encoder: str) -> str:
    """The encoder with its file or folder, if it names one that is there, as an absolute path:
    other processes of the collection run in other folders."""
    name, colon, argument = encoder.partition(":")
    head, slash, weights = argument.partition("/")
    if colon and Path(argument).exists():
        return f"{name}:{Path(argument).absolute()}"
    if name == "open_clip" and slash and Path(weights).is_file():
        return f"{name}:{head}/{Path(weights).absolute()}"
    return encoder
