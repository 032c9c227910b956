"""Scorecard of color and shape on labeled catalogues: a naive baseline, the encoder, ours.

    python bench/color.py DATA ENCODER.onnx LABELS.json [--limit 1500] [--half odd] [--speed]

DATA holds one folder a set, each with catalog.csv and images.  A product falls into a half by
the CRC-32 of its id; constants were chosen on the even half, so quote the odd one.  The default
encoder was trained on `fashion` (except ids ending in 7): its column there flatters it.
"""

import argparse
import collections
import csv
import json
import pathlib
import time
import zlib
from typing import NamedTuple

import numpy as np
import onnxruntime
from PIL import Image

from lookalike.domain.color import FAMILIES, oklab, rgb_from_hex
from lookalike.features.color_names import color_family
from lookalike.features.foreground import foreground
from lookalike.features.palette import color_channel, palette
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
ANALYSIS_PX = 112  # the longer side that the pipeline measures at
NEIGHBORS = 10
NAMED = {  # what a first attempt would compare with: CSS keywords, folded into families
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
    pixels: np.ndarray  # (h, w, 3) uint8, longer side 112
    mask: np.ndarray  # (h, w) float32, the encoder's
    head: dict  # color class -> probability


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("encoder", type=pathlib.Path)
    parser.add_argument("labels", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=1500)
    parser.add_argument("--half", choices=("even", "odd", "both"), default="odd")
    parser.add_argument("--sets", nargs="+", default=list(LABELS), choices=list(LABELS))
    parser.add_argument("--speed", action="store_true", help="time each step on one thread")
    options = parser.parse_args()
    model = Model(options.encoder, options.labels)
    for name in options.sets:
        samples = list(load(options.data / name, model, options.half, options.limit))
        families(name, samples)
        neighbors(name, samples)
        if options.speed:
            speed(samples)


class Model:
    def __init__(self, path, labels):
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(path), settings, providers=["CPUExecutionProvider"]
        )
        self.classes = json.loads(labels.read_text())["outputs"]["color"]["classes"]

    def __call__(self, image):
        side = max(image.size)
        left, top = (side - image.width) // 2, (side - image.height) // 2
        square = Image.new("RGB", (side, side), "white")
        square.paste(image, (left, top))
        planes = np.asarray(square.resize((224, 224), Image.Resampling.BICUBIC))
        mask, color = self.session.run(
            ["mask", "color"], {"image": planes.transpose(2, 0, 1)[None]}
        )
        small = image.copy()
        small.thumbnail((ANALYSIS_PX, ANALYSIS_PX))
        side = max(small.size)
        left, top = (side - small.width) // 2, (side - small.height) // 2
        whole = Image.fromarray(mask.reshape(mask.shape[-2:]).astype(np.float32))
        whole = whole.resize((side, side), Image.Resampling.BILINEAR)
        fitted = whole.crop((left, top, left + small.width, top + small.height))
        head = dict(zip(self.classes, color.ravel().tolist(), strict=True))
        return np.asarray(small), np.clip(np.asarray(fitted), 0, 1), head


def load(folder, model, half, limit):
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    crc = {row["id"]: zlib.crc32(row["id"].encode()) for row in rows}
    if half != "both":
        rows = [row for row in rows if crc[row["id"]] % 2 == (half == "odd")]
    rows.sort(key=lambda row: crc[row["id"]] ^ 0x5BD1E995)  # a fixed shuffle
    for row in rows[:limit]:
        with Image.open(folder / row["image"]) as image:
            yield Sample(row, *model(image.convert("RGB")))


def families(name, samples):
    """Agreement with the merchant's label: top-1, top-2, macro top-1, calibration error."""
    column, groups = LABELS[name]
    wanted = {label: family for family, text in groups.items() for label in text.split(",")}
    methods = {"naive": naive, "head": head_alone, "palette": without_head, "ours": ours}
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
            f"  {method:8s} top-1 {hit.mean():.3f}  top-2 {second.mean():.3f}"
            f"  macro {macro:.3f}  ece {calibration_error(chances.max(axis=1), hit):.3f}"
        )


def naive(sample):
    """The largest color of what differs from the border, by the nearest CSS keyword."""
    found = foreground(sample.pixels, alpha=None, encoder_mask=None)
    largest = oklab(rgb_from_hex(palette(sample.pixels, found.weights)[0].hex))
    chances = {}
    for name, texts in NAMED.items():
        gaps = oklab(np.stack([rgb_from_hex(text) for text in texts])) - largest
        chances[name] = float(np.exp(-np.linalg.norm(gaps, axis=1).min() / 0.05))
    total = sum(chances.values())
    return placed({name: chance / total for name, chance in chances.items()})


def head_alone(sample):
    folded = collections.defaultdict(float)
    for name, chance in sample.head.items():
        folded[HEAD_NAMES.get(name, name)] += chance
    return placed(folded)


def without_head(sample):
    return placed(color_family(measured(sample), None).probabilities)


def ours(sample):
    return placed(color_family(measured(sample), sample.head).probabilities)


def measured(sample):
    found = foreground(sample.pixels, alpha=None, encoder_mask=sample.mask)
    return palette(sample.pixels, found.weights)


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
        foreground(sample.pixels, alpha=None, encoder_mask=sample.mask).weights
        for sample in distinct
    ]
    colors = np.stack(
        [color_channel(one.pixels, weight) for one, weight in zip(distinct, weights, strict=True)]
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
        weights = foreground(sample.pixels, alpha=None, encoder_mask=sample.mask).weights
        at.append(clock())
        found = palette(sample.pixels, weights)
        at.append(clock())
        color_channel(sample.pixels, weights)
        at.append(clock())
        color_family(found, sample.head)
        at.append(clock())
        silhouette(weights)
        at.append(clock())
        spent.append(np.diff(at))
    middle = np.median(spent, axis=0) * 1000
    steps = ("foreground", "palette", "channel", "family", "shape")
    each = ", ".join(f"{step} {ms:.2f}" for step, ms in zip(steps, middle, strict=True))
    print(f"  ms an image, median: {each}; together {middle.sum():.2f}")


if __name__ == "__main__":
    main()
