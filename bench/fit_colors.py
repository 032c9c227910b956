"""Fit the table that names a whole distribution of colors: `models/color-families-1.json`.

    python bench/fit_colors.py DATA src/lookalike/models/color-families-1.json [--limit 10000]

DATA holds the folder `fashion` with catalog.csv and images: the MIT-licensed set the default
encoder was trained on, ids ending in 7 excepted.  No other set may enter, for the table ships
with the package.  Only the pictures' colors are used, not the encoder's color head, whose
answers on its own training data would be too good to learn from.

The shop teaches which word goes with which mixture.  What it does not sell it cannot teach, so
flat colors, spread evenly over what people tell apart, keep the names of `color_names`.
"""

import argparse
import csv
import json
import pathlib
import zlib

import numpy as np
from scipy.optimize import minimize

from color_labels import LABELS, family_of
from lookalike.domain.color import FAMILIES, oklab_of_swatches
from lookalike.errors import InvalidInput
from lookalike.features.color_names import family_votes
from lookalike.features.encoder import default_encoder
from lookalike.features.palette import channel_of
from lookalike.features.pipeline import Extractor

STEP = 16  # of 256 between the flat colors of a channel
FLAT_PART = 0.2  # of the total weight; with 0.05 to 0.4 plain colors keep their names in the tests
LEAST_CHROMA = 0.01  # flat colors count as 1 / chroma, as `color_names` warps it, down to this
BALANCE = 0.5  # a family counts as 1 / its size to this power; even ids of bench/color.py
RIDGE = 1e-5  # on the squares of the weights; even ids of bench/color.py
DIGITS = 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=10_000)
    options = parser.parse_args()
    channels, labels = shop(options.data / "fashion", options.limit)
    flats, names = flat_colors()
    sizes = np.bincount(labels, minlength=len(FAMILIES))
    weight = np.maximum(sizes, 1)[labels] ** -BALANCE
    evidence = np.concatenate([channels, flats[0]])
    truth = np.concatenate([np.eye(len(FAMILIES))[labels], names])
    total = np.concatenate(
        [weight / weight.sum() * (1 - FLAT_PART), flats[1] / flats[1].sum() * FLAT_PART]
    )
    options.table.write_text(document(fitted(evidence, truth, total), len(labels)), "utf-8")
    print(f"{options.table}: {len(labels)} products, {len(flats[1])} flat colors")


def shop(folder, limit):
    """(count, prototypes) color channels and (count,) family numbers, in a fixed shuffle."""
    column, wanted = LABELS["fashion"][0], family_of("fashion")
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row[column] in wanted]
    rows = [row for row in rows if not row["id"].endswith("7")]
    rows.sort(key=lambda row: zlib.crc32(row["id"].encode()))
    extractor = Extractor(default_encoder(threads=1))
    color = extractor.layout.part("color")
    channels, labels = [], []
    for row in rows[:limit]:
        try:
            measured = extractor.extract((folder / row["image"]).read_bytes())
        except InvalidInput as problem:
            print(f"{row['id']}: {problem}")
            continue
        channels.append(measured.row[color])
        labels.append(FAMILIES.index(wanted[row[column]]))
    return np.stack(channels), np.array(labels)


def flat_colors():
    """((count, prototypes) channels, (count,) weights) and (count, families) soft names."""
    level = np.arange(STEP // 2, 256, STEP)
    rgb = np.stack(np.meshgrid(level, level, level, indexing="ij"), -1).reshape(-1, 3)
    grays = np.repeat(np.arange(0, 256, STEP // 4), 3).reshape(-1, 3)
    rgb = np.concatenate([rgb, grays]).astype(np.uint8)
    lab = oklab_of_swatches(rgb)
    channels = np.stack([channel_of({f"#{bytes(one.tolist()).hex()}": 1.0}) for one in rgb])
    weights = 1 / np.maximum(np.hypot(lab[:, 1], lab[:, 2]), LEAST_CHROMA)
    return (channels, weights), family_votes(lab)


def fitted(evidence, truth, weight):
    """(prototypes + 1, families): the least weighted cross-entropy; the bias is the last row."""
    design = np.column_stack([evidence, np.ones(len(evidence))]).astype(np.float64)
    shape = (design.shape[1], truth.shape[1])

    def loss(flat):
        table = flat.reshape(shape)
        scores = design @ table
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        gap = (np.exp(logs) - truth) * weight[:, None]
        ridge = np.vstack([table[:-1], np.zeros((1, shape[1]))])
        value = -(weight[:, None] * truth * logs).sum() + RIDGE * (ridge**2).sum()
        return value, (design.T @ gap + 2 * RIDGE * ridge).ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return found.x.reshape(shape)


def document(table, count):
    rows = {
        name: {
            "bias": round(float(table[-1, column]), DIGITS),
            "weights": [round(float(one), DIGITS) for one in table[:-1, column]],
        }
        for column, name in enumerate(FAMILIES)
    }
    about = {"made_by": "bench/fit_colors.py", "products": count}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    return f'{{"about": {json.dumps(about)},\n "families": {{\n{lines}\n}}}}\n'


if __name__ == "__main__":
    main()
