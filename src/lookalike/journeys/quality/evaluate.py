"""What every evaluation shares: the labeled products of a collection, and its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from lookalike.domain.evaluation import LabelColumn
from lookalike.errors import InvalidInput
from lookalike.evaluation.labels import LabelMap
from lookalike.features.pipeline import Extractor
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.quality.labels import LabelFile


@dataclass(frozen=True)
class Labeled:
    """A product of the collection with its label, and the value that the label means."""

    sku: str
    number: int
    label: str
    truth: str


@dataclass(frozen=True)
class LabeledProducts:
    """The products to measure, in the order of the file, and what was left out on the way."""

    products: tuple[Labeled, ...]
    missing: int
    unlabeled: int
    filtered: int


def labeled_products(
    view: CatalogView, found: LabelFile, asked: LabelColumn, meanings: LabelMap
) -> LabeledProducts:
    """Join labels with the products of one state of the collection.

    Raises InvalidInput when no label is left.
    """
    passing = None if asked.where is None else set(view.index.select(asked.where).tolist())
    products = []
    missing = filtered = 0
    unlabeled = found.unlabeled
    for row in found.rows:
        truth = meanings.label(row.label)
        number = view.index.number(row.sku)
        if truth is None:
            unlabeled += 1
        elif number is None:
            missing += 1
        elif passing is not None and number not in passing:
            filtered += 1
        else:
            products.append(Labeled(row.sku, number, row.label, truth))
    if not products:
        raise InvalidInput(
            f"No product is left to measure: {missing:,} of the labels' products are not in the "
            f'collection "{view.collection_id}" with an image, {unlabeled:,} have no label, '
            f"{filtered:,} do not pass the filter.",
            hint=f"Do the skus of {asked.file} look like {_example(view)}?",
        )
    return LabeledProducts(tuple(products), missing, unlabeled, filtered)


def drawn(count: int, asked: LabelColumn) -> Sequence[int]:
    """The places of the sample, ascending; all of them where none is asked for."""
    if asked.sample is None or asked.sample >= count:
        return range(count)
    rng = np.random.default_rng(asked.seed)
    chosen: list[int] = np.sort(rng.choice(count, asked.sample, replace=False)).tolist()
    return chosen


def versions(
    view: CatalogView, extractor: Extractor, weights: Mapping[str, float] | None = None
) -> dict[str, object]:
    """Everything that a figure depends on beside the labels."""
    is_same = extractor.fingerprint == view.fingerprint
    return {
        "lookalike": version("lookalike"),
        "encoder": extractor.encoder.fingerprint if is_same else "another than is now set",
        "extractor": view.fingerprint,
        "generation": view.generation,
        **({} if weights is None else {"weights": dict(weights)}),
    }


def _example(view: CatalogView) -> str:
    numbers = view.index.select(None)
    return view.index.sku(int(numbers[0])) if len(numbers) else "those of the collection"
