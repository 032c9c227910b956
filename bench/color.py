"""Scorecard of color and shape on labeled catalogs: baselines, the encoder, the palette, ours.

    python bench/color.py DATA [--limit 1500] [--half odd] [--sets outfits rooms] [--speed]

DATA holds one folder a set, each with catalog.csv and images.  A product falls into a half by
the CRC-32 of its id; constants were chosen on the even half, so quote the odd one.  The default
encoder and the table of `color_table` were trained on `fashion` (except ids ending in 7): what
they reach there flatters them.  The baselines are in `color_baselines.py`.
"""

import argparse
import collections
import csv
import pathlib
import time
import zlib
from typing import NamedTuple

import numpy as np

from color_baselines import BASELINES, placed
from color_labels import LABELS, TYPES, family_of
from lookalike.domain.color import FAMILIES
from lookalike.features.color_family import Subject, color_family
from lookalike.features.encoder import default_encoder
from lookalike.features.foreground import foreground
from lookalike.features.image_fit import unpad
from lookalike.features.palette import palette_and_channel
from lookalike.features.pipeline import Extractor
from lookalike.features.shape import silhouette

NEIGHBORS = 10
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
    subject: Subject  # of the heads for material and category


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
            for name in ("color", "material", "category")
        }
        mask = unpad(encoded.mask[0], prepared.pixels.shape[1::-1])
        pictures = (prepared.pixels, prepared.dots, prepared.alpha)
        subject = Subject(heads["material"]["metal"], heads["category"]["apparel"])
        yield Sample(row, *pictures, mask, heads["color"], subject)


def families(name, samples):
    """Agreement with the merchant's label: top-1, top-2, macro top-1, calibration error."""
    column, wanted = LABELS[name][0], family_of(name)
    methods = {**BASELINES, "head": head_alone, "pixels": without_head, "ours": ours}
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
    named = color_family(swatches, sample.head, channel=channel, subject=sample.subject)
    return placed(named.probabilities)


def measured(sample):
    found = foreground(sample.pixels, alpha=sample.alpha, encoder_mask=sample.mask)
    return palette_and_channel(sample.dots, found.weights)


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
        color_family(found, sample.head, channel=channel, subject=sample.subject)
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
