"""How well patterns are named, and how seldom furniture gets a type of fashion.

    python bench/attributes.py DATA [--labels FILE] [--limit 500]

DATA holds the folders `street`, `rooms` and `outfits`, each with catalog.csv and images; one that
is missing is left out.  Patterns are compared as seven classes, all rare ones being one; `head` is
the encoder alone.  Of `street` the photos that `bench/fit_pattern.py` did not see are counted; the
sample shop has a seed that no fit used.  FILE is a CSV of id and pattern for packshots of
`outfits`, labeled by eye; none ships.  Processor times are means over `outfits` of the least of
three runs, the foreground beside them because the machine is noisy.
"""

import argparse
import csv
import pathlib
import time
import zlib

import numpy as np

from fit_pattern import SEVEN, macro_f1, sampled, seven, street
from lookalike.features.encoder import default_encoder
from lookalike.features.foreground import foreground
from lookalike.features.image_fit import unpad
from lookalike.features.pattern import pattern_guess
from lookalike.features.pipeline import Extractor

SHOP_SEED, SHOP_PRODUCTS = 7, 200
GARMENTS = ("Tops", "Bottoms", "Dresses, jumpsuits and Complete set", "Outerwear")
BINS = 10
ROUNDS = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--labels", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=500)
    options = parser.parse_args()
    extractor = Extractor(default_encoder())
    print(f"{'':34}{'pictures':>9}{'F1 head':>9}{'F1 now':>9}{'ECE head':>10}{'ECE now':>9}")
    if (options.data / "street").exists():
        photos = list(street(options.data / "street"))[1::2]
        patterns("street, every other photo", photos, extractor)
    views = list(sampled(SHOP_SEED, SHOP_PRODUCTS))
    patterns("sample shop, all views", [(data, one.pattern) for data, one in views], extractor)
    if options.labels:
        every, garments = labeled(options.data / "outfits", options.labels)
        patterns("packshots labeled by eye", every, extractor)
        patterns("garments among them", garments, extractor)
    if (options.data / "rooms").exists():
        furniture(shuffled_files(options.data / "rooms", options.limit), extractor)
    if (options.data / "outfits").exists():
        cost(shuffled_files(options.data / "outfits", options.limit), extractor)


def patterns(name, pictures, extractor):
    classes = extractor.encoder.heads["pattern"]
    head, now, truth = [], [], []
    for data, label in pictures:
        prepared, encoded, weights = measured(data, extractor)
        chances = encoded.heads["pattern"][0]
        head.append(chances)
        now.append(guess_of(prepared, encoded, weights, extractor).probabilities)
        truth.append(min(classes.index(label) if label in classes else len(SEVEN), len(SEVEN)))
    truth = np.array(truth)
    head, now = seven(np.stack(head)), seven(np.stack(now))
    scores = [macro_f1(truth, one.argmax(axis=1)) for one in (head, now)]
    errors = [calibration_error(one, truth) for one in (head, now)]
    print(
        f"{name:34}{len(truth):9}{scores[0]:9.3f}{scores[1]:9.3f}{errors[0]:10.3f}{errors[1]:9.3f}"
    )


def measured(data, extractor):
    prepared = extractor.prepare(data)
    encoded = extractor.encode([prepared])[0]
    return prepared, encoded, weights_of(prepared, encoded)


def weights_of(prepared, encoded):
    mask = unpad(encoded.mask[0], (prepared.pixels.shape[1], prepared.pixels.shape[0]))
    return foreground(prepared.pixels, alpha=prepared.alpha, encoder_mask=mask).weights


def guess_of(prepared, encoded, weights, extractor):
    classes = extractor.encoder.heads["pattern"]
    head, cloth = encoded.heads["pattern"][0], encoded.cloth[0]
    return pattern_guess(head, cloth, classes, small=prepared.pixels, weights=weights)


def calibration_error(chances, truth):
    """Expected: the mean gap of confidence and accuracy over ten bins, by their sizes."""
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    places = np.clip(np.ceil(sure * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = [abs(sure[places == one].sum() - right[places == one].sum()) for one in range(BINS)]
    return sum(gaps) / len(truth)


def labeled(folder, file):
    """(file bytes, pattern) of all labeled packshots, and of the garments among them."""
    with file.open(encoding="utf-8", newline="") as stream:
        labels = {row["id"]: row["pattern"] for row in csv.DictReader(stream)}
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["id"] in labels]
    pictures = [((folder / row["image"]).read_bytes(), labels[row["id"]]) for row in rows]
    pairs = zip(rows, pictures, strict=True)
    return pictures, [one for row, one in pairs if row["des_product_category"] in GARMENTS]


def shuffled_files(folder, limit):
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: zlib.crc32(row["id"].encode()))
    return [(folder / row["image"]).read_bytes() for row in rows[:limit]]


def furniture(files, extractor):
    values = [extractor.extract(data).attributes["product_type"] for data in files]
    bold = sum(max(one.probabilities.values()) >= 0.5 for one in values)
    shown = sum(one.value != "unknown" for one in values)
    print(
        f"furniture: {len(files)} pictures, a type of .5 or surer {bold / len(files):.3f}, "
        f"shown {shown / len(files):.3f}"
    )


def cost(files, extractor):
    """Mean processor time of the pattern and of the foreground, least of three runs each."""
    spent = np.full((2, len(files)), np.inf)
    for row, data in enumerate(files):
        prepared, encoded, weights = measured(data, extractor)
        for _ in range(ROUNDS):
            started = time.process_time()
            guess_of(prepared, encoded, weights, extractor)
            middle = time.process_time()
            weights_of(prepared, encoded)
            ended = time.process_time()
            spent[:, row] = np.minimum(spent[:, row], (middle - started, ended - middle))
    pattern, mask = spent.mean(axis=1) * 1e3
    print(
        f"processor ms an image: pattern {pattern:.2f}, foreground {mask:.2f}, "
        f"ratio {pattern / mask:.2f}"
    )


if __name__ == "__main__":
    main()
