"""Cloths of every pattern, drawn by chance, for `bench/fit_pattern.py`: what is drawn is known.

Wider than the ten patterns of the sample shop: stripes from hairlines to two bands on a hoodie,
checks from gingham to one large plaid, dots and flowers of any size, and prints that fill a tenth
of a shirt or all of a frame.  Coordinates run from -.5 to .5 along the product's longer side.
Every range here was chosen by eye on contact sheets beside photos; none was tuned by itself.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from lookalike.sample.patterns import inks

LARGEST, SMALLEST = 0.5, 0.03  # a period, as part of the product's longer side
NEUTRAL = ((0.06,) * 3, (0.93,) * 3, (0.5,) * 3, (0.1, 0.13, 0.28), (0.86, 0.8, 0.7))
LETTERS = "ABCDEFGHIJKLMNOPRSTUVWXYZ0123456789"
OTHERS = ("animal", "camouflage", "zigzag", "abstract")
PRINT_PX = 160  # a print is drawn in a square of this side


def painted(pattern, x, y, rng, *, ground=None):
    """(h, w, 3) color in [0, 1] and (h, w) how far it covers the ground, of a cloth.

    x, y    (h, w) places on the product
    ground  the cloth's own color where that is to stay; else the covering is 1 everywhere
    """
    main = color(rng) if ground is None else np.asarray(ground, np.float32)
    x, y = bent(x, y, rng)
    layers = DRAWERS[pattern](x, y, main, rng)
    cloth = np.zeros((*x.shape, 3), np.float32) + main
    cover = np.full(x.shape, float(ground is None), np.float32)
    for ink, mask in layers:
        mask = np.clip(mask, 0, 1).astype(np.float32)
        cloth = cloth * (1 - mask[..., None]) + np.asarray(ink, np.float32) * mask[..., None]
        cover = cover + mask * (1 - cover)
    return cloth, cover


def color(rng):
    if rng.random() < 0.4:
        return np.array(NEUTRAL[rng.integers(len(NEUTRAL))], np.float32)
    hue, gray, light = rng.random(), rng.random() ** 0.7, rng.uniform(0.15, 1)
    wheel = np.clip(np.abs((hue * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return ((1 - gray + gray * wheel) * light).astype(np.float32)


def other_color(main, rng, *, least=None):
    """A color that can be told from the main one; one in four hardly."""
    least = (0.12 if rng.random() < 0.25 else 0.3) if least is None else least
    for _ in range(20):
        found = color(rng)
        if np.abs(found - main).max() >= least:
            return found
    return 1 - np.round(main)


def bent(x, y, rng):
    """As cloth lies: turned a little, pulled by folds, seen at an angle."""
    turn = rng.normal() * (0.35 if rng.random() < 0.15 else 0.06)
    x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    strength = abs(rng.normal()) * 0.012
    for _ in range(2):
        across, down, phase = *rng.normal(0, 6, 2).tolist(), rng.uniform(0, 6.3)
        pull = strength * np.sin(across * x + down * y + phase)
        x, y = x + pull * rng.normal(), y + pull * rng.normal()
    return x.astype(np.float32), y.astype(np.float32)


def pixel(x, y):
    """The size of one pixel."""
    return float(np.hypot(x[0, 1] - x[0, 0], y[0, 1] - y[0, 0])) if x.shape[1] > 1 else 0.01


def edge(distance, soft):
    return np.clip(distance / soft + 0.5, 0, 1)


def period(rng, low=SMALLEST, high=LARGEST):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def turned(x, y, angle):
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def solid(x, y, main, rng):
    """Nothing, or what a plain cloth has: melange, ribs, a small badge."""
    kind = rng.random()
    tone = main + (0.06 if main.mean() < 0.5 else -0.06) * rng.uniform(0.4, 1.2)
    if kind < 0.15:
        return [(tone, ndimage.gaussian_filter(rng.normal(0.5, 1.0, x.shape), 0.7))]
    if kind < 0.25:
        along = turned(x, y, rng.choice([0, np.pi / 2]))[0] / rng.uniform(0.015, 0.03)
        return [(tone, 0.5 + 0.5 * np.sin(2 * np.pi * along))]
    if kind < 0.32:
        left, top = rng.choice([-1, 1]) * rng.uniform(0.08, 0.16), rng.uniform(-0.3, -0.1)
        wide, high = rng.uniform(0.012, 0.035, 2)
        inside = np.maximum(np.abs(x - left) / wide, np.abs(y - top) / high) < 1
        return [(other_color(main, rng), inside)]
    return []


def striped(x, y, main, rng):
    angle = rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)], p=[0.35, 0.5, 0.15])
    along, soft = turned(x, y, angle)[0], pixel(x, y)
    if rng.random() < 0.2:
        return few_bands(along, main, rng, soft)
    length = period(rng, SMALLEST, 0.35)
    place = along / length + rng.random()
    share = rng.uniform(0.06, 0.3) if rng.random() < 0.45 else rng.uniform(0.3, 0.65)
    layers = [(other_color(main, rng), band(place, 0.5, share, soft / length))]
    for _ in range(rng.choice([0, 1, 2], p=[0.6, 0.25, 0.15])):
        thin = band(place, rng.random(), rng.uniform(0.04, 0.2), soft / length)
        layers.append((other_color(main, rng), thin))
    if rng.random() < 0.15:  # every second one otherwise
        layers.append((other_color(main, rng), layers[0][1] * (np.floor(place) % 2)))
    return layers


def few_bands(along, main, rng, soft):
    """Two to five bands in one place, as on a hoodie's chest or a curtain's end."""
    count, width = int(rng.integers(2, 6)), rng.uniform(0.012, 0.07)
    gap, first = width * rng.uniform(0.6, 2.5), rng.uniform(-0.35, 0.15)
    inks_of = [other_color(main, rng) for _ in range(rng.integers(1, 3))]
    return [
        (inks_of[one % len(inks_of)], edge(width / 2 - np.abs(along - first - one * (width + gap)),
                                           soft))
        for one in range(count)
    ]  # fmt: skip


def band(place, middle, share, soft):
    """1 on a band that takes `share` of every whole number, around its `middle`."""
    away = np.abs((place - middle + 0.5) % 1 - 0.5)
    return edge(share / 2 - away, max(soft, 1e-4))


def checked(x, y, main, rng):
    length = period(rng, 0.035, 0.35)
    tall = length * rng.uniform(0.8, 1.25)
    if rng.random() < 0.08:
        x, y = turned(x, y, np.pi / 4)
    u, v, soft = x / length + rng.random(), y / tall + rng.random(), pixel(x, y) / length
    ink, kind = other_color(main, rng), rng.random()
    if kind < 0.3:  # gingham
        share = rng.uniform(0.35, 0.6)
        return [(ink, (band(u, 0.5, share, soft) + band(v, 0.5, share, soft)) / 2)]
    if kind < 0.5:  # windowpane
        share = rng.uniform(0.03, 0.16)
        return [(ink, np.maximum(band(u, 0.5, share, soft), band(v, 0.5, share, soft)))]
    if kind < 0.6:  # chessboard
        one, two = band(u, 0.5, 0.5, soft), band(v, 0.5, 0.5, soft)
        return [(ink, one * two + (1 - one) * (1 - two))]
    layers = []  # tartan: the same bands both ways
    for _ in range(rng.integers(2, 5)):
        ink, middle = other_color(main, rng), rng.random()
        share = rng.uniform(0.04, 0.14) if layers else rng.uniform(0.25, 0.5)
        layers += [(ink, 0.5 * band(place, middle, share, soft)) for place in (u, v)]
    return layers


def scattered(x, y, cell, rng, *, stagger, jitter, filled=1.0):
    """Offsets (h, w) from the middle of every cell, and five numbers of chance for it."""
    u, v = x / cell + 40, y / cell + 40
    row = np.floor(v)
    u = u + stagger * 0.5 * (row % 2)
    column = np.floor(u)
    chance = rng.random((5, 97, 89))
    toss = chance[:, row.astype(int) % 97, column.astype(int) % 89]
    dx = u - column - 0.5 - jitter * (toss[0] - 0.5)
    dy = v - row - 0.5 - jitter * (toss[1] - 0.5)
    return dx * cell, dy * cell, toss, toss[2] < filled


def dotted(x, y, main, rng):
    cell = period(rng, 0.03, 0.22)
    jitter = 0.35 if rng.random() < 0.25 else 0.0
    dx, dy, toss, here = scattered(
        x, y, cell, rng, stagger=rng.random() < 0.65, jitter=jitter,
        filled=0.85 if jitter else 1,
    )  # fmt: skip
    radius = cell * rng.uniform(0.13, 0.36)
    if jitter:
        radius = radius * (0.7 + 0.3 * toss[3])
    disc = edge(radius - np.hypot(dx, dy), pixel(x, y)) * here
    layers = [(other_color(main, rng), disc)]
    if rng.random() < 0.2:
        layers.append((other_color(main, rng), disc * (toss[4] < 0.4)))
    return layers


def floral(x, y, main, rng):
    base, soft = period(rng, 0.06, 0.42), pixel(x, y)
    layers, leaf = [], np.array([0.15, 0.4, 0.15]) * rng.uniform(0.5, 1.5) * rng.uniform(0.6, 1, 3)
    if rng.random() < 0.15:
        leaf = other_color(main, rng)
    for size in (1.0, 0.6)[: 1 + (rng.random() < 0.6)]:
        shift = rng.uniform(-1, 1, 2)
        dx, dy, toss, here = scattered(
            *turned(x + shift[0], y + shift[1], rng.uniform(0, 1.5)), base * size, rng,
            stagger=True, jitter=0.35, filled=rng.uniform(0.5, 0.95),
        )  # fmt: skip
        cell = base * size
        away, angle = np.hypot(dx, dy), np.arctan2(dy, dx) + 6.3 * toss[3]
        if rng.random() < 0.75:
            leafy = np.abs(np.sin(angle * 1.5)) ** 0.5
            stalk = (0.48 * cell * leafy - away) * (away > 0.15 * cell)
            sharp = edge(np.abs(np.sin(angle * 3 + 1)) - 0.55, 0.2)
            layers.append((leaf, edge(stalk, soft) * sharp * here))
        petals = rng.integers(4, 8)
        deep = rng.uniform(0.15, 0.5)
        reach = cell * (rng.uniform(0.2, 0.34) + 0.1 * toss[4])
        outline = reach * (1 - deep + deep * np.abs(np.cos(angle * petals / 2)))
        ink = other_color(main, rng)
        layers.append((ink, edge(outline - away, soft) * here))
        if rng.random() < 0.5:
            rim = edge(outline * 0.62 - away, soft) * here
            layers.append((np.clip(ink * rng.uniform(0.6, 1.4), 0, 1), rim))
        layers.append((other_color(ink, rng), edge(reach * 0.25 - away, soft) * here))
    if rng.random() < 0.2:
        return [(ink, mask * rng.uniform(0.6, 1)) for ink, mask in layers]
    return layers


def graphic(x, y, main, rng):
    """One print: letters, shapes, a picture; a tenth of a shirt or nearly all of it."""
    side = rng.uniform(0.16, 0.5) if rng.random() < 0.75 else rng.uniform(0.5, 1.1)
    tall = side * rng.choice([1.0, rng.uniform(0.4, 1.3)])
    left, top = rng.normal() * 0.04, rng.uniform(-0.18, 0.08)
    u = ((x - left) / side + 0.5) * PRINT_PX
    v = ((y - top) / tall + 0.5) * PRINT_PX
    drawn = picture(main, rng)
    planes = [
        ndimage.map_coordinates(drawn[..., one], [v, u], order=1, cval=0.0) for one in range(4)
    ]
    return [(np.stack(planes[:3], axis=-1), planes[3])]


def picture(main, rng):
    """(PRINT_PX, PRINT_PX, 4) color and cover of one print."""
    side, kind = PRINT_PX, rng.random()
    canvas = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(canvas)
    inks_of = [ink8(other_color(main, rng)) for _ in range(rng.integers(1, 5))]
    if kind < 0.3:  # a scene of its own: smooth fields, or a framed one
        return scene(rng, framed=rng.random() < 0.5)
    for _ in range(rng.integers(1, 9) if kind < 0.75 else 0):
        shape(pen, inks_of[rng.integers(len(inks_of))], rng)
    if kind >= 0.6:
        lines = int(rng.integers(1, 5))
        size = int(rng.uniform(0.5, 0.9) * side / max(lines, 2))
        font = ImageFont.load_default(max(8, size))
        for line in range(lines):
            words = "".join(rng.choice(list(LETTERS), rng.integers(3, 9)))
            at = side / 2, (line + 0.5) * side / lines
            fill = inks_of[rng.integers(len(inks_of))]
            pen.text(at, words, font=font, anchor="mm", fill=fill, stroke_width=1, stroke_fill=fill)
    return np.asarray(canvas, np.float32) / 255


def ink8(values):
    return (*(int(255 * one) for one in np.clip(values, 0, 1)), 255)


def shape(pen, ink, rng):
    side = PRINT_PX
    middle, reach = rng.uniform(0.25, 0.75, 2) * side, rng.uniform(0.06, 0.42, 2) * side
    box = (*(middle - reach), *(middle + reach))
    kind, width = rng.integers(5), int(rng.integers(2, 9))
    if kind == 0:
        pen.ellipse(box, fill=ink)
    elif kind == 1:
        pen.ellipse(box, outline=ink, width=width)
    elif kind == 2:
        count = int(rng.integers(3, 11))
        angles = np.sort(rng.uniform(0, 6.3, count))
        far = reach.max() * rng.uniform(0.4, 1, count)
        points = [(middle[0] + r * np.cos(a), middle[1] + r * np.sin(a))
                  for a, r in zip(angles, far, strict=True)]  # fmt: skip
        pen.polygon(points, fill=ink)
    elif kind == 3:
        points = [tuple(rng.uniform(0.1, 0.9, 2) * side) for _ in range(rng.integers(3, 8))]
        pen.line(points, fill=ink, width=width, joint="curve")
    else:
        pen.rounded_rectangle(box, radius=rng.uniform(0, 20), fill=ink)


def scene(rng, *, framed):
    side = PRINT_PX
    drawn = np.ones((side, side, 4), np.float32)
    drawn[..., :3] = color(rng)
    for cells in rng.choice([2, 3, 4, 6, 9], 3, replace=False):
        noise = Image.fromarray(rng.random((cells, cells)).astype(np.float32))
        field = np.asarray(noise.resize((side, side), Image.Resampling.BICUBIC))
        level, soft = rng.uniform(0.4, 0.7), rng.choice([0.02, 0.3])
        mask = edge(field - level, soft)[..., None]
        drawn[..., :3] = drawn[..., :3] * (1 - mask) + color(rng) * mask
    if rng.random() < 0.5:
        canvas = Image.fromarray((np.clip(drawn, 0, 1) * 255).astype(np.uint8), "RGBA")
        for _ in range(rng.integers(1, 6)):
            shape(ImageDraw.Draw(canvas), ink8(color(rng)), rng)
        drawn = np.asarray(canvas, np.float32) / 255
    if framed:
        rim = int(side * rng.uniform(0.04, 0.2))
        drawn = drawn.copy()
        inner = drawn[rim:-rim, rim:-rim].copy()
        drawn[..., :3] = color(rng)
        drawn[rim:-rim, rim:-rim] = inner
    return drawn


def of_sample(pattern):
    """The rarer patterns as the sample shop draws them, in more sizes."""

    def draw(x, y, main, rng):
        zoom = 2 ** rng.uniform(-0.7, 0.9)
        u, v = (x * zoom + 0.5).astype(np.float32), (y * zoom + 0.5).astype(np.float32)
        softness, seed = zoom * pixel(x, y), int(rng.integers(1 << 30))
        one, two = inks(pattern, u, v, softness=softness, seed=seed)
        return [(other_color(main, rng), one), (other_color(main, rng), two)]

    return draw


DRAWERS = {
    "solid": solid, "striped": striped, "checked": checked, "dotted": dotted, "floral": floral,
    "graphic": graphic, **{name: of_sample(name) for name in OTHERS},
}  # fmt: skip
SHARES = {
    "solid": 0.22, "striped": 0.18, "checked": 0.13, "dotted": 0.11, "floral": 0.12,
    "graphic": 0.13, "animal": 0.03, "camouflage": 0.02, "zigzag": 0.03, "abstract": 0.03,
}  # fmt: skip
