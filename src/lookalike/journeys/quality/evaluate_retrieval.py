"""How good the lists are: every labeled product asks for the others of its label."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.evaluation import (
    RETRIEVAL_METRICS,
    LabelColumn,
    LeftOut,
    RetrievalItem,
    RetrievalScores,
)
from lookalike.domain.progress import Report, Step, silent
from lookalike.domain.query import ProductAnchor, Retrieval
from lookalike.errors import InvalidInput
from lookalike.evaluation.identical import clusters, kin
from lookalike.evaluation.intervals import bootstrap, means
from lookalike.evaluation.labels import LabelMap, folded, spellings
from lookalike.evaluation.metrics import DEPTH, list_scores
from lookalike.features.pipeline import Extractor
from lookalike.index.exact import ExactIndex
from lookalike.index.protocol import Entry, VectorIndex
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.quality.evaluate import Labeled, drawn, labeled_products, versions
from lookalike.journeys.quality.labels import read_labels
from lookalike.journeys.search.anchors import Start
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS, plan

STAGE = "asking"
REPORT_EVERY = 50


def evaluate_retrieval(
    view: CatalogView,
    extractor: Extractor,
    asked: LabelColumn,
    *,
    weights: Mapping[str, float] | None = None,
    report: Report = silent,
) -> RetrievalScores:
    """Leave-one-out retrieval by the index, the calibration and the weights that serve.

    Candidates are the labeled products alone, so that an unlabeled one does not count as
    wrong, without those that show an identical image.  Lists are neither varied nor collapsed.
    Raises InvalidInput for an unknown channel, and where no label occurs twice.
    """
    found = read_labels(asked)
    joined = labeled_products(view, found, asked, LabelMap())
    shelf = _Shelf.of(view, joined.products)
    able = np.flatnonzero(shelf.relevant_counts > 0)
    if not len(able):
        raise InvalidInput(
            f"No label of {asked.column} is on two products with different images.",
            hint="Choose a column whose labels repeat.",
        )
    queries = able[list(drawn(len(able), asked))]
    lists = _lists(shelf, queries, view, weights, report)
    scores = list_scores(shelf.hits(queries, lists), shelf.relevant_counts[queries])
    table = np.stack([scores[name] for name in RETRIEVAL_METRICS], axis=1)
    low, high = bootstrap(
        means(table), _numbered(shelf.clusters[queries]), rng=np.random.default_rng(asked.seed)
    )
    per_label = _per_label(shelf, queries, table)
    overall = dict(zip(RETRIEVAL_METRICS, table.mean(axis=0).tolist(), strict=True))
    chosen = weights if weights is not None else DEFAULT_WEIGHTS
    return RetrievalScores(
        label=asked.column,
        **overall,
        n=len(queries),
        candidates=len(shelf.products),
        chance=float(np.mean(shelf.relevant_counts[queries] / shelf.candidate_counts[queries])),
        macro={
            name: float(np.mean([one[name] for one in per_label.values()]))
            for name in RETRIEVAL_METRICS
        },
        intervals={
            name: (float(low[number]), float(high[number]))
            for number, name in enumerate(RETRIEVAL_METRICS)
        },
        per_label=per_label,
        left_out=LeftOut(
            missing=joined.missing,
            unlabeled=joined.unlabeled,
            filtered=joined.filtered,
            alone=len(shelf.products) - len(able),
            sampled=len(able) - len(queries),
        ),
        versions=versions(view, extractor, chosen),
        problems=found.problems,
        items=_items(shelf, queries, lists, table),
    )


@dataclass(frozen=True)
class _Shelf:
    """The labeled products as candidates for one another, in the order of the file.

    index             holds these products only
    places            product number of the index -> place among `products`
    labels            (products,) a number for each label
    rows              of each product, those it asks with
    kin               of each product, those that show an identical image, itself among them
    clusters          (products,) equal for products with an identical image
    relevant_counts   (products,) with its label that are not its kin
    candidate_counts  (products,) that are not its kin
    """

    products: tuple[Labeled, ...]
    index: VectorIndex
    places: Mapping[int, int]
    labels: Integers
    names: Sequence[str]
    rows: Sequence[Floats]
    kin: Sequence[frozenset[int]]
    clusters: Integers
    relevant_counts: Integers
    candidate_counts: Integers

    @classmethod
    def of(cls, view: CatalogView, products: tuple[Labeled, ...]) -> "_Shelf":
        rows = [view.index.vectors(view.index.product_rows(one.number)) for one in products]
        index = _index_of(view, products, rows)
        keys = _image_keys(view, products, rows)
        names = spellings(one.truth for one in products)
        codes = {name: number for number, name in enumerate(names)}
        labels = np.array([codes[folded(one.truth)] for one in products], dtype=np.int64)
        same = kin(keys)
        return cls(
            products=products,
            index=index,
            places={
                number: place
                for place, one in enumerate(products)
                if (number := index.number(one.sku)) is not None
            },
            labels=labels,
            names=tuple(names.values()),
            rows=rows,
            kin=same,
            clusters=clusters(keys),
            relevant_counts=np.bincount(labels)[labels] - _alike(labels, same),
            candidate_counts=np.array([len(products) - len(own) for own in same]),
        )

    def hits(self, queries: Integers, lists: Sequence[Sequence[int]]) -> Booleans:
        """(queries, DEPTH) whether the product at each place has the query's label."""
        found = np.zeros((len(queries), DEPTH), dtype=np.bool_)
        for row, (query, places) in enumerate(zip(queries, lists, strict=True)):
            found[row, : len(places)] = self.labels[list(places)] == self.labels[query]
        return found


def _alike(labels: Integers, same: Sequence[frozenset[int]]) -> Integers:
    """(products,) how many of its kin have its label, itself among them."""
    counts: dict[int, Counter[int]] = {}
    for own in same:
        if id(own) not in counts:
            counts[id(own)] = Counter(labels[list(own)].tolist())
    return np.array(
        [counts[id(own)][label] for own, label in zip(same, labels.tolist(), strict=True)]
    )


def _index_of(
    view: CatalogView, products: Sequence[Labeled], rows: Sequence[Floats]
) -> VectorIndex:
    """The index that serves where all its products are labeled; else one of the labeled ones."""
    if len(products) == len(view.index):
        return view.index
    entries = [Entry(one.sku, own, {}, "") for one, own in zip(products, rows, strict=True)]
    return ExactIndex.build(entries, layout=view.index.layout)


def _image_keys(
    view: CatalogView, products: Sequence[Labeled], rows: Sequence[Floats]
) -> list[set[bytes | str]]:
    """The hashes of each product's images, and their rows: other files may be equal pictures."""
    texts = view.index.documents(np.array([one.number for one in products]))
    return [
        {*(row.tobytes() for row in own), *(image["hash"] for image in json.loads(text)["images"])}
        for own, text in zip(rows, texts, strict=True)
    ]


def _lists(
    shelf: _Shelf,
    queries: Integers,
    view: CatalogView,
    weights: Mapping[str, float] | None,
    report: Report,
) -> list[list[int]]:
    """Places of the best DEPTH candidates of every query, best first; ties go to the lower sku."""
    lists = []
    for done, query in enumerate(queries.tolist(), start=1):
        hidden = shelf.kin[query]
        start = Start(shelf.rows[query], view.index.layout.names, {})
        question = Retrieval(ProductAnchor(shelf.products[query].sku), weights=weights)
        hits = shelf.index.search(
            plan(question, start, view).queries, limit=DEPTH + len(hidden)
        ).products.tolist()
        places = [place for number in hits if (place := shelf.places[number]) not in hidden]
        lists.append(places[:DEPTH])
        if done % REPORT_EVERY == 0 or done == len(queries):
            report(Step(STAGE, done, len(queries)))
    return lists


def _numbered(groups: Integers) -> Integers:
    """The same groups, numbered from 0 without gaps."""
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def _per_label(shelf: _Shelf, queries: Integers, table: Doubles) -> dict[str, dict[str, float]]:
    labels = shelf.labels[queries]
    found = {}
    for label, count in sorted(Counter(labels.tolist()).items(), key=lambda one: (-one[1], one[0])):
        scores = table[labels == label].mean(axis=0).tolist()
        found[shelf.names[label]] = {
            "n": count,
            **dict(zip(RETRIEVAL_METRICS, scores, strict=True)),
        }
    return found


def _items(
    shelf: _Shelf, queries: Integers, lists: Sequence[Sequence[int]], table: Doubles
) -> tuple[RetrievalItem, ...]:
    return tuple(
        [
            RetrievalItem(
                sku=shelf.products[query].sku,
                label=shelf.products[query].label,
                scores=dict(zip(RETRIEVAL_METRICS, scores, strict=True)),
                relevant=int(shelf.relevant_counts[query]),
                nearest=tuple([shelf.products[place].sku for place in places]),
                nearest_labels=tuple([shelf.products[place].label for place in places]),
            )
            for query, places, scores in zip(queries.tolist(), lists, table.tolist(), strict=True)
        ]
    )
