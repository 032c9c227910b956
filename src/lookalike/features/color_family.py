"""The color family a shop would file a product under: two votes of the pixels, one of the head."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.color import FAMILIES, codes, oklab_table, rgb_from_hex
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
_HEAD_PLACES = {
    name: [(FAMILIES.index(family), part) for family, part in parts.items()]
    for name, parts in _HEAD.items()
}

# Exponents of the votes and what follows: even ids of bench/color.py.
PALETTE_WEIGHT, TABLE_WEIGHT, HEAD_WEIGHT = 0.3, 0.6, 0.6
FLOOR = 0.01  # no vote excludes a family: each can be this wrong
METAL = 0.4  # part of the matte votes a metal may claim
METAL_WEIGHT = 0.5  # exponent of how much the material looks like metal
USUAL_METAL, LEAST_METAL = 0.5, 0.03  # where that speaks neither for nor against, and its floor
# Added to the logarithm beside a head: khaki is green rather than brown to shops, navy is blue.
HABITS = MappingProxyType({"black": 0.4, "green": 0.6, "blue": 0.4, "brown": -0.5})
CHARCOAL = 0.1  # part of black's chance that gray has too where the color is neutral
NEUTRAL = 0.01  # OKLab chroma; a dark color with more is navy to those who do not call it black
ALONE = 1.5  # sharpens the pixels' votes where there is no head
WHOLE = 0.5  # exponent of everything where no product was told from its background

MULTICOLOR_SHARE = 0.15  # METHODS.md: three families over 15 %
MULTICOLOR_FAMILIES = 3
SHOWN = 4  # probabilities kept

_BLACK, _GRAY = FAMILIES.index("black"), FAMILIES.index("gray")
_GOLD, _SILVER = FAMILIES.index("gold"), FAMILIES.index("silver")
_METALS = [_GOLD, _SILVER]
_MULTICOLOR = FAMILIES.index("multicolor")
_LIKE_GOLD = [FAMILIES.index(name) for name in ("beige", "yellow", "brown", "white")]
_LIKE_SILVER = [FAMILIES.index(name) for name in ("gray", "white", "black")]
_HABITS = np.array([HABITS.get(name, 0.0) for name in FAMILIES])


def color_family(
    palette: tuple[Swatch, ...],
    head: Mapping[str, float] | None = None,
    *,
    channel: Floats | None = None,
    metal: float | None = None,
    whole: bool = False,
) -> AttributeValue:
    """The family a shop would file the product under.

    palette  of the foreground; empty means nothing could be measured: "unknown"
    head     the encoder's color classes with probabilities, or None
    channel  (prototypes,) color channel of the same pixels; made of the palette where absent
    metal    the encoder's probability that the material is metal, or None
    whole    no product was told from its background: all is less sure
    The names of the palette, the table of shops and the head vote; the answer is the product of
    their powers.  The confidence is the winner's calibrated probability.
    """
    if not palette:
        return AttributeValue("unknown", 0.0)
    if channel is None:
        channel = channel_of({swatch.hex: swatch.share for swatch in palette})
    shares = np.array([swatch.share for swatch in palette])
    colors = oklab_table()[codes(np.stack([rgb_from_hex(swatch.hex) for swatch in palette]))]
    named, shop = _named(palette, shares, colors), table_votes(channel)
    shop[_MULTICOLOR] = max(shop[_MULTICOLOR], named[_MULTICOLOR]) if named[_MULTICOLOR] else 0
    scores = _pooled(named, shop, head=head, metal=metal) * (WHOLE if whole else 1)
    chances = np.exp(scores - scores.max())
    if np.hypot(*(shares @ colors)[1:]) < NEUTRAL:
        chances[_GRAY] += CHARCOAL * chances[_BLACK]
    chances /= chances.sum()
    best = np.argsort(-chances, kind="stable")[:SHOWN]
    shown = {FAMILIES[row]: float(chances[row]) for row in best}
    return AttributeValue(FAMILIES[best[0]], float(chances[best[0]]), shown)


def _pooled(
    named: Doubles, shop: Doubles, *, head: Mapping[str, float] | None, metal: float | None
) -> Doubles:
    """(families,) logarithm of the product of the votes' powers."""
    if head is None:
        matte = shop.copy()
        matte[_METALS] = 0
        return ALONE * (_log(named, PALETTE_WEIGHT) + _log(matte, TABLE_WEIGHT))
    scores = _log(_metals(named), PALETTE_WEIGHT) + _log(_metals(shop), TABLE_WEIGHT)
    scores += _log(_head_votes(head), HEAD_WEIGHT) + _HABITS
    if metal is not None:
        scores[_METALS] += METAL_WEIGHT * np.log((metal + LEAST_METAL) / USUAL_METAL)
    return np.asarray(scores)


def _log(votes: Doubles, weight: float) -> Doubles:
    return np.asarray(weight * np.log(votes + FLOOR))


def _named(palette: tuple[Swatch, ...], shares: Doubles, colors: Floats) -> Doubles:
    """(families,) shares of the palette by name; multicolor where the rule says so."""
    votes = shares @ family_votes(colors)
    large = np.bincount(
        [FAMILIES.index(swatch.family) for swatch in palette], weights=shares, minlength=len(votes)
    )
    if (large > MULTICOLOR_SHARE).sum() >= MULTICOLOR_FAMILIES:
        votes[_MULTICOLOR] = large.max()
    return np.asarray(votes / votes.sum())


def _metals(votes: Doubles) -> Doubles:
    """Votes with gold and silver no less likely than the matte colors they look like."""
    spread = votes.copy()
    spread[_GOLD] = max(votes[_GOLD], votes[_LIKE_GOLD].sum() * METAL)
    spread[_SILVER] = max(votes[_SILVER], votes[_LIKE_SILVER].sum() * METAL)
    return spread


def _head_votes(head: Mapping[str, float]) -> Doubles:
    votes = np.zeros(len(FAMILIES))
    for name, probability in head.items():
        for place, part in _HEAD_PLACES.get(name, ()):
            votes[place] += probability * part
    return votes
