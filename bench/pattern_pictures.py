"""Pictures that teach patterns, for `bench/fit_pattern.py`: named, drawn, painted and disturbed.

Of photos only the MIT-licensed set `fashion` and its larger photos `fashion-large` enter, ids
ending in 7 excepted, for the tables that are fitted ship with the package.
"""

import csv
import io
import random
import re

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from drawn_cloth import SHARES, color, painted
from lookalike.features.disturb import disturbed, on_backgrounds
from lookalike.features.image_fit import unpad
from lookalike.sample.canvas import jpeg
from lookalike.sample.render import picture
from lookalike.sample.shop import sample_shop

NAMED = {
    "striped": r"striped?s?",
    "checked": r"checks?|checked|plaid",
    "dotted": r"polka|dots?|dotted",
    "floral": r"floral|flowery?|flowers",
    "graphic": r"graphic|print(ed|s)?",
    "solid": r"solid",
    "animal": r"animal|leopard|zebra",
}
MOST = {"graphic": 700}  # of a word; 500 of the others
PLAIN_TYPES = re.compile(
    "Jeans|Trousers|Track Pants|Leggings|Jeggings|Handbags|Clutches|Wallets|Belts|Watches|"
    "Sunglasses|Casual Shoes|Sports Shoes|Formal Shoes|Heels|Flats|Earrings|Ring|Bracelet|"
    "Pendant|Bangle|Necklace and Chains|Bra|Briefs|Innerwear Vests|Capris|Jackets"
)
PATTERN_WORDS = re.compile("print|strip|check|graphic|floral|dot|animal")
VARIED = {  # share of what is done to a picture; the rest is left as it is
    "mirrored": 0.04, "cropped to 80 %": 0.08, "20 % brighter": 0.06, "20 % darker": 0.06,
    "watermark": 0.08, "a third the size": 0.1, "on white": 0.03, "on gray": 0.03,
    "on wood": 0.05, "on gradient": 0.05, "on noise": 0.05, "before clutter": 0.03,
}  # fmt: skip
SWATCHES, SAMPLES = 0.25, 0.2  # of what is drawn; the others are painted on photos
OWN_COLOR = 0.6  # of painted garments keep theirs between the marks
SWATCH_PX = 240
SCENE_PX = 288


def rows_of(folder):
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if not row["id"].endswith("7")]


def named(folder):
    """(file bytes, pattern) of apparel whose name says one pattern."""
    by_word = {}
    for row in rows_of(folder):
        name = row["productDisplayName"].lower()
        said = {word for word, text in NAMED.items() if re.search(rf"\b({text})\b", name)}
        if row["masterCategory"] != "Apparel":
            continue
        if said == {"floral", "graphic"}:  # "floral print"
            said = {"floral"}
        if len(said) == 1:
            by_word.setdefault(said.pop(), []).append(row)
    chance = random.Random(1)
    for word, rows in by_word.items():
        chance.shuffle(rows)
        for row in rows[: MOST.get(word, 500)]:
            yield (folder / row["image"]).read_bytes(), word


def shuffled(folder, count):
    """(file bytes, "solid" or None, type) of any products: solid by type, if not by name."""
    rows = rows_of(folder)
    random.Random(2).shuffle(rows)
    for row in rows[:count]:
        name, kind = row["productDisplayName"].lower(), row["articleType"]
        is_plain = PLAIN_TYPES.fullmatch(kind) and not PATTERN_WORDS.search(name)
        yield (folder / row["image"]).read_bytes(), "solid" if is_plain else None, kind


def sampled(seed, count):
    """(file bytes, product) of every view of the sample shop."""
    for product in sample_shop(count, seed=seed).products:
        for view in product.views:
            yield jpeg(picture(product, view, size_px=320).image, quality=88), product


def plain_samples(seed, count):
    """(pixels, mask) of every view of the sample shop's plain products."""
    for product in sample_shop(count, seed=seed).products:
        for view in product.views:
            if product.pattern == "solid":
                drawn = picture(product, view, size_px=320)
                yield drawn.image, drawn.mask.astype(np.float32)


def drawn(photos, samples, *, seed, count):
    """(file bytes, pattern) of swatches, and of plain products painted with a pattern.

    photos, samples  (pixels, mask) of products with no pattern of their own
    """
    rng = np.random.default_rng(seed)
    for _ in range(count):
        pattern, kind = str(rng.choice(list(SHARES), p=list(SHARES.values()))), rng.random()
        if kind < SWATCHES:
            image, mask = swatch(pattern, rng)
        else:
            source = samples if kind < SWATCHES + SAMPLES else photos
            image, mask = enlarged(*source[rng.integers(len(source))], int(rng.integers(200, 340)))
            image = dressed(image, mask, pattern, rng)
        if image is not None:
            yield saved(varied(image, mask, rng)[0], rng), pattern


def varied(image, mask, rng):
    """The picture as `lookalike certify` disturbs it, and how; two in five are left alone."""
    names = ["", *VARIED]
    chances = np.array([1 - sum(VARIED.values()), *VARIED.values()])
    name = str(rng.choice(names, p=chances))
    if name == "before clutter":
        image = before_clutter(image, mask, rng)
    elif name.startswith("on "):
        image = on_backgrounds(image, mask.astype(np.float32), rng=rng)[name]
    elif name:
        image = disturbed(image)[name]
    return image, name


def saved(image, rng):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=int(rng.integers(72, 95)))
    return file.getvalue()


def enlarged(pixels, mask, side):
    scale = side / max(mask.shape)
    size = max(8, round(mask.shape[1] * scale)), max(8, round(mask.shape[0] * scale))
    larger = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    soft = Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(larger), np.clip(np.asarray(soft), 0, 1)


def soft_mask(mask, shape):
    """(h, w) in [0, 1]: the encoder's mask over the picture, with a firmer edge."""
    return np.clip((unpad(mask, (shape[1], shape[0])) - 0.3) / 0.4, 0, 1)


def dressed(image, mask, pattern, rng):
    """The product in a drawn pattern, under its own folds; None where it is too small."""
    inside = mask > 0.5
    if inside.sum() < 400:
        return None
    rows, columns = np.nonzero(inside)
    side = max(np.ptp(rows), np.ptp(columns)) + 1
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
    x = (x - (columns.min() + columns.max()) / 2) / side
    y = (y - (rows.min() + rows.max()) / 2) / side
    light = image @ np.array([0.3, 0.59, 0.11]) / 255
    shade = np.clip(light / max(np.median(light[inside]), 0.03), 0.35, 1.5)
    own = np.median(image[inside], axis=0) / 255
    cloth, cover = painted(pattern, x, y, rng, ground=own if rng.random() < OWN_COLOR else None)
    if pattern == "graphic" or rng.random() < 0.3:  # a print shines through folds
        shade = 0.5 + 0.5 * shade
    kept = (cover * mask)[..., None]
    shown = image / 255 * (1 - kept) + cloth * shade[..., None] * kept
    return (np.clip(shown, 0, 1) * 255).astype(np.uint8)


def swatch(pattern, rng):
    """(pixels, mask) of a cloth, a rug, a cushion or a framed picture on a plain ground."""
    long, short = SWATCH_PX, int(SWATCH_PX * rng.uniform(0.45, 1))
    high, wide = (long, short) if rng.random() < 0.6 else (short, long)
    pad = 0 if rng.random() < 0.15 else int(rng.integers(6, 40))
    y, x = np.mgrid[:high, :wide].astype(np.float32)
    x, y = (x - wide / 2) / SWATCH_PX, (y - high / 2) / SWATCH_PX
    cloth, _ = painted(pattern, x, y, rng)
    outline = outlined(x, y, rng)
    slope = rng.normal(0, 0.2, 2)
    folds = abs(rng.normal()) * 0.08 * np.sin(x * rng.uniform(0, 50) + rng.uniform(0, 6))
    cloth = np.clip(cloth * (1 + slope[0] * x + slope[1] * y + folds)[..., None], 0, 1)
    if rng.random() < (0.7 if pattern == "graphic" else 0.15):
        cloth, outline = framed(cloth, rng), np.ones_like(outline)
    ground = rng.uniform(0.75, 1) if rng.random() < 0.8 else color(rng)
    shown = np.zeros((high + 2 * pad, wide + 2 * pad, 3), np.float32) + ground
    mask = np.zeros(shown.shape[:2], np.float32)
    place = np.s_[pad : pad + high, pad : pad + wide]
    mask[place] = outline
    if pad and rng.random() < 0.4:
        shadow = ndimage.gaussian_filter(np.roll(mask, 5, axis=0), 6)
        shown *= 1 - 0.25 * shadow[..., None]
    shown[place] = shown[place] * (1 - outline[..., None]) + cloth * outline[..., None]
    return (np.clip(shown, 0, 1) * 255).astype(np.uint8), mask


def outlined(x, y, rng):
    """1 inside a rectangle, an ellipse, or a rectangle with round corners."""
    half_x, half_y, kind = -x[0, 0], -y[0, 0], rng.random()
    if kind < 0.2:
        return ((x / half_x) ** 2 + (y / half_y) ** 2 < 1).astype(np.float32)
    if kind < 0.6:
        return np.ones_like(x)
    radius = rng.uniform(0.03, 0.2)
    beyond = [np.maximum(np.abs(p) - h + radius, 0) for p, h in ((x, half_x), (y, half_y))]
    return (np.hypot(*beyond) < radius).astype(np.float32)


def framed(cloth, rng):
    """Behind a frame, half of them with a white mount."""
    cloth = cloth.copy()
    rim, mount = int(rng.integers(4, 18)), int(rng.integers(8, 35))
    paper = rng.uniform(0.85, 1)
    borders = [(rim, color(rng))]
    if rng.random() < 0.5:
        borders.insert(0, (rim + mount, paper))
    for width, ink in borders:
        cloth[:width], cloth[-width:], cloth[:, :width], cloth[:, -width:] = ink, ink, ink, ink
    return cloth


def before_clutter(image, mask, rng):
    scene = clutter(rng).astype(np.float32)
    scale = rng.uniform(0.5, 0.95) * SCENE_PX / max(mask.shape)
    size = int(mask.shape[1] * scale), int(mask.shape[0] * scale)
    figure = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))
    soft = Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    kept = np.asarray(soft)[..., None]
    left, top = (int(rng.integers(0, SCENE_PX - one + 1)) for one in size)
    place = np.s_[top : top + size[1], left : left + size[0]]
    scene[place] = scene[place] * (1 - kept) + figure * kept
    return np.clip(scene, 0, 255).astype(np.uint8)


def clutter(rng):
    """(288, 288, 3): smooth noise of six scales, with boxes and lines."""
    side = SCENE_PX
    scene = np.zeros((side, side, 3), np.float32) + rng.uniform(0.2, 0.8, 3)
    for cells in (2, 4, 8, 16, 32, 64):
        noise = rng.normal(size=(cells, cells, 3 if rng.random() < 0.5 else 1)).astype(np.float32)
        layers = [Image.fromarray(noise[..., band % noise.shape[2]]) for band in range(3)]
        smooth = [one.resize((side, side), Image.Resampling.BICUBIC) for one in layers]
        scene += np.stack(smooth, axis=-1) * rng.uniform(0.03, 0.2) / (1 + cells / 24)
    canvas = Image.fromarray((np.clip(scene, 0, 1) * 255).astype(np.uint8))
    pen = ImageDraw.Draw(canvas)
    for _ in range(rng.integers(0, 25)):
        x, y = rng.uniform(-0.2, 1, 2) * side
        wide, high = 2 ** rng.uniform(-5.6, -0.7, 2) * side
        gray = int(rng.integers(0, 255))
        ink = tuple(rng.integers(0, 255, 3).tolist()) if rng.random() < 0.3 else (gray,) * 3
        if rng.random() < 0.25:
            pen.line((x, y, x + wide, y + high), fill=ink, width=int(rng.integers(1, 6)))
        else:
            pen.rectangle((x, y, x + wide, y + high), fill=ink)
    return np.asarray(canvas)
