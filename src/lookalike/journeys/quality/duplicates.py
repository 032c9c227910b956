"""Which products of a collection look the same, each group with its evidence.

What the merchant says comes first: products of one explicit variant group are no duplicates,
and of two that both have a group none is suggested to be a color of the other.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from lookalike.domain.arrays import Integers
from lookalike.domain.calibration import calibrated_query
from lookalike.domain.duplicates import KINDS, Alike, DuplicateGroup, Duplicates, Kind
from lookalike.domain.filters import Filter
from lookalike.domain.progress import Report, silent
from lookalike.errors import InvalidInput
from lookalike.features.same_picture import SAME_PICTURE, picture_difference
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.journeys.quality.colorways import Candidates, colorways, photo
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS
from lookalike.ranking.near_duplicates import NEAR_IDENTICAL, groups, leaders

DOCUMENTS_AT_ONCE = 512
COMPARED = ("name", "category", "brand", "price", "in_stock", "variant_group")
COMPARED_ATTRIBUTES = ("color_family", "pattern", "product_type")


def duplicates(
    view: CatalogView,
    tools: Tools,
    *,
    kinds: Iterable[Kind] = KINDS,
    where: Filter | None = None,
    report: Report = silent,
) -> Duplicates:
    """Find the groups of the kinds asked for, by the first photo of every product.

    where  compare only these products
    The index proposes near-identical photos and the pixels decide; variants are sought within
    one category, where every photo is looked at again.  Time grows with the square of the
    products, memory by a few hundred bytes for each.
    Raises InvalidInput for an unknown kind.
    """
    asked = frozenset(kinds)
    for kind in sorted(asked - set(KINDS)):
        raise InvalidInput(
            f"{kind!r} is no kind of duplicates.", hint=f"Ask for {', '.join(KINDS)}."
        )
    started = time.monotonic()
    all_of_them = _candidates(view, view.index.select(where))
    groups_of = _groups(view, tools, all_of_them, asked=asked, report=report)
    return Duplicates(
        collection_id=view.collection_id,
        generation=view.generation,
        products=len(all_of_them.products),
        groups=tuple(
            _told(view, kind, all_of_them.products[group])
            for kind in KINDS
            if kind in asked
            for group in groups_of[kind]
        ),
        seconds=time.monotonic() - started,
    )


def _groups(
    view: CatalogView, tools: Tools, every: Candidates, *, asked: frozenset[Kind], report: Report
) -> dict[Kind, list[Integers]]:
    """Kind -> groups of places; a product that is another one's copy is compared no further."""
    group = view.index.codes("variant_group", every.products)
    same = _by_photo(every.hashes, group)
    found: dict[Kind, list[Integers]] = {"same-photo": groups(same)}
    if asked <= {"same-photo"}:
        return found
    own = np.flatnonzero(same == np.arange(len(same)))
    rows = view.index.first_rows(every.products[own])
    near = leaders(
        len(own),
        lambda places: view.index.vectors(rows[places]),
        alike=NEAR_IDENTICAL.alike(view.index.layout),
        apart=group[own],
    )
    found["near-identical"] = [
        kept
        for places in groups(near)
        if len(kept := _same_picture(tools, every.hashes, own[places])) > 1
    ]
    if "variants" in asked:
        copies = [group[1:] for group in found["near-identical"]]
        alone = np.setdiff1d(own, np.concatenate([*copies, np.zeros(0, np.int64)]))
        pairs = colorways(view, tools, every.some(alone), report=report)
        found["variants"] = [alone[pair] for pair in pairs]
    return found


def _same_picture(tools: Tools, hashes: Sequence[str], group: Integers) -> Integers:
    """The first of a group and those that show its picture; what cannot be read is left out."""
    limits = tools.extractor.limits
    first = photo(tools, hashes[group[0]])
    kept = [group[0]]
    for place in group[1:] if first else ():
        data = photo(tools, hashes[place])
        if data and picture_difference(first, data, limits=limits) <= SAME_PICTURE:
            kept.append(place)
    return np.array(kept)


def _candidates(view: CatalogView, products: Integers) -> Candidates:
    hashes: list[str] = []
    names: list[str] = []
    for start in range(0, len(products), DOCUMENTS_AT_ONCE):
        for text in view.index.documents(products[start : start + DOCUMENTS_AT_ONCE]):
            document = json.loads(text)
            hashes.append(document["images"][0]["hash"])
            names.append(str(document.get("name") or ""))
    explicit = view.index.codes("variant_group", products) >= 0
    return Candidates(products, tuple(hashes), tuple(names), explicit)


def _by_photo(hashes: Iterable[str], group: Integers) -> Integers:
    """(count,) the first place with the same photo, unless both are of one explicit group."""
    found = np.arange(len(group), dtype=np.int64)
    firsts: dict[str, list[int]] = defaultdict(list)
    for place, content_hash in enumerate(hashes):
        earlier = firsts[content_hash]
        apart = [one for one in earlier if group[place] < 0 or group[one] != group[place]]
        if apart:
            found[place] = apart[0]
        else:
            earlier.append(place)
    return found


def _told(view: CatalogView, kind: Kind, products: Integers) -> DuplicateGroup:
    documents = [json.loads(text) for text in view.index.documents(products)]
    rows = view.index.vectors(view.index.first_rows(products))
    layout = view.index.layout
    weights = {name: DEFAULT_WEIGHTS.get(name, 0.0) for name in layout.names}
    if kind == "variants":
        weights["color"] = 0.0
    query, offsets, _ = calibrated_query(rows[0], weights, view.calibration, layout)
    scores = rows[1:] @ query + offsets.sum()
    return DuplicateGroup(
        kind=kind,
        sku=documents[0]["sku"],
        name=str(documents[0]["name"] or ""),
        others=tuple(
            Alike(
                sku=document["sku"],
                name=str(document["name"] or ""),
                score=float(score),
                similarity={
                    name: float(rows[0][layout.part(name)] @ row[layout.part(name)])
                    for name in layout.names
                },
                differs=_differs(documents[0], document),
            )
            for document, row, score in zip(documents[1:], rows[1:], scores, strict=True)
        ),
    )


def _differs(first: dict[str, Any], other: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Any: values of JSON documents."""
    pairs = {name: (first.get(name), other.get(name)) for name in COMPARED}
    shown, seen = first["visual_attributes"], other["visual_attributes"]
    pairs |= {name: (shown.get(name), seen.get(name)) for name in COMPARED_ATTRIBUTES}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
