"""Where the feed says one thing and the pictures another, the surest pictures first."""

from collections import Counter
from collections.abc import Iterator

from lookalike.domain.attributes import UNKNOWN, Attribute, believed
from lookalike.domain.conflicts import Conflict, Conflicts, UnknownWord
from lookalike.domain.features import Swatch
from lookalike.domain.type_words import HOME_KINDS, NEAR_KINDS
from lookalike.domain.vocabulary import MULTICOLOR, kind_of_product
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog.decide import check_attribute
from lookalike.journeys.catalog.ledger import Told, leading_image, ledger, told, unknown_words
from lookalike.storage.collection import Collection
from lookalike.storage.features import IndexedProduct

LEAST_MARGIN = 0.2  # between the image's value and the claim's, where that is second; by eye
ENOUGH_OF_PALETTE = 0.25  # a color so large is a fair name of a product of two colors; by eye
ONE_COLOR = 0.8  # of the palette; with less a product may well be called multicolor; by eye
LEAST_SURE = 0.5  # an image less sure than this contradicts nobody
MOST_CONFLICTS = 1000
MATTERS_OF_FACT = ("color_family", "pattern", "material_appearance", "product_type")
"""The attributes looked at unless one is asked for: style and the like are opinions."""


def conflicts(
    collection: Collection, fingerprint: str, *, attribute: str | None = None, limit: int = 20
) -> Conflicts:
    """The most surprising disagreements of a collection.  Reads every product once.

    attribute  look at this one; by default at MATTERS_OF_FACT

    What a person decided is settled, and a synonym is no conflict.
    Raises InvalidInput for an unknown attribute and a limit outside 1 to MOST_CONFLICTS.
    """
    if attribute is not None:
        check_attribute(attribute)
    if not 1 <= limit <= MOST_CONFLICTS:
        raise InvalidInput(f"The limit is {limit}.", hint=f"Ask for 1 to {MOST_CONFLICTS}.")
    looked_at = MATTERS_OF_FACT if attribute is None else (attribute,)
    known = told(collection, fingerprint)
    found: list[Conflict] = []
    counts: Counter[str] = Counter()
    products = 0
    for stored in collection.catalog(fingerprint):
        products += 1
        for one in of_product(stored, known):
            if one.said.name in looked_at:
                counts[one.said.name] += 1
                found.append(one)
        if len(found) > 4 * limit:
            found = _surest(found, limit)
    return Conflicts(tuple(_surest(found, limit)), dict(counts.most_common()), products)


def of_product(stored: IndexedProduct, known: Told) -> Iterator[Conflict]:
    """The disagreements about one product."""
    entries = ledger(stored, known)
    front = leading_image(stored)
    palette = front.palette if front else ()
    seen = {one.name: one for one in entries if one.source == "image"}
    for name, said in believed(entries).items():
        if said.source in ("feed", "rule") and name in seen:
            surprise = _surprise(said, seen[name])
            if surprise is not None and not _shows(palette, said):
                yield _conflict(stored, said, seen[name], surprise)


def unknown_feed_words(collection: Collection, fingerprint: str) -> list[UnknownWord]:
    """Words of claiming columns that no table knows, the most frequent first."""
    columns = told(collection, fingerprint, skus=()).columns
    counts: Counter[tuple[str, str, str]] = Counter()
    for stored in collection.catalog(fingerprint):
        counts.update(set(unknown_words(stored.product, columns)))
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [UnknownWord(*place, count) for place, count in ranked]


def _surprise(said: Attribute, seen: Attribute) -> float | None:
    """How far the images are from what was said; None where they do not contradict it."""
    if seen.value in (UNKNOWN, said.value) or seen.confidence < LEAST_SURE:
        return None
    if seen.value in str(said.evidence.get("also", "")).split(", "):
        return None
    if said.name == "product_type" and not _other_kind(said.value, seen.value):
        return None
    margin = seen.confidence - seen.probabilities.get(said.value, 0.0)
    close = said.value in [*seen.probabilities][:2] and margin < LEAST_MARGIN
    return None if close else margin


def _other_kind(said: str, seen: str) -> bool:
    """Whether two product types surely differ; an image read by fashion words alone says nothing
    of home goods."""
    ours, theirs = kind_of_product(said), kind_of_product(seen)
    if ours is None or theirs is None or ours == theirs or {ours, theirs} in NEAR_KINDS:
        return False
    return ours not in HOME_KINDS or theirs in HOME_KINDS


def _shows(palette: tuple[Swatch, ...], said: Attribute) -> bool:
    """Whether the said color is a good part of the picture, though not its main one."""
    if said.name != "color_family":
        return False
    shares: dict[str, float] = {}
    for swatch in palette:
        shares[swatch.family] = shares.get(swatch.family, 0.0) + swatch.share
    if said.value == MULTICOLOR:
        return max(shares.values(), default=0.0) < ONE_COLOR
    return shares.get(said.value, 0.0) >= ENOUGH_OF_PALETTE


def _conflict(
    stored: IndexedProduct, said: Attribute, seen: Attribute, surprise: float
) -> Conflict:
    front = leading_image(stored)
    shown = next((one.hash for one in stored.images if one.features is front), None)
    return Conflict(
        sku=stored.product.sku,
        name=stored.product.name,
        said=said,
        seen=seen,
        palette=front.palette if front else (),
        image_hash=shown,
        surprise=surprise,
    )


def _surest(found: list[Conflict], limit: int) -> list[Conflict]:
    return sorted(found, key=lambda one: (-one.surprise, one.sku, one.said.name))[:limit]
