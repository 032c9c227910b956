"""Components: several things in one picture, and the parts of a thing its outline tells surely.

Few and right: a part is named only where the outline leaves little doubt.  A belt, a hood or a
pocket is not told from an outline, so none is ever named.
"""

from collections.abc import Sequence

import numpy as np

from lookalike.domain.arrays import Doubles, Pixels
from lookalike.domain.features import Component
from lookalike.features.form import legged, lower_width, t_shaped
from lookalike.features.outline import BANDS, Box, Outline, ramp, window

MOST_OBJECTS = 8
LEAST_OBJECT = 0.08  # of the foreground; by eye: below, it is a tag, a cap or a leak of the mask
MOST_REST = 0.04  # of the foreground in smaller pieces; beyond, the mask is in tatters
NEAR = 0.03  # of the picture: a narrower gap is a crack in the mask of one thing
STACKED = 0.5  # of the narrower: things over one another are one thing with a thin part, a lamp
CONTRAST = 45.0  # sRGB distance to the background; white things on white fall apart in the mask
SOLID = 0.35  # of its own box, for a thing
ALIKE_AREA, ALIKE_SIDE, ALIKE_COLOR = 0.55, 0.7, 40.0  # of a pair: ratios and sRGB distance
LEAST_CONFIDENCE = 0.5
LEAST_OPENING = 0.03  # of product and opening together; by eye on bags
SEEN_THROUGH = 25.0  # sRGB distance between what shows in an opening and the background
SEEN_SHARE = 0.25  # of the middle of the opening that must be so near
"""By eye on contact sheets of the sample shop and three other shops, where not said otherwise."""


def components(
    pixels: Pixels, form: Outline | None, *, apparel: float = 0.0
) -> tuple[Component, ...]:
    """What else is visible, the surest first.

    pixels   (h, w, 3) the picture the outline was measured in
    apparel  how probable it is that a garment is shown, in [0, 1]; sleeves are looked for only then
    returns  "object" for each of several separate things (a pair of shoes is one thing);
             "legs", "handle" and "sleeve" (two of them) for parts of a single one
    """
    if form is None:
        return ()
    found = _objects(pixels, form) if len(form.pieces) > 1 else []
    if len(found) < 2:
        found = _parts(pixels, form, apparel)
    sure = [one for one in found if one.confidence >= LEAST_CONFIDENCE]
    if len(sure) == 1 and sure[0].name == "object":
        return ()
    return tuple(sorted(sure, key=lambda one: -one.confidence))


def laid_out(boxes: Sequence[Box]) -> tuple[Component, ...]:
    """The things of a collage (`collage.tiles`), the surest first."""
    found = [
        Component("object", box, _apart(box, [one for one in boxes if one is not box]))
        for box in boxes
    ]
    return tuple(sorted(found, key=lambda one: -one.confidence))


def _objects(pixels: Pixels, form: Outline) -> list[Component]:
    groups: list[tuple[Box, list[int]]] = []
    for row, piece in enumerate(form.pieces):
        box = form.piece_boxes[row]
        members = [piece]
        for other in [one for one in groups if _one_thing(one[0], box)]:
            groups.remove(other)
            box, members = _around(box, other[0]), members + other[1]
        groups.append((box, members))
    counts = dict(zip(form.pieces, form.areas, strict=True))
    areas = [sum(counts[piece] for piece in members) for _, members in groups]
    total = sum(areas)
    large = [row for row, area in enumerate(areas) if area >= LEAST_OBJECT * total]
    rest = total - sum(areas[row] for row in large)
    if not 2 <= len(large) <= MOST_OBJECTS or rest > MOST_REST * total:
        return []
    boxes = [groups[row][0] for row in large]
    masks = [np.isin(form.labels, groups[row][1]) for row in large]
    around = pixels[window(form.edges)]
    means = [around[mask].mean(axis=0) for mask in masks]
    background = _background(pixels)
    solid = [
        areas[row] >= SOLID * box[2] * box[3] * pixels.shape[0] * pixels.shape[1]
        for row, box in zip(large, boxes, strict=True)
    ]
    contrast = [_distance(mean, background) >= CONTRAST for mean in means]
    if not all(solid) or not all(contrast) or _any_stacked(boxes):
        return []
    if len(large) == 2 and _pair(boxes, [areas[row] for row in large], _distance(*means)):
        return []
    return [
        Component("object", box, _apart(box, [one for one in boxes if one is not box]))
        for box in boxes
    ]


def _background(pixels: Pixels) -> Doubles:
    """(3,) the median color of the picture's frame."""
    frame = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return np.asarray(np.median(frame, axis=0))


def _distance(one: Doubles, other: Doubles) -> float:
    return float(np.linalg.norm(one - other))


def _any_stacked(boxes: Sequence[Box]) -> bool:
    """Whether a box lies over another without any beside it; in a grid each has a neighbor."""
    return any(
        any(_in_line(one, other, 0) for other in boxes if other is not one)
        and not any(_in_line(one, other, 1) for other in boxes if other is not one)
        for one in boxes
    )


def _in_line(one: Box, other: Box, axis: int) -> bool:
    """Whether two boxes share most of their extent along an axis: 0 over, 1 beside each other."""
    return -_gap(one, other, axis) > STACKED * min(one[axis + 2], other[axis + 2])


def _one_thing(one: Box, other: Box) -> bool:
    """Boxes that overlap, or lie end to end with a crack between."""
    across, down = _gap(one, other, 0), _gap(one, other, 1)
    return max(across, down) < NEAR


def _gap(one: Box, other: Box, axis: int) -> float:
    """The distance between two boxes along an axis; negative where they overlap."""
    return max(one[axis], other[axis]) - min(
        one[axis] + one[axis + 2], other[axis] + other[axis + 2]
    )


def _around(one: Box, other: Box) -> Box:
    x, y = min(one[0], other[0]), min(one[1], other[1])
    right = max(one[0] + one[2], other[0] + other[2])
    bottom = max(one[1] + one[3], other[1] + other[3])
    return x, y, right - x, bottom - y


def _apart(box: Box, others: Sequence[Box]) -> float:
    """How sure a thing is one of its own: the wider the gap to the next, the surer."""
    gap = min(max(_gap(box, other, 0), _gap(box, other, 1)) for other in others)
    return 0.5 + 0.45 * ramp(gap, NEAR, 0.1)


def _pair(boxes: Sequence[Box], areas: Sequence[int], color_distance: float) -> bool:
    """Two things of one size and color: shoes, earrings, curtains, a product seen twice."""
    sides = min(
        min(one, other) / max(one, other)
        for one, other in zip(boxes[0][2:], boxes[1][2:], strict=True)
    )
    areas_alike = min(areas) >= ALIKE_AREA * max(areas)
    return areas_alike and sides >= ALIKE_SIDE and color_distance < ALIKE_COLOR


def _parts(pixels: Pixels, form: Outline, apparel: float) -> list[Component]:
    if form.cut_sides > 2:
        return []
    x, y, width, height = form.box
    parts = []
    legs = legged(form) if len(form.pieces) == 1 else 0.0
    top = y + height * (1 - form.legs)
    if legs > 0 and _see_through(pixels, (x + width / 4, top, width / 2, height * form.legs)):
        parts.append(Component("legs", (x, top, width, height * form.legs), 0.9 * legs))
    handle = _handle(pixels, form)
    if handle is not None:
        parts.append(handle)
    if apparel > 0 and legs < LEAST_CONFIDENCE:
        parts += _sleeves(form, apparel)
    return parts


def _handle(pixels: Pixels, form: Outline) -> Component | None:
    """A thin arc over an opening at the top of the product, as wide as a hand needs."""
    if form.opening_box is None:
        return None
    x, y, width, height = form.box
    left, top, across, down = form.opening_box
    rise = (top - y) / height
    middle = (left + across / 2 - x) / width
    body = max(form.widths[BANDS // 2 :])
    confidence = (
        ramp(form.opening, LEAST_OPENING / 2, LEAST_OPENING)
        * ramp(rise, 0.2, 0.12)
        * ramp((top + down - y) / height, 0.75, 0.6)
        * ramp(across / width, 0.15, 0.25)
        * ramp(abs(middle - 0.5), 0.25, 0.12)
        * ramp(form.widths[0] / max(body, 0.05), 0.9, 0.75)
    )
    if confidence > 0 and not _see_through(pixels, form.opening_box):
        return None
    return Component("handle", (left, y, across, top + down - y), 0.9 * confidence)


def _see_through(pixels: Pixels, box: Box) -> bool:
    """Whether the background shows in the middle of an opening, not a lost part of the product."""
    height, width = pixels.shape[:2]
    left, top, across, down = box
    middle = pixels[
        int((top + down / 3) * height) : int((top + 2 * down / 3) * height) + 1,
        int((left + across / 3) * width) : int((left + 2 * across / 3) * width) + 1,
    ].reshape(-1, 3)
    if len(middle) == 0:
        return False
    away = np.linalg.norm(middle - _background(pixels), axis=1)
    return bool(np.quantile(away, SEEN_SHARE) < SEEN_THROUGH)


def _sleeves(form: Outline, apparel: float) -> list[Component]:
    """What stands out on both sides of the body at the top of a garment."""
    body = lower_width(form.widths)
    wide = max(form.widths[: BANDS // 2])
    confidence = ramp(apparel, 0.4, 0.7) * t_shaped(form.widths) * ramp(form.symmetry, 0.6, 0.8)
    if confidence <= 0:
        return []
    x, y, width, height = form.box
    reach = max(band for band in range(BANDS) if form.widths[band] > (wide + body) / 2) + 1
    side = (1 - body) / 2 * width
    return [
        Component("sleeve", (start, y, side, reach / BANDS * height), 0.9 * confidence)
        for start in (x, x + width - side)
    ]
