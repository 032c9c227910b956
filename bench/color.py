"""Scorecard of color and shape on labeled catalogs: libraries, the encoder, the palette, ours.

    python bench/color.py DATA [--limit 1500] [--half odd] [--sets outfits rooms] [--speed]

DATA holds one folder a set, each with catalog.csv and images.  A product falls into a half by
the CRC-32 of its id; constants were chosen on the even half, so quote the odd one.  The default
encoder and the table of `color_table` were trained on `fashion` (except ids ending in 7): what
they reach there flatters them.  The libraries come with the `bench` extra; each gets the picture
cut out by its border color; `NAMED` names its main color, kinder than the plain CSS names do.
"""

import argparse
import collections
import csv
import functools
import io
import pathlib
import time
import zlib
from typing import NamedTuple

import numpy as np
from PIL import Image

from lookalike.domain.color import FAMILIES, oklab, rgb_from_hex
from lookalike.features.color_family import color_family
from lookalike.features.encoder import default_encoder
from lookalike.features.foreground import foreground
from lookalike.features.image_fit import unpad
from lookalike.features.palette import palette_and_channel
from lookalike.features.pipeline import Extractor
from lookalike.features.shape import silhouette

# Column and family -> the labels that mean it; other labels are ambiguous and left out.
LABELS = {
    "outfits": (
        "des_color_specification_esp",
        {
            "black": "NEGRO,TEJANO NEGRO",
            "white": "OFFWHITE,BLANCO,MARFIL,BLEACH",
            "gray": "GRIS,GRIS MEDIO VIGORE,GRIS CLARO VIGORE,GRIS OSCURO"
            " VIGORE,ANTRACITA,CENIZA,ASFALTO,TEJANO GRIS,TEJANO GRIS OSCURO,TEJANO"
            " GRIS CLARO",
            "beige": "BEIGE,ARENA,PIEDRA,NUDE",
            "brown": "MARRON,CHOCOLATE,CUERO,TABACO,COFFEE,COGNAC,CARAMELO",
            "red": "ROJO,GRANATE,BURDEOS,VINO,CEREZA,BLOOD,BERMELLON",
            "orange": "NARANJA,TERRACOTA,CALDERO,MANDARINA,NARANJA PASTEL",
            "yellow": "MOSTAZA,AMARILLO,AMARILLO PASTEL,AMARILLO FLUOR,OCRE,CURRY",
            "green": "VERDE,KHAKI,BOTELLA,VERDE"
            " PASTEL,OLIVA,MENTA,ESMERALDA,CAZA,MUSGO,MANZANA,BILLAR,LIMA",
            "blue": "AZUL,NAVY,TEJANO MEDIO,CELESTE,TEJANO OSCURO,TEJANO CLARO,MARINO,AZUL"
            " NOCHE,TURQUESA,INDIGO,ELECTRICO,TINTA,BLUEBLACK,TEJANO SOFT,DIRTY,DIRTY"
            " OSCURO,DIRTY CLARO,PRUSIA",
            "purple": "MORADO,LILA,VIOLETA,MALVA,CIRUELA",
            "pink": "ROSA,FUCSIA,ROSA PASTEL,ROSA PALO,ROSA LIGHT,CHICLE,ROSA FLUOR",
            "gold": "ORO",
            "silver": "PLATA",
        },
    ),
    "fashion": (
        "baseColour",
        {
            "black": "Black",
            "white": "White,Cream,Off White",
            "blue": "Blue,Navy Blue,Turquoise Blue",
            "brown": "Brown,Coffee Brown",
            "gray": "Grey,Charcoal,Grey Melange",
            "red": "Red,Maroon,Burgundy",
            "green": "Green,Olive,Sea Green,Lime Green,Fluorescent Green",
            "pink": "Pink,Magenta",
            "purple": "Purple,Lavender",
            "silver": "Silver,Steel",
            "yellow": "Yellow,Mustard",
            "beige": "Beige,Skin,Nude",
            "gold": "Gold,Bronze,Copper",
            "orange": "Orange,Rust",
            "multicolor": "Multi",
        },
    ),
    "rooms": (
        "color",
        {
            "white": "White,Off-white,High-gloss white,White stain,White stained,Porcelain white",
            "black": "Black,Black stained",
            "gray": "Grey,Dark grey,Light grey",
            "beige": "Beige,Dark beige",
            "brown": "Brown,Brown stained,Dark brown",
            "green": "Green,Light green",
            "yellow": "Yellow,Light yellow",
            "blue": "Blue,Light blue,Dark blue,Medium blue,Turquoise,Light turquoise",
            "pink": "Pink,Light pink",
            "red": "Red,Bright red",
            "orange": "Orange",
            "silver": "Stainless"
            " steel,Chrome-plated,Nickel-plated,Aluminium,Silver-colour,Stainless"
            " steel colour,Aluminium-colour",
            "multicolor": "Multicolour,Assorted colours",
            "gold": "Gold-colour,Brass-colour",
        },
    ),
    "street": (
        "colours",
        {
            "black": "black",
            "gray": "gray",
            "white": "white",
            "brown": "brown",
            "blue": "blue,cyan",
            "green": "green",
            "yellow": "yellow",
            "purple": "purple",
            "red": "red",
        },
    ),
}
TYPES = {"outfits": "des_product_family", "fashion": "articleType", "rooms": "type"}
NEIGHBORS = 10
# How the names of CSS fold into families; the first that a name contains counts.
CSS = {
    "brown": "saddlebrown sienna brown chocolate peru maroon",
    "beige": "beige linen wheat bisque almond moccasin burlywood tan navajo papaya",
    "white": "white snow ivory seashell floralwhite oldlace mintcream azure honeydew aliceblue"
    " cornsilk",
    "gray": "gray grey gainsboro silver",
    "purple": "purple violet orchid plum indigo lavender thistle",
    "pink": "pink fuchsia magenta rose",
    "orange": "orange coral tomato peach salmon",
    "red": "red crimson firebrick",
    "yellow": "yellow gold khaki lemon",
    "green": "green olive lime chartreuse teal aquamarine",
    "blue": "blue navy cyan aqua turquoise",
    "black": "black",
}
NAMED = {  # what a first attempt would compare with: CSS colors by family, and a photographed black
    "black": ("#000000", "#2f2f2f"),
    "white": ("#ffffff", "#fffaf0"),
    "gray": ("#808080", "#c0c0c0", "#696969"),
    "beige": ("#f5f5dc", "#d2b48c", "#f5deb3"),
    "brown": ("#a52a2a", "#8b4513", "#5c4033"),
    "red": ("#ff0000", "#800000", "#dc143c"),
    "orange": ("#ffa500", "#ff7f50"),
    "yellow": ("#ffff00", "#daa520"),
    "green": ("#008000", "#808000", "#006400", "#98fb98"),
    "blue": ("#0000ff", "#000080", "#87ceeb", "#4682b4"),
    "purple": ("#800080", "#e6e6fa"),
    "pink": ("#ffc0cb", "#ff1493"),
}
HEAD_NAMES = {
    "off white": "white", "grey": "gray", "charcoal": "gray", "bronze": "gold", "tan": "brown",
    "maroon": "red", "peach": "orange", "mustard": "yellow", "olive": "green", "teal": "green",
    "navy": "blue", "lavender": "purple", "magenta": "pink", "multi": "multicolor",
}  # fmt: skip


class Sample(NamedTuple):
    fields: dict
    pixels: np.ndarray  # (h, w, 3) uint8, the analysis picture
    dots: np.ndarray  # (h, w, 3) uint8, single pixels of the image
    alpha: np.ndarray | None
    mask: np.ndarray  # (h, w) float32, the encoder's
    head: dict  # color class -> probability
    metal: float  # of the material head


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=1500)
    parser.add_argument("--half", choices=("even", "odd", "both"), default="odd")
    parser.add_argument("--sets", nargs="+", default=list(LABELS), choices=list(LABELS))
    parser.add_argument("--speed", action="store_true", help="time each step on one thread")
    options = parser.parse_args()
    extractor = Extractor(default_encoder(threads=1))
    for name in options.sets:
        samples = list(load(options.data / name, extractor, options.half, options.limit))
        families(name, samples)
        neighbors(name, samples)
        if options.speed:
            speed(samples)


def load(folder, extractor, half, limit):
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    crc = {row["id"]: zlib.crc32(row["id"].encode()) for row in rows}
    if half != "both":
        rows = [row for row in rows if crc[row["id"]] % 2 == (half == "odd")]
    rows.sort(key=lambda row: crc[row["id"]] ^ 0x5BD1E995)  # a fixed shuffle
    classes = extractor.encoder.heads
    for row in rows[:limit]:
        prepared = extractor.prepare((folder / row["image"]).read_bytes())
        (encoded,) = extractor.encode([prepared])
        heads = {
            name: dict(zip(classes[name], encoded.heads[name][0].tolist(), strict=True))
            for name in ("color", "material")
        }
        mask = unpad(encoded.mask[0], prepared.pixels.shape[1::-1])
        pictures = (prepared.pixels, prepared.dots, prepared.alpha)
        yield Sample(row, *pictures, mask, heads["color"], heads["material"]["metal"])


def families(name, samples):
    """Agreement with the merchant's label: top-1, top-2, macro top-1, calibration error."""
    column, groups = LABELS[name]
    wanted = {label: family for family, text in groups.items() for label in text.split(",")}
    methods = {
        "webcolors": lambda sample: by_css(largest_swatch(sample)),
        "largest swatch": lambda sample: by_named(largest_swatch(sample)),
        "median cut": median_cut,
        "colorthief": color_thief,
        "extcolors": ext_colors,
        "head": head_alone,
        "pixels": without_head,
        "ours": ours,
    }
    labeled = [sample for sample in samples if sample.fields[column] in wanted]
    truth = np.array([FAMILIES.index(wanted[sample.fields[column]]) for sample in labeled])
    print(f"{name}: {len(labeled)} labeled products, {len(set(truth.tolist()))} families")
    for method, answer in methods.items():
        chances = np.stack([answer(sample) for sample in labeled])
        order = np.argsort(-chances, axis=1, kind="stable")
        hit = order[:, 0] == truth
        second = (order[:, :2] == truth[:, None]).any(axis=1)
        macro = np.mean([hit[truth == family].mean() for family in set(truth.tolist())])
        print(
            f"  {method:14s} top-1 {hit.mean():.3f}  top-2 {second.mean():.3f}"
            f"  macro {macro:.3f}  ece {calibration_error(chances.max(axis=1), hit):.3f}"
        )


def largest_swatch(sample):
    """The color of the largest cluster (k-means, merged) of what differs from the border."""
    found = foreground(sample.pixels, alpha=sample.alpha, encoder_mask=None)
    swatches, _ = palette_and_channel(sample.pixels, found.weights)
    return rgb_from_hex(swatches[0].hex)


def median_cut(sample):
    """Pillow's median cut into five colors: the most frequent one."""
    inside = np.asarray(cut_out(sample))
    rgb = inside[inside[..., 3] > 0][:, :3]
    coded = Image.fromarray(rgb[None]).quantize(5, method=Image.Quantize.MEDIANCUT)
    _, most = max(coded.getcolors())
    return by_named(np.array(coded.getpalette()[3 * most : 3 * most + 3], np.uint8))


def color_thief(sample):
    from colorthief import ColorThief

    file = io.BytesIO()
    cut_out(sample).save(file, "PNG")
    return by_named(np.array(ColorThief(file).get_color(quality=1), np.uint8))


def ext_colors(sample):
    from extcolors import extract_from_image

    colors, _ = extract_from_image(cut_out(sample), tolerance=32, limit=5)
    return by_named(np.array(colors[0][0][:3], np.uint8))


def cut_out(sample):
    """The picture as RGBA: transparent where it looks like its border."""
    found = foreground(sample.pixels, alpha=sample.alpha, encoder_mask=None)
    opaque = np.where(found.weights > 0.5, 255, 0).astype(np.uint8)
    return Image.fromarray(np.dstack([sample.pixels, opaque]))


def by_css(rgb):
    """The nearest of all CSS colors, folded into families."""
    return nearest_named(oklab(rgb), css_colors())


def by_named(rgb):
    return nearest_named(oklab(rgb), named_colors())


@functools.cache
def named_colors():
    return {
        name: oklab(np.stack([rgb_from_hex(text) for text in texts]))
        for name, texts in NAMED.items()
    }


def nearest_named(lab, colors):
    """(families,) chances that fall with the distance to each family's nearest color."""
    gaps = {name: np.linalg.norm(own - lab, axis=1).min() for name, own in colors.items()}
    row = placed({name: np.exp(-gap / 0.05) for name, gap in gaps.items()})
    return row / row.sum()


@functools.cache
def css_colors():
    """Family -> OKLab of its CSS colors; a name that has no family is left out."""
    import webcolors

    found = collections.defaultdict(list)
    for name in webcolors.names("css3"):
        if family := css_family(name):
            found[family].append(webcolors.name_to_rgb(name))
    return {family: oklab(np.array(rgb, np.uint8)) for family, rgb in found.items()}


def css_family(name):
    for family, words in CSS.items():
        if any(word in name for word in words.split()):
            return family
    return None


def head_alone(sample):
    folded = collections.defaultdict(float)
    for name, chance in sample.head.items():
        folded[HEAD_NAMES.get(name, name)] += chance
    return placed(folded)


def without_head(sample):
    swatches, channel = measured(sample)
    return placed(color_family(swatches, channel=channel).probabilities)


def ours(sample):
    swatches, channel = measured(sample)
    named = color_family(swatches, sample.head, channel=channel, metal=sample.metal)
    return placed(named.probabilities)


def measured(sample):
    found = foreground(sample.pixels, alpha=sample.alpha, encoder_mask=sample.mask)
    return palette_and_channel(sample.dots, found.weights)


def placed(chances):
    row = np.zeros(len(FAMILIES))
    for name, chance in chances.items():
        row[FAMILIES.index(name)] = chance
    return row


def calibration_error(confidence, hit):
    """Expected calibration error over ten equal bins."""
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [
        (bins == number).mean()
        * abs(confidence[bins == number].mean() - hit[bins == number].mean())
        for number in set(bins.tolist())
    ]
    return float(np.sum(gaps))


def neighbors(name, samples):
    """Share of the ten nearest that carry the same label, one product a picture."""
    distinct = list({sample.pixels.tobytes(): sample for sample in samples}.values())
    weights = [
        foreground(sample.pixels, alpha=sample.alpha, encoder_mask=sample.mask).weights
        for sample in distinct
    ]
    colors = np.stack(
        [
            palette_and_channel(one.dots, weight)[1]
            for one, weight in zip(distinct, weights, strict=True)
        ]
    )
    shapes = np.stack([silhouette(weight) for weight in weights])
    for channel, rows, column in (
        ("color", colors, LABELS[name][0]),
        ("shape", shapes, TYPES.get(name)),
    ):
        if column is None:
            continue
        labels = np.array([sample.fields[column] for sample in distinct])
        counts = collections.Counter(labels.tolist())
        queries = [row for row in range(len(rows)) if counts[labels[row]] > NEIGHBORS]
        if not queries:
            continue
        similarity = rows[queries] @ rows.T
        similarity[np.arange(len(queries)), queries] = -1
        nearest = np.argpartition(-similarity, NEIGHBORS, axis=1)[:, :NEIGHBORS]
        hits = (labels[nearest] == labels[queries][:, None]).mean()
        print(f"  {channel} channel ({rows.shape[1]}) P@10 of {column}: {hits:.3f}")


def speed(samples):
    clock, spent = time.process_time, []
    for sample in samples:
        at = [clock()]
        weights = foreground(sample.pixels, alpha=sample.alpha, encoder_mask=sample.mask).weights
        at.append(clock())
        found, channel = palette_and_channel(sample.dots, weights)
        at.append(clock())
        color_family(found, sample.head, channel=channel, metal=sample.metal)
        at.append(clock())
        silhouette(weights)
        at.append(clock())
        spent.append(np.diff(at))
    middle = np.median(spent, axis=0) * 1000
    steps = ("foreground", "palette and channel", "family", "shape")
    each = ", ".join(f"{step} {ms:.2f}" for step, ms in zip(steps, middle, strict=True))
    print(f"  ms an image, median: {each}; together {middle.sum():.2f}")


if __name__ == "__main__":
    main()
