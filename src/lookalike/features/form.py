"""Form: a word for the silhouette of a product, and one for how much there is to see in it.

Both are measured from the foreground, so that they hold for fashion and home alike, and for kinds
of products no encoder was trained on.  Vocabulary and thresholds: docs/reference/attributes.md.
"""

import math
import statistics
from collections.abc import Sequence

import numpy as np

from lookalike.domain.arrays import Booleans, Floats
from lookalike.domain.attributes import UNKNOWN
from lookalike.domain.features import AttributeValue, Swatch
from lookalike.features.foreground import Foreground
from lookalike.features.outline import BANDS, INSIDE, Outline, ramp, shares, window

SHAPES = (
    "round",
    "boxy",
    "tall",
    "wide",
    "slim",
    "a-line",
    "tapered",
    "t-shaped",
    "legged",
    "irregular",
)
"""The words of `shape`; see docs/reference/attributes.md for what each takes."""

COMPLEXITIES = ("minimal", "moderate", "detailed")
"""The words of `complexity`, from least to most."""

LEAST_SHAPE_CONFIDENCE = 0.45  # by eye: below, a second word would do as well
SHOWN = 3  # probabilities kept
STRANGE = 0.4  # of the confidence in `irregular` is left where nothing is familiar: too little
LEAST_CATEGORY, SURE_CATEGORY = 0.2, 0.35  # of the encoder's most probable category
LEAST_FILLING, FILLING = 0.55, 0.78  # of the picture
"""By eye.  Drawn pages of text reach a category of .2 to .3 and fill .6 and more; a tenth of a
furniture retailer's pictures stay below .26, but few of them fill as much."""
PLAIN_WORD = 0.45  # what tall, wide and boxy weigh against a word that says more; by eye


def shape(
    found: Foreground, form: Outline | None, *, trust: float = 1.0, familiar: bool = True
) -> AttributeValue:
    """The word a merchandiser would file the silhouette under.

    form      the outline of the same foreground
    trust     what `outline_trust` says of it
    familiar  whether this is a kind of product that somebody knows: without, a drawing and a leak
              of the mask are as irregular as a boot, so nothing is called that
    "unknown" where the foreground is the whole picture, nearly empty, or cut by three sides of
    the picture, since then the outline is that of the picture.
    """
    if form is None or found.source == "whole":
        return AttributeValue(UNKNOWN, 0.0, {}, {"mask": found.source})
    claims = _claims(form)
    total = sum(claims.values())
    trust *= _CUT_TRUST[min(form.cut_sides, 3)] * _piece_trust(form)
    best = sorted(claims, key=lambda word: -claims[word])[:SHOWN]
    if best[0] == "irregular" and not familiar:
        trust *= STRANGE
    chances = {word: claims[word] / total for word in best if claims[word] > 0}
    confidence = trust * chances.get(best[0], 0.0) * min(1.0, 0.5 + claims[best[0]])
    evidence: dict[str, str | float] = {
        "height_to_width": round(form.aspect, 2),
        "fill": round(form.fill, 2),
        "like_ellipse": round(form.ellipse, 2),
        "symmetry": round(form.symmetry, 2),
        "cut_sides": form.cut_sides,
        "trust": round(trust, 2),
    }
    value = best[0] if confidence >= LEAST_SHAPE_CONFIDENCE else UNKNOWN
    return AttributeValue(value, confidence, chances, evidence)


def outline_trust(found: Foreground, *, category: float | None) -> float:
    """How far the outline is that of a product, in [0, 1].

    category  probability of the encoder's best category; None without such a head
    What fills much of the picture and resembles no category is a page, a screen or a scene.
    """
    if category is None:
        return found.trust
    strange = ramp(category, SURE_CATEGORY, LEAST_CATEGORY)
    return found.trust * (1 - strange * ramp(found.share, LEAST_FILLING, FILLING))


_CUT_TRUST = (1.0, 0.9, 0.75, 0.0)  # by the sides that cut the product: three leave no outline


def _piece_trust(form: Outline) -> float:
    """A pair has one outline; three things beside one another have none."""
    return 1.0 if len(form.pieces) < 3 else ramp(form.areas[0] / sum(form.areas), 0.3, 0.8)


def _claims(form: Outline) -> dict[str, float]:
    """How well every word fits, in [0, 1]; thresholds by eye on contact sheets of four shops."""
    widths, tallness = form.widths, math.log(form.aspect)
    top, bottom = (widths[0] + widths[1]) / 2, max(widths[-3:])
    trend = _trend(widths)
    closed = ramp(form.open_share, 0.07, 0.03)
    bare = ramp(form.opening, 0.06, 0.03)  # the arc of a handle is not a narrow top
    even = ramp(form.symmetry, 0.55, 0.7)
    compact = ramp(abs(tallness), 0.42, 0.26)
    special = {
        "legged": legged(form),
        "slim": ramp(form.length, 3.4, 4.4),
        "round": max(ramp(form.ellipse, 0.89, 0.94), _holed_disk(form))
        * ramp(abs(tallness), 0.55, 0.4),
        "a-line": ramp(bottom / max(top, 0.05), 1.25, 1.5)
        * ramp(bottom / max((widths[3] + widths[4]) / 2, 0.05), 1.1, 1.25)
        * ramp(trend, 0.75, 0.88)
        * ramp(form.aspect, 0.75, 0.95)
        * closed
        * bare
        * even,
        "tapered": ramp(max(widths[:3]) / max((widths[-2] + widths[-1]) / 2, 0.05), 1.3, 1.6)
        * ramp(trend, -0.75, -0.88)
        * even,
        "t-shaped": t_shaped(widths) * even * ramp(form.open_share, 0.1, 0.05),
        "irregular": max(ramp(form.fill, 0.42, 0.25), ramp(form.symmetry, 0.5, 0.3) * compact),
    }
    left = 1 - max(special.values()) * (1 - PLAIN_WORD)
    plain = {
        "tall": ramp(tallness, 0.26, 0.42),
        "wide": ramp(tallness, -0.26, -0.42),
        "boxy": compact * ramp(form.fill, 0.5, 0.66),
    }
    return special | {word: PLAIN_WORD * left * claim for word, claim in plain.items()}


def _holed_disk(form: Outline) -> float:
    """A disk whose mask has bays, as of a clock with a white face: its corners are empty.

    A square overlaps the ellipse in its box by .785 and has a fifth of itself outside.  A shirt
    with sloping sleeves is as empty at its corners, but wider at the top than at the bottom.
    """
    pairs = zip(form.widths, reversed(form.widths), strict=True)
    uneven = sum(abs(one - other) for one, other in pairs) / (2 * sum(form.widths))
    return (
        ramp(form.in_ellipse, 0.94, 0.97) * ramp(form.ellipse, 0.7, 0.78) * ramp(uneven, 0.06, 0.03)
    )


def legged(form: Outline) -> float:
    """Open between supports at the bottom, alike on both sides.

    A wide gap must reach higher than a narrow one: the sleeves of a short sweater hang below it.
    Under something wide the gap is wide: that tells a bench from a pair of glasses.
    """
    least = 0.3 + 0.25 * ramp(form.leg_gap, 0.45, 0.6)
    return (
        ramp(form.legs, least - 0.06, least + 0.06)
        * ramp(form.legs, 0.97, 0.9)
        * ramp(form.symmetry, 0.35, 0.5)
        * max(ramp(form.aspect, 0.7, 0.9), ramp(form.leg_gap, 0.3, 0.4))
    )


def t_shaped(widths: Sequence[float]) -> float:
    """A wide part at the top over a narrower one with straight sides."""
    body = lower_width(widths)
    lower = widths[BANDS // 2 :]
    spread = (max(lower) - min(lower)) / max(body, 0.05)
    wide = max(widths[: BANDS // 2])
    return ramp(wide / max(body, 0.05), 1.15, 1.35) * ramp(spread, 0.6, 0.35)


def lower_width(widths: Sequence[float]) -> float:
    """The median width of the lower half."""
    return statistics.median(widths[BANDS // 2 :])


def _trend(widths: Sequence[float]) -> float:
    """Correlation with the place from top to bottom, in [-1, 1]."""
    mean = sum(widths) / len(widths)
    spread = math.sqrt(sum((one - mean) ** 2 for one in widths)) * _PLACES_SPREAD
    return sum(p * one for p, one in zip(_PLACES, widths, strict=True)) / max(spread, 1e-9)


_PLACES = tuple(band - (BANDS - 1) / 2 for band in range(BANDS))
_PLACES_SPREAD = math.sqrt(sum(place * place for place in _PLACES))


CELLS = 26  # of the longer side of the product: what the eye takes in, at any resolution
WHOLLY_INSIDE = 0.95  # of a cell; so the outline itself is no texture
HALF_STEP = 0.08  # OKLab second difference that counts half: soft folds .02, stripes .2; by eye
BRIGHT = 95  # percentile of the picture's lightness that is taken for white
LEAST_WHITE = 0.8  # OKLab; white in a picture a fifth too dark has .85: no dark scene is made light
COLOR_WORTH, MOST_COLORS = 0.025, 5.0  # what another color adds; by eye on ordered sheets
OUTLINE_WORTH, MOST_OUTLINE = 0.06, 2.0  # what a ragged outline adds; same
MINIMAL_BELOW, DETAILED_ABOVE = 0.21, 0.38  # by eye on ordered sheets of four shops
NOISE = 0.045  # standard deviation between a picture and its small or darker copies
LEAST_COMPLEXITY_CONFIDENCE = 0.6  # nearer to a threshold, a copy may get the other word
LEAST_STEPS = 30  # pairs of neighboring cells; a necklace has fewer and stays unknown


def white_level(lab: Floats) -> float:
    """OKLab lightness of what passes for white in (h, w, 3) OKLab, in [LEAST_WHITE, 1].

    Measures divided by it stay the same when the whole picture gets somewhat darker.
    """
    sampled = np.sort(lab[::2, ::2, 0], axis=None)  # on equal values quicker than a partition
    return max(float(sampled[len(sampled) * BRIGHT // 100]), LEAST_WHITE)


def complexity(
    lab: Floats,
    form: Outline | None,
    palette: Sequence[Swatch],
    *,
    white: float,
    trust: float = 1.0,
) -> AttributeValue:
    """How much there is to see in the product, whatever the size of the picture.

    lab    (h, w, 3) OKLab of the picture the outline was measured in
    white  its `white_level`
    trust  what `outline_trust` says of the outline
    The product is averaged to CELLS cells, so that a thumbnail and a large picture agree; then
    counted: how much neighboring cells bend away from even shading, the colors of the palette
    (exponential of the entropy of their shares) and the raggedness of the outline.
    The confidence says how sure the word would stay the same for another copy of the picture.
    """
    if form is None:
        return AttributeValue(UNKNOWN, 0.0, {}, {"measured_cells": 0})
    texture, steps, ragged = _seen(lab, form, white)
    colors = _color_count(palette)
    if steps < LEAST_STEPS:
        return AttributeValue(UNKNOWN, 0.0, {}, {"measured_cells": steps})
    score = (
        texture
        + COLOR_WORTH * (min(colors, MOST_COLORS) - 1)
        + OUTLINE_WORTH * (min(ragged, MOST_OUTLINE) - 1)
    )
    below, above = (_normal((edge - score) / NOISE) for edge in (MINIMAL_BELOW, DETAILED_ABOVE))
    chances = dict(zip(COMPLEXITIES, (below, above - below, 1 - above), strict=True))
    best = sorted(chances, key=lambda word: -chances[word])
    confidence = trust * chances[best[0]]
    evidence: dict[str, str | float] = {
        "score": round(score, 3),
        "texture": round(texture, 3),
        "colors": round(colors, 2),
        "outline": round(ragged, 2),
        "trust": round(trust, 2),
    }
    value = best[0] if confidence >= LEAST_COMPLEXITY_CONFIDENCE else UNKNOWN
    return AttributeValue(value, confidence, {word: chances[word] for word in best}, evidence)


def _seen(lab: Floats, form: Outline, white: float) -> tuple[float, int, float]:
    """Texture in [0, 1), the number of places it was seen in, and the outline to a box's."""
    inside = form.inside.astype(np.float32)
    height, width = inside.shape
    longer = max(height, width)
    down = shares(height, max(4, round(height * CELLS / longer)))
    across = shares(width, max(4, round(width * CELLS / longer)))
    colored = lab[window(form.edges)].reshape(height, -1) * np.repeat(inside, 3, axis=1)
    filled = down @ inside @ across.T
    mixed = across @ (down @ colored).reshape(len(down), width, 3)
    mixed /= np.maximum(filled * np.float32(white), 1e-6)[..., None]
    whole = filled > WHOLLY_INSIDE
    bends = np.concatenate([_bends(mixed, whole), _bends(mixed.swapaxes(0, 1), whole.T)])
    texture = float((bends / (bends + HALF_STEP)).mean()) if len(bends) else 0.0
    drawn = np.zeros((len(down) + 2, len(across) + 2), dtype=bool)
    np.greater(filled, INSIDE, out=drawn[1:-1, 1:-1])
    edges = np.count_nonzero(drawn[1:] != drawn[:-1])
    edges += np.count_nonzero(drawn[:, 1:] != drawn[:, :-1])
    return texture, len(bends), edges / (2 * sum(filled.shape))


def _bends(lab: Floats, whole: Booleans) -> Floats:
    """The length of the second difference down the (rows, columns, 3), inside only."""
    inside = whole[2:] & whole[1:-1] & whole[:-2]
    bend = lab[2:] - 2 * lab[1:-1] + lab[:-2]
    return np.asarray(np.sqrt(np.einsum("rcn,rcn->rc", bend, bend)[inside]))


def _color_count(palette: Sequence[Swatch]) -> float:
    """How many equal colors would be as mixed as these."""
    return math.exp(-sum(one.share * math.log(one.share) for one in palette if one.share > 0))


def _normal(value: float) -> float:
    return 0.5 * (1 + math.erf(value / math.sqrt(2)))
