"""Two generations side by side: the same questions to both, before one takes over."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lookalike.domain.query import ProductAnchor, Retrieval
from lookalike.domain.results import Document
from lookalike.domain.swap import Agreement, Comparison, Times
from lookalike.errors import LookalikeError
from lookalike.features.pipeline import Extractor
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.search.anchors import start_from
from lookalike.journeys.search.find_similar import find_similar
from lookalike.sources.protocol import FetchProblem, ImageStore

LIST_LENGTH = 10
PHOTOS = 20  # looked at by both extractors; by eye: enough for a median, a few seconds at most
UNKNOWN = "unknown"
SEED = 0  # of the sample of questions: two comparisons of the same states ask the same
SHOWN_LOST = 10


def compare_views(before: CatalogView, after: CatalogView, *, skus: Sequence[str]) -> Comparison:
    """Ask both the lists of these products, which both hold, in turn.

    Time is measured, so the figures of time differ from run to run; the others do not.
    """
    overlaps, asked = [], _Asked()
    for sku in skus:
        old, spent_old = _list(before, sku)
        new, spent_new = _list(after, sku)
        asked.before_ms.append(spent_old)
        asked.after_ms.append(spent_new)
        if old:
            overlaps.append(len(set(old) & set(new)) / len(old))
        asked.attributes.append((_attributes(before, sku), _attributes(after, sku)))
    missing = [sku for sku in _skus(before) if after.index.number(sku) is None]
    return Comparison(
        questions=len(skus),
        overlap_at_10=float(np.mean(overlaps)) if overlaps else 1.0,
        products_before=len(before.index),
        products_after=len(after.index),
        lost=tuple(missing[:SHOWN_LOST]),
        attributes=_agreements(asked.attributes),
        query_before=_times(asked.before_ms),
        query_after=_times(asked.after_ms),
    )


def questions(before: CatalogView, after: CatalogView, *, count: int) -> list[str]:
    """At most `count` products that both hold, drawn without repetition; the same every time."""
    shared = [sku for sku in _skus(before) if after.index.number(sku) is not None]
    order = np.random.default_rng(SEED).permutation(len(shared))[:count]
    return [shared[place] for place in order]


def photo_times(extractor: Extractor, locations: Sequence[str], images: ImageStore) -> Times | None:
    """How long looking at these images takes, each once, after one that loads the model.

    None when none can be read or the encoder is no longer there.
    """
    spent: list[float] = []
    for place, location in enumerate([*locations[:1], *locations]):
        try:
            data = images.read(location)
            started = time.perf_counter()
            extractor.extract(data)
        except (LookalikeError, FetchProblem):
            continue
        if place:
            spent.append(1000 * (time.perf_counter() - started))
    return _times(spent) if spent else None


@dataclass
class _Asked:
    before_ms: list[float] = field(default_factory=list)
    after_ms: list[float] = field(default_factory=list)
    attributes: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=list)


def _list(view: CatalogView, sku: str) -> tuple[list[str], float]:
    """The skus of the list of a product and the milliseconds that it took."""
    started = time.perf_counter()
    question = Retrieval(ProductAnchor(sku), limit=LIST_LENGTH)
    found = find_similar(view, question, start_from(question.anchor, view, measure=_no_photo))
    return [one.sku for one in found.recommendations], 1000 * (time.perf_counter() - started)


def _no_photo(_: object) -> Any:
    raise AssertionError("the anchor is a product")


def _skus(view: CatalogView) -> list[str]:
    return view.index.skus(view.index.select(None))


def _attributes(view: CatalogView, sku: str) -> Mapping[str, Any]:
    number = view.index.number(sku)
    (text,) = view.index.documents(np.array([number]))
    shown: Document = json.loads(text)
    return {
        name: value
        for name, value in shown["visual_attributes"].items()
        if isinstance(value, str) and value != UNKNOWN
    }


def _agreements(
    pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> dict[str, Agreement]:
    names = dict.fromkeys(name for pair in pairs for side in pair for name in side)
    found = {}
    for name in sorted(names):
        both = [old[name] == new[name] for old, new in pairs if name in old and name in new]
        found[name] = Agreement(
            same=float(np.mean(both)) if both else None,
            known_before=sum(name in old for old, _ in pairs) / len(pairs),
            known_after=sum(name in new for _, new in pairs) / len(pairs),
        )
    return found


def _times(spent_ms: Sequence[float]) -> Times:
    p50, p95 = np.percentile(spent_ms, (50, 95)) if spent_ms else (0.0, 0.0)
    return Times(p50=round(float(p50), 3), p95=round(float(p95), 3))
