"""Like this, but ...: wishes as edits of the query rows.

A wished value is asked for as this collection shows it: the part of the row is fitted to tell
the products that have it from those that have another.  So it works for every encoder and for
the merchant's own words.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lookalike.domain.arrays import Floats, Integers
from lookalike.domain.attributes import UNKNOWN
from lookalike.domain.filters import Eq, Filter, In, IsMissing, Not, NotIn, Range, all_of
from lookalike.domain.results import Document
from lookalike.domain.steering import (
    CHANNEL_OF_ATTRIBUTE,
    RELATIVE,
    nearest,
    shifted,
    wished_part,
)
from lookalike.errors import InvalidInput
from lookalike.features.form import COMPLEXITIES
from lookalike.features.palette import channel_of
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.search.start import Start

WISHED_WEIGHT = 3.0  # of an edited channel: bench/steer.py, 40,000 fashion products
KIND_WEIGHT = 1.5  # of `type` beside a wish, so that a green dress is asked for: same bench
EXAMPLES = 1_000  # products on either side of a fit; more change the lists little, by eye
SHOWN_VALUES = 12  # in a hint


def steered(start: Start, but: Mapping[str, str], view: CatalogView) -> Start:
    """The start with the wishes in its rows, weights, filters and document.

    Raises InvalidInput for a value that no product of the collection has, and for a comparison
    with something that the anchor does not tell, such as the price of a photo.
    """
    if not but:
        return start
    values, skipped = _values(but, view)
    parts = {
        CHANNEL_OF_ATTRIBUTE[name]: _part(name, value, view)
        for name, value in values.items()
        if CHANNEL_OF_ATTRIBUTE.get(name) in view.index.layout.names
    }
    colors, moved = _moved_colors(start.document, but)
    if moved:
        change = channel_of(moved) - channel_of(colors)
        parts["color"] = parts.get("color", channel_of(moved)) + change
    weights = dict.fromkeys(parts, WISHED_WEIGHT)
    if parts and "type" not in parts:
        parts |= _own_kind(start.document, view)
        weights["type"] = KIND_WEIGHT
    rows = start.rows.copy()
    for channel, part in parts.items():
        rows[:, view.index.layout.part(channel)] = part
    return replace(
        start,
        rows=rows,
        document=_wished(start.document, values, moved),
        wishes=but,
        weights=weights,
        must=all_of(_price(start.document, but, view), _complexity(start.document, but, view)),
        granted=_having(values),
        degraded=skipped,
    )


def from_attributes(attributes: Mapping[str, str], view: CatalogView) -> Start:
    """A start that holds only the channels of the attributes.

    Raises InvalidInput for an unknown value, and when nothing is left to search with.
    """
    values, skipped = _values(attributes, view)
    layout = view.index.layout
    parts = {
        CHANNEL_OF_ATTRIBUTE[name]: _part(name, value, view)
        for name, value in values.items()
        if CHANNEL_OF_ATTRIBUTE.get(name) in layout.names
    }
    if not parts:
        raise InvalidInput(
            f"Nothing can be searched by {', '.join(attributes)} alone.",
            hint=f"Add one of {', '.join(CHANNEL_OF_ATTRIBUTE)}, or use a filter.",
        )
    return Start(
        rows=layout.row(parts)[np.newaxis],
        channels=tuple(name for name in layout.names if name in parts),
        document=_wished({}, values, {}),
        wishes=attributes,
        weights=dict.fromkeys(parts, 1.0),
        granted=_having(values),
        degraded=skipped,
    )


def _values(but: Mapping[str, str], view: CatalogView) -> tuple[dict[str, str], tuple[str, ...]]:
    """The wished values as the collection spells them, and what is skipped."""
    values, skipped = {}, []
    for name, asked in but.items():
        if asked in RELATIVE.get(name, ()):
            continue
        known = [one for one in view.index.counts(name) if one != UNKNOWN]
        if known:
            values[name] = _spelled(name, asked, tuple(known))
        else:
            skipped.append(f"{name}: skipped, as no product of this collection has one")
    return values, tuple(skipped)


def _spelled(name: str, asked: str, known: tuple[str, ...]) -> str:
    by_fold = {one.casefold(): one for one in known}
    if asked.casefold() in by_fold:
        return asked if asked in known else by_fold[asked.casefold()]
    more = f" and {len(known) - SHOWN_VALUES} more" if len(known) > SHOWN_VALUES else ""
    raise InvalidInput(
        f'No product has the {name.replace("_", " ")} "{asked}".{nearest(asked, known)}',
        hint=f"There are {', '.join(known[:SHOWN_VALUES])}{more}.",
    )


def _having(values: Mapping[str, str]) -> Filter | None:
    return all_of(*(Eq(name, value) for name, value in values.items()))


def _part(name: str, value: str, view: CatalogView) -> Floats:
    """The part of a row that asks for the value: see `steering.wished_part`."""
    index = view.index
    channel = CHANNEL_OF_ATTRIBUTE[name]
    columns = index.layout.part(channel)
    others = all_of(NotIn(name, (value, UNKNOWN)), Not(IsMissing(name)))
    granted, elsewhere = (
        index.vectors(index.first_rows(_some(index.select(where))))[:, columns]
        for where in (Eq(name, value), others)
    )
    return wished_part(granted, elsewhere, base=view.calibration.mean.get(channel, 0.0))


def _own_kind(document: Document, view: CatalogView) -> dict[str, Floats]:
    """The `type` part that asks for the anchor's own product type, which a merchant may have
    told and an image may not show; empty where none is known."""
    own = document.get("visual_attributes", {}).get("product_type", UNKNOWN)
    if own == UNKNOWN or "type" not in view.index.layout.names:
        return {}
    known = view.index.select(Eq("product_type", own))
    return {"type": _part("product_type", own, view)} if len(known) else {}


def _some(products: Integers) -> Integers:
    """At most EXAMPLES of them, evenly over the skus."""
    if len(products) <= EXAMPLES:
        return products
    return products[np.linspace(0, len(products) - 1, EXAMPLES).astype(np.int64)]


def _moved_colors(
    document: Document, but: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, float]]:
    """The anchor's colors and what they become; both empty where no wish moves them."""
    if not but.keys() & {"lightness", "colorfulness"}:
        return {}, {}
    colors = {one["hex"]: float(one["share"]) for one in document.get("palette", ())}
    if not colors:
        raise InvalidInput(
            "No color of the anchor is known, so nothing can be brighter or more muted than it.",
            hint="Wish for a color_family instead.",
        )
    return colors, shifted(colors, but)


def _wished(document: Document, values: Mapping[str, str], moved: Mapping[str, float]) -> Document:
    """What is known of the wish: where the colors change, nothing of the anchor's own remains."""
    attributes = {**document.get("visual_attributes", {}), **values}
    known = {**document, "visual_attributes": attributes}
    if moved or "color_family" in values:
        attributes.pop("accent_colors", None)
        known["palette"] = []
    if moved and "color_family" not in values:
        attributes.pop("color_family", None)
        known["palette"] = [{"hex": color, "share": share} for color, share in moved.items()]
    return known


def _price(document: Document, but: Mapping[str, str], view: CatalogView) -> Filter | None:
    if "price" not in but:
        return None
    price, currency = document.get("price"), document.get("currency")
    if price is None:
        raise InvalidInput(
            f"The anchor has no price, so nothing is {but['price']}.",
            hint="Use price_range, or a filter such as price<=50.",
        )
    low, high = (None, price) if but["price"] == "cheaper" else (price, None)
    range_ = Range("price", low, high, low_open=True, high_open=True)
    same = Eq("currency", currency) if currency and "currency" in view.index.fields else None
    return all_of(range_, same)


def _complexity(document: Document, but: Mapping[str, str], view: CatalogView) -> Filter | None:
    asked = but.get("complexity")
    if asked not in RELATIVE["complexity"]:
        return None
    own = document.get("visual_attributes", {}).get("complexity")
    if own not in COMPLEXITIES or "complexity" not in view.index.fields:
        raise InvalidInput(
            f"The complexity of the anchor is not known, so nothing is {asked}.",
            hint="Wish for the pattern solid instead.",
        )
    place = COMPLEXITIES.index(own)
    words = COMPLEXITIES[:place] if asked == "simpler" else COMPLEXITIES[place + 1 :]
    if not words:
        raise InvalidInput(f"The anchor is {own}; nothing is {asked} than that.")
    return In("complexity", tuple(words))
