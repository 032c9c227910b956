"""Pictures that teach patterns, for `bench/fit_pattern.py`: named, drawn, and pasted into scenes.

Of photos only the MIT-licensed set `fashion` and its larger photos `fashion-large` enter, ids
ending in 7 excepted, for the tables that are fitted ship with the package.
"""

import csv
import io
import random
import re

import numpy as np
from PIL import Image, ImageDraw

from lookalike.features.image_fit import unpad
from lookalike.sample.canvas import jpeg
from lookalike.sample.patterns import inks
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
OFTEN_PATTERNED = re.compile("Tshirts|Shirts|Tops|Kurtas|Dresses|Sweatshirts|Shorts")
PATTERN_WORDS = re.compile("print|strip|check|graphic|floral|dot|animal")
DRAWN = {  # share among the drawn patterns
    "striped": 0.14, "checked": 0.14, "dotted": 0.18, "floral": 0.18, "graphic": 0.12,
    "animal": 0.06, "camouflage": 0.06, "zigzag": 0.06, "abstract": 0.06,
}  # fmt: skip
KEPT = {"solid": 0.3, "striped": 0.15, "checked": 0.15, "dotted": 0.05, "floral": 0.15,
        "graphic": 0.2}  # fmt: skip
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


def pasted(large, small, *, seed, count):
    """(file bytes, pattern) of garments on drawn clutter, half of them in a drawn pattern.

    large  (pixels, mask, article type) of the larger photos
    small  pattern -> (pixels, mask) of the named ones
    """
    rng = np.random.default_rng(seed)
    calm = [one for one in large if not OFTEN_PATTERNED.fullmatch(one[2])]
    for _ in range(count):
        kind, is_scene = rng.random(), True
        if kind < 0.5:
            image, mask, _ = large[rng.integers(len(large))]
            pattern = str(rng.choice(list(DRAWN), p=list(DRAWN.values())))
            image, is_scene = dressed(image, mask, pattern, rng), rng.random() < 0.5
        elif kind < 0.65:
            image, mask, _ = calm[rng.integers(len(calm))]
            pattern = "solid"
        else:
            pattern = str(rng.choice(list(KEPT), p=list(KEPT.values())))
            image, mask = small[pattern][rng.integers(len(small[pattern]))]
        if image is None:
            continue
        shown = before_clutter(image, mask, rng) if is_scene else image
        file = io.BytesIO()
        Image.fromarray(shown).save(file, "JPEG", quality=int(rng.integers(70, 95)))
        yield file.getvalue(), pattern


def soft_mask(mask, shape):
    """(h, w) in [0, 1]: the encoder's mask over the picture, with a firmer edge."""
    return np.clip((unpad(mask, (shape[1], shape[0])) - 0.3) / 0.4, 0, 1)


def dressed(image, mask, pattern, rng):
    """The garment in another pattern, with its own folds; None where it is too small."""
    inside = mask > 0.5
    if inside.sum() < 200:
        return None
    light = image @ np.array([0.3, 0.59, 0.11]) / 255
    shade = np.clip(light / max(np.median(light[inside]), 0.02), 0.4, 1.5)[..., None]
    main, accent, third = rng.uniform(0.05, 0.95, (3, 3))
    if rng.random() < 0.35:
        main[:] = rng.choice([0.06, 0.92, 0.95])
    if rng.random() < 0.35:
        accent[:] = rng.choice([0.06, 0.92, 0.5])
    if rng.random() < 0.3:
        accent = np.clip(main + rng.normal() * 0.25, 0, 1)
    elif np.abs(main - accent).max() < 0.2:
        accent = 1 - main
    zoom = rng.uniform(0.8, 1.5) if pattern == "graphic" else 2 ** rng.uniform(-1, 1)
    rows, columns = np.nonzero(inside)
    side, turn = max(mask.shape), rng.normal() * 0.12
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
    x, y = (x - columns.mean()) / side, (y - rows.mean()) / side
    u = (x * np.cos(turn) + y * np.sin(turn)) * zoom + 0.5
    v = (y * np.cos(turn) - x * np.sin(turn)) * zoom + 0.5
    one, two = inks(
        pattern,
        u.astype(np.float32),
        v.astype(np.float32),
        softness=zoom / side,
        seed=int(rng.integers(1 << 30)),
    )
    one, two, kept = one[..., None], two[..., None], mask[..., None]
    cloth = (main * (1 - one - two) + accent * one + third * two) * shade
    return (np.clip(image / 255 * (1 - kept) + cloth * kept, 0, 1) * 255).astype(np.uint8)


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
