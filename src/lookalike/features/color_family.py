"""The color family a shop would file a product under: two votes of the pixels, one of the head."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import hypot, log
from types import MappingProxyType

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.color import FAMILIES, oklab_of_swatches, rgb_from_hex
from lookalike.domain.features import AttributeValue, Swatch
from lookalike.features.color_names import family_votes
from lookalike.features.color_table import table_votes
from lookalike.features.palette import channel_of

# How the encoder's 27 colors fold into families; peach, tan and teal lie between two.
_HEAD: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "black": {"black": 1}, "white": {"white": 1}, "off white": {"white": 0.7, "beige": 0.3},
        "grey": {"gray": 1}, "charcoal": {"gray": 0.8, "black": 0.2}, "silver": {"silver": 1},
        "gold": {"gold": 1}, "bronze": {"gold": 0.7, "brown": 0.3}, "beige": {"beige": 1},
        "tan": {"brown": 0.7, "beige": 0.3}, "brown": {"brown": 1}, "maroon": {"red": 1},
        "red": {"red": 1}, "orange": {"orange": 1}, "peach": {"orange": 0.5, "pink": 0.5},
        "yellow": {"yellow": 1}, "mustard": {"yellow": 1}, "green": {"green": 1},
        "olive": {"green": 1}, "teal": {"green": 0.5, "blue": 0.5}, "blue": {"blue": 1},
        "navy": {"blue": 1}, "purple": {"purple": 1}, "lavender": {"purple": 1},
        "pink": {"pink": 1}, "magenta": {"pink": 1}, "multi": {"multicolor": 1},
    }
)  # fmt: skip

# What follows was chosen on even ids of bench/color.py.
VOTES = np.array([0.3, 0.6, 0.65])  # exponents: names of the palette, table, head
FLOOR = 0.015  # no vote excludes a family: each can be this wrong
METAL = 0.25  # part of the matte votes a metal may claim
METAL_WEIGHT = 0.5  # exponent of how much the material looks like metal
USUAL_METAL, LEAST_METAL = 0.5, 0.03  # where that speaks neither for nor against, and its floor
COMMON: Mapping[str, float] = MappingProxyType({"black": 0.4, "green": 0.3, "blue": 0.1})
"""Shops sell more of these, added to their logarithm ..."""
WORN: Mapping[str, float] = MappingProxyType({"green": 1.2, "blue": 0.6})
"""... khaki and navy as clothes: from half of this less to half of it more, by how surely it is
a garment.  A gray sofa is not navy."""
CHARCOAL = 0.1  # part of black's chance that gray has too where the color is neutral
NEUTRAL = 0.01  # OKLab chroma; a dark color with more is navy to those who do not call it black
ALONE = 1.5  # sharpens the pixels' votes where there is no head
WHOLE = 0.5  # exponent of everything where no product was told from its background

MULTICOLOR_SHARE = 0.15  # METHODS.md: three families over 15 %
MULTICOLOR_FAMILIES = 3
SHOWN = 4  # probabilities kept

_PLACE = {name: place for place, name in enumerate(FAMILIES)}
_BLACK, _GRAY, _MULTICOLOR = _PLACE["black"], _PLACE["gray"], _PLACE["multicolor"]
_METALS = [_PLACE["gold"], _PLACE["silver"]]
_COMMON, _WORN = (np.array([part.get(name, 0.0) for name in FAMILIES]) for part in (COMMON, WORN))
_LIKE_METALS = np.array(  # (families, 2) the matte colors that gold and silver look like
    [
        [name in ("beige", "yellow", "brown", "white"), name in ("gray", "white", "black")]
        for name in FAMILIES
    ],
    dtype=np.float64,
)


@dataclass(frozen=True)
class Subject:
    """What the encoder takes the product for, which tells what its colors are called.

    metal    probability that the material is metal; None where there is no such head
    apparel  probability that it is a garment; the same
    """

    metal: float | None = None
    apparel: float | None = None


def color_family(
    palette: tuple[Swatch, ...],
    head: Mapping[str, float] | None = None,
    *,
    channel: Floats | None = None,
    subject: Subject = Subject(),
    whole: bool = False,
) -> AttributeValue:
    """The family a shop would file the product under.

    palette  of the foreground; empty means nothing could be measured: "unknown"
    head     the encoder's color classes with probabilities, or None
    channel  (prototypes,) color channel of the same pixels; made of the palette where absent
    subject  what else the encoder sees in it
    whole    no product was told from its background: all is less sure
    The names of the palette, the table of shops and the head vote; the answer is the product of
    their powers.  The confidence is the winner's calibrated probability.
    """
    if not palette:
        return AttributeValue("unknown", 0.0)
    if channel is None:
        channel = channel_of({swatch.hex: swatch.share for swatch in palette})
    shares = np.array([swatch.share for swatch in palette])
    colors = oklab_of_swatches(np.stack([rgb_from_hex(swatch.hex) for swatch in palette]))
    votes = np.empty((3, len(FAMILIES)))
    votes[0], votes[1] = _named(palette, shares, colors), table_votes(channel)
    votes[1, _MULTICOLOR] = max(votes[:2, _MULTICOLOR]) if votes[0, _MULTICOLOR] else 0
    scores = _pooled(votes, head=head, subject=subject) * (WHOLE if whole else 1)
    chances = np.exp(scores - scores.max())
    _, red, yellow = (shares @ colors).tolist()
    if hypot(red, yellow) < NEUTRAL:
        chances[_GRAY] += CHARCOAL * chances[_BLACK]
    chances /= chances.sum()
    best = np.argsort(-chances, kind="stable")[:SHOWN]
    shown = {
        FAMILIES[row]: chance for row, chance in zip(best, chances[best].tolist(), strict=True)
    }
    first = FAMILIES[best[0]]
    return AttributeValue(first, shown[first], shown)


def _pooled(votes: Doubles, *, head: Mapping[str, float] | None, subject: Subject) -> Doubles:
    """(families,) logarithm of the product of the powers of (3, families) votes.

    The row of the head is written here, and so are the metals of the others.
    """
    if head is None:
        votes[1, _METALS] = 0
        return np.asarray(ALONE * (VOTES[:2] @ np.log(votes[:2] + FLOOR)))
    votes[:2, _METALS] = np.maximum(votes[:2, _METALS], METAL * (votes[:2] @ _LIKE_METALS))
    votes[2] = np.fromiter(head.values(), np.float64, len(head)) @ _folding(tuple(head))
    scores = VOTES @ np.log(votes + FLOOR) + _COMMON
    if subject.apparel is not None:
        scores += (subject.apparel - 0.5) * _WORN
    if subject.metal is not None:
        scores[_METALS] += METAL_WEIGHT * log((subject.metal + LEAST_METAL) / USUAL_METAL)
    return np.asarray(scores)


def _named(palette: tuple[Swatch, ...], shares: Doubles, colors: Doubles) -> Doubles:
    """(families,) shares of the palette by name; multicolor where the rule says so."""
    votes = shares @ family_votes(colors)
    if len(palette) >= MULTICOLOR_FAMILIES:
        places = [_PLACE[swatch.family] for swatch in palette]
        large = np.bincount(places, weights=shares)
        if np.count_nonzero(large > MULTICOLOR_SHARE) >= MULTICOLOR_FAMILIES:
            votes[_MULTICOLOR] = large.max()
    return np.asarray(votes / votes.sum())


@lru_cache(maxsize=8)  # an encoder has one list of classes
def _folding(names: tuple[str, ...]) -> Doubles:
    """(names, families) part of every color class in every family; none for unknown classes."""
    parts = np.zeros((len(names), len(FAMILIES)))
    for row, name in enumerate(names):
        for family, part in _HEAD.get(name, {}).items():
            parts[row, _PLACE[family]] = part
    return parts
