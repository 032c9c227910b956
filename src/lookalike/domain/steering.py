"""Steering: what a query may wish for, and how a wish changes the query row."""

import difflib
from collections.abc import Mapping

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.color import hex_from_rgb, oklab, rgb_from_hex, rgb_from_oklab
from lookalike.errors import InvalidInput

RELATIVE: Mapping[str, tuple[str, ...]] = {
    "price": ("cheaper", "pricier"),
    "lightness": ("brighter", "darker"),
    "colorfulness": ("more colorful", "more muted"),
    "complexity": ("simpler", "richer"),
}
"""Wish -> the words that compare with the anchor."""

CHANNEL_OF_ATTRIBUTE: Mapping[str, str] = {
    "color_family": "color",
    "pattern": "pattern",
    "style": "style",
    "material_appearance": "material",
    "product_type": "type",
    "shape": "shape",
}
"""Attribute -> the channel that a wish for it edits; the others can only be filtered by."""

KEEP_DESIGN = frozenset({"price"})
"""Wishes beside which the design is still asked for.  Beside a wished color it is not: where few
products have the color, one of the same design in the color of the anchor would come first."""

RIDGE = 0.03
"""Damping of the fit, as a part of the mean variance: .003 and .1 grant 0 to 2 points less."""

LIGHTNESS_STEP = 0.15  # of OKLab's 0 to 1: another shade, not another color; by eye
CHROMA_FACTOR = 1.6  # by eye: a dusty color becomes a clear one, and the reverse


def wishes(but: Mapping[str, str]) -> dict[str, str]:
    """The wishes by name, in one order, so that equal wishes are equal questions.

    Raises InvalidInput for a name that cannot be wished for, or a word that does not compare.
    """
    for name, value in but.items():
        if name not in VISUAL_ATTRIBUTES and name not in RELATIVE:
            raise InvalidInput(
                f'"{name}" cannot be wished for.{nearest(name, (*VISUAL_ATTRIBUTES, *RELATIVE))}',
                hint=f"There are {', '.join(dict.fromkeys((*VISUAL_ATTRIBUTES, *RELATIVE)))}.",
            )
        if not isinstance(value, str) or not value:
            raise InvalidInput(f"The wish for {name} is {value!r}; it must be a word.")
        if name not in VISUAL_ATTRIBUTES and value not in RELATIVE[name]:
            raise InvalidInput(
                f'{name} cannot be "{value}".{nearest(value, RELATIVE[name])}',
                hint=f"It can be {' or '.join(RELATIVE[name])} than what the search starts from.",
            )
    return dict(sorted(but.items()))


def attribute_wishes(attributes: Mapping[str, str]) -> dict[str, str]:
    """The same for a query that starts from nothing, where no word can compare.

    Raises InvalidInput, also when there is no attribute at all.
    """
    if not attributes:
        raise InvalidInput(
            "The query names no attribute.", hint='For example {"color_family": "green"}.'
        )
    for name, value in attributes.items():
        if name not in VISUAL_ATTRIBUTES:
            raise InvalidInput(
                f'"{name}" is not a visual attribute.{nearest(name, VISUAL_ATTRIBUTES)}',
                hint=f"There are {', '.join(VISUAL_ATTRIBUTES)}.",
            )
        if value in RELATIVE.get(name, ()):
            raise InvalidInput(
                f'{name} "{value}" compares with something, and this query starts from nothing.',
                hint="Use it as `but` of a product.",
            )
    return wishes(attributes)


def nearest(word: str, known: tuple[str, ...]) -> str:
    """ " Did you mean ...?" of the known words nearest to this one; empty where none is near."""
    by_fold = {text.casefold(): text for text in known}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1)
    return f' Did you mean "{by_fold[near[0]]}"?' if near else ""


def wished_part(granted: Floats, others: Floats, *, base: float) -> Floats:
    """The part of a query row that asks for what one group has and another has not.

    granted  (n, size) that channel of images with the wished value, n >= 1
    others   (m, size) of images without it; m may be 0
    base     the channel's similarity of random pairs
    returns  (size,) float32: its inner product is 1 with the mean of the granted and `base`
             with the mean of the others, so calibrated contributions keep their scale

    Least squares with both groups weighing the same and damped by RIDGE: the linear
    discriminant (Fisher 1936), which also finds what is typical of neither.  Where the groups
    do not differ, or there are no others, the mean of the granted at unit length.
    """
    middle = granted.mean(axis=0, dtype=np.float64)
    plain = middle / max(float(np.linalg.norm(middle)), 1e-12)
    if not len(others):
        return np.asarray(plain, dtype=np.float32)
    elsewhere = others.mean(axis=0, dtype=np.float64)
    moments: Doubles = (_moments(granted) + _moments(others)) / 2
    damped = moments + RIDGE * np.trace(moments) / len(moments) * np.eye(len(moments))
    basis = np.linalg.solve(damped, np.stack([middle - elsewhere, middle + elsewhere], axis=1))
    responses = np.stack([middle @ basis, elsewhere @ basis])
    if abs(np.linalg.det(responses)) < 1e-9:
        return np.asarray(plain, dtype=np.float32)
    found: Doubles = basis @ np.linalg.solve(responses, [1.0, base])
    return np.asarray(found, dtype=np.float32)


def _moments(rows: Floats) -> Doubles:
    wide = rows.astype(np.float64)
    found: Doubles = wide.T @ wide / len(wide)
    return found


def shifted(colors: Mapping[str, float], but: Mapping[str, str]) -> dict[str, float]:
    """The colors after wishes for lightness and colorfulness; hex -> share.

    Moved in OKLab: lightness by LIGHTNESS_STEP, chroma by CHROMA_FACTOR, the hue stays.
    """
    lab = oklab(np.stack([rgb_from_hex(text) for text in colors])).astype(np.float64)
    up = {"brighter": 1, "darker": -1}.get(but.get("lightness", ""), 0)
    more = {"more colorful": 1, "more muted": -1}.get(but.get("colorfulness", ""), 0)
    lab[:, 0] = np.clip(lab[:, 0] + up * LIGHTNESS_STEP, 0, 1)
    lab[:, 1:] *= CHROMA_FACTOR**more
    moved: dict[str, float] = {}
    for rgb, share in zip(rgb_from_oklab(lab.astype(np.float32)), colors.values(), strict=True):
        color = hex_from_rgb(rgb)
        moved[color] = moved.get(color, 0.0) + share
    return moved
