"""Suggestions of what may be one design in other colors, from photos and names."""

import hashlib
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Booleans, Floats, Integers
from lookalike.domain.name_stem import same_design
from lookalike.domain.progress import Report, Step
from lookalike.features.edges import EDGES_SIZE, edges
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.ranking.variant_pairs import mutual_best
from lookalike.sources.protocol import FetchProblem

STAGE = "comparing designs"
LOOK, COLOR, EDGES = 1.0, -0.28, 1.09
"""Weights of the similarities: a logistic regression on the even designs of a fashion retailer's
9,222 packshots (measured once, no script yet).  A color shared speaks against another color."""
LEAST, LEAD = 1.57, 0.08
"""What a pair must score, and by how much it must lead: from the even designs, for precision .8.
In the whole catalog .79 of the 283 pairs of odd designs were one design, .15 of all such pairs."""


@dataclass(frozen=True)
class Candidates:
    """Products that may be colors of one another, with what the merchant says of them.

    products  (count,) numbers of the view
    hashes    of their first photos
    names     "" where there is none
    explicit  (count,) whether the merchant gave a variant group
    """

    products: Integers
    hashes: tuple[str, ...]
    names: tuple[str, ...]
    explicit: Booleans

    def some(self, places: Integers) -> "Candidates":
        return Candidates(
            self.products[places],
            tuple([self.hashes[place] for place in places.tolist()]),
            tuple([self.names[place] for place in places.tolist()]),
            self.explicit[places],
        )


def colorways(
    view: CatalogView, tools: Tools, candidates: Candidates, *, report: Report
) -> list[Integers]:
    """Pairs of places among the candidates, first place first.

    Only products of one category, or of one product type where they have none, are compared;
    never two that both have an explicit group.  A photo that cannot be read has no lines, so
    its product is in no pair.  Memory grows with the largest category: 8 kB a product.
    """
    pairs: list[Integers] = []
    done, total = 0, len(candidates.products)
    for places in _kinds(view, candidates.products):
        if len(places) > 1:
            pairs += [places[pair] for pair in _pairs(view, tools, candidates.some(places))]
        done += len(places)
        report(Step(STAGE, done, total))
    return sorted(pairs, key=lambda pair: int(pair[0]))


def _kinds(view: CatalogView, products: Integers) -> list[Integers]:
    category = view.index.codes("category", products)
    by_type = -2 - view.index.codes("product_type", products)  # below every category
    kind = np.where(category >= 0, category, by_type)
    order = np.argsort(kind, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(kind[order])) + 1)


def _pairs(view: CatalogView, tools: Tools, candidates: Candidates) -> list[Integers]:
    layout = view.index.layout
    rows = view.index.first_rows(candidates.products)
    lines = np.stack([_lines(tools, content_hash) for content_hash in candidates.hashes])
    unseen: Booleans = np.logical_not(lines.any(axis=1))
    explicit = candidates.explicit
    look, color = layout.part("look"), layout.part("color")

    def scores(first: Integers, second: Integers) -> Floats:
        one, other = view.index.vectors(rows[first]), view.index.vectors(rows[second])
        score = np.float32(LOOK) * (one[:, look] @ other[:, look].T)
        score += np.float32(COLOR) * (one[:, color] @ other[:, color].T)
        score += np.float32(EDGES) * (lines[first] @ lines[second].T)
        both_named = explicit[first][:, None] & explicit[second]
        score[both_named | unseen[first][:, None] | unseen[second]] = -np.inf
        for place, number in enumerate(first.tolist()):
            near = np.flatnonzero(score[place] >= LEAST)
            for column in near.tolist():
                if not same_design(candidates.names[number], candidates.names[second[column]]):
                    score[place, column] = -np.inf
        return score

    found = mutual_best(len(rows), scores, least=LEAST, lead=LEAD)
    return [np.array([pair.first, pair.second]) for pair in found]


def _lines(tools: Tools, content_hash: str) -> Floats:
    data = photo(tools, content_hash)
    return edges(data, limits=tools.extractor.limits) if data else np.zeros(EDGES_SIZE, np.float32)


def photo(tools: Tools, content_hash: str) -> bytes:
    """The bytes of a photo that was indexed; empty where they are gone or have changed since."""
    location = tools.collection.images.location_of(content_hash)
    try:
        data = b"" if location is None else tools.images.read(location)
    except FetchProblem:
        return b""
    return data if hashlib.sha256(data).hexdigest() == content_hash else b""
