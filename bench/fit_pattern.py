"""Fit what names a pattern, and what knows a product: the tables of docs/decisions/0013-pattern.md.

    python bench/fit_pattern.py DATA src/lookalike/models

DATA holds the folders `fashion`, `fashion-large` and `street`, each with catalog.csv and images.
Writes pattern-1.json and familiarity-1.json.  The weights come from the MIT-licensed `fashion`
and `fashion-large` (ids ending in 7 excepted), the sample shop with seeds that no test uses, and
what `bench/pattern_pictures.py` draws.  Of `street` every other photo chooses seven offsets and a
temperature of the weights for scenes; report the rest (`bench/attributes.py`).
"""

import argparse
import csv
import json
import pathlib
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from lookalike.errors import InvalidInput
from lookalike.features.encoder import default_encoder
from lookalike.features.foreground import foreground
from lookalike.features.image_fit import unpad
from lookalike.features.pattern import FLOOR, MOST_SPREADS, PLAIN, SCENE, clutter
from lookalike.features.pipeline import Extractor
from lookalike.features.texture import STATISTICS, texture
from pattern_pictures import named, pasted, sampled, shuffled, soft_mask

SEEDS, PRODUCTS = (101, 102), 250  # of the sample shop
PASTED, PASTE_SEED = 1_400, 1
SHUFFLED = 900
STREET_WORDS = {"stripe": "striped", "plaid": "checked", "spot": "dotted", "graphics": "graphic"}
SEVEN = ("solid", "striped", "checked", "dotted", "floral", "graphic")  # and all others as one

# Total weight of a set, whatever its size; by the odd half of `street` and of 298 packshots, too.
ON_PLAIN = {"named": 1, "sample": 3, "pasted": 1, "shuffled": 2}
IN_SCENES = {"named": 1, "sample": 1, "pasted": 1.5, "shuffled": 0.5}
CLOTH_RIDGE, SCENE_RIDGE = 3e-3, 3e-2
PLAIN_BALANCE, SCENE_BALANCE = 0.25, 0.5  # a class counts as 1 / its weight to this power
LEAST_CLASS = 0.02
STATISTICS_SCALE = 0.6  # of a spread: what the ridge sees as 1 beside logarithms
LEAST_PLAINNESS = 0.3  # pictures before a busier background do not teach the cloth
MOST_OFFSET = 1.5
OFFSET_COST = 0.003  # of macro-F1 for an offset of 1
DIGITS = 3

FAMILIAR = {"named": 0.3, "shuffled": 1.0, "large": 0.6, "sample": 0.3}
FAMILIAR_RIDGE = 1e-2
EMBEDDING_SCALE = 8


@dataclass(frozen=True)
class Shown:
    """What is known of n pictures; statistics are NaN where too little cloth is seen."""

    labels: list
    head: np.ndarray  # (n, patterns)
    statistics: np.ndarray  # (n, STATISTICS)
    plainness: np.ndarray  # (n,)
    kinds: np.ndarray  # (n, types)
    groups: np.ndarray  # (n, categories)
    embedding: np.ndarray  # (n, e)
    garments: list  # pixels and mask


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("models", type=pathlib.Path)
    options = parser.parse_args()
    encoder = default_encoder()
    sets = training_sets(options.data, Extractor(encoder))
    sets["street"] = shown(street(options.data / "street"), Extractor(encoder))
    classes = encoder.heads["pattern"]
    tables = {
        "pattern-1.json": pattern_table(sets, classes),
        "familiarity-1.json": familiarity_table(sets, encoder.heads),
    }
    for name, table in tables.items():
        text = json.dumps(table, separators=(",", ":"))
        (options.models / name).write_text(text + "\n", "utf-8")
        print(name, {one: len(values.labels) for one, values in sets.items()})


def training_sets(data, extractor):
    sets = {
        "named": shown(named(data / "fashion"), extractor),
        "shuffled": shown((one[:2] for one in shuffled(data / "fashion", SHUFFLED)), extractor),
        "large": shown((one[::2] for one in shuffled(data / "fashion-large", 500)), extractor),
        "sample": shown((one for seed in SEEDS for one in sampled(seed, PRODUCTS)), extractor),
    }
    small = {}
    for (pixels, mask), label in zip(sets["named"].garments, sets["named"].labels, strict=True):
        small.setdefault(label, []).append((pixels, soft_mask(mask, pixels.shape)))
    large = [
        (pixels, soft_mask(mask, pixels.shape), kind)
        for (pixels, mask), kind in zip(sets["large"].garments, sets["large"].labels, strict=True)
    ]
    pictures = pasted(large, small, seed=PASTE_SEED, count=PASTED)
    sets["pasted"] = shown(pictures, extractor)
    return sets


def street(folder):
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["pattern"]:
                label = STREET_WORDS.get(row["pattern"], row["pattern"])
                yield (folder / row["image"]).read_bytes(), label


def shown(pictures, extractor):
    labels, found, garments = [], [], []
    for data, label in pictures:
        try:
            prepared = extractor.prepare(data)
        except InvalidInput as problem:
            print(problem)
            continue
        encoded = extractor.encode([prepared])[0]
        pixels = prepared.pixels
        mask = unpad(encoded.mask[0], (pixels.shape[1], pixels.shape[0]))
        weights = foreground(pixels, alpha=prepared.alpha, encoder_mask=mask).weights
        large = extractor._detail(prepared)
        seen = texture(pixels, weights, large=large)
        calm = (SCENE - clutter(pixels, weights)) / (SCENE - PLAIN)
        labels.append(label)
        found.append(
            (
                encoded.heads["pattern"][0],
                np.full(len(STATISTICS), np.nan) if seen is None else seen,
                np.clip(calm, 0, 1),
                encoded.heads["product_type"][0],
                encoded.heads["category"][0],
                encoded.embedding[0],
            )
        )
        garments.append((large, encoded.mask[0]))
    columns = [np.array(one) for one in zip(*found, strict=True)]
    return Shown(labels, *columns, garments)


def pattern_table(sets, classes):
    """The document of pattern-1.json."""
    teaching = {
        name: [
            (classes.index(label if isinstance(label, str) else label.pattern), row)
            for row, label in enumerate(sets[name].labels)
            if label is not None
        ]
        for name in ON_PLAIN
    }
    head = {name: np.log(values.head + FLOOR) for name, values in sets.items()}
    calm = np.vstack([sets[name].statistics[sets[name].plainness > 0.5] for name in teaching])
    mean, spread = np.nanmean(calm, axis=0), np.nanstd(calm, axis=0) / STATISTICS_SCALE
    both = {
        name: np.hstack(
            [
                head[name],
                np.clip((sets[name].statistics - mean) / spread, -MOST_SPREADS, MOST_SPREADS),
            ]
        )
        for name in teaching
    }
    seen = {
        name: (sets[name].plainness > LEAST_PLAINNESS) & np.isfinite(sets[name].statistics[:, 0])
        for name in teaching
    }
    cloth = fitted(both, teaching, ON_PLAIN, seen, (CLOTH_RIDGE, PLAIN_BALANCE))
    plain = fitted(head, teaching, ON_PLAIN, seen, (CLOTH_RIDGE, PLAIN_BALANCE))
    all_of = {name: np.ones(len(head[name]), dtype=bool) for name in teaching}
    scene = fitted(head, teaching, IN_SCENES, all_of, (SCENE_RIDGE, SCENE_BALANCE))
    truth, rows = (np.array(one) for one in zip(*teaching["sample"], strict=True))
    usable = np.isfinite(sets["sample"].statistics[rows, 0])
    truth, rows = truth[usable], rows[usable]
    cloth = tempered(cloth, both["sample"][rows], truth)
    plain = tempered(plain, head["sample"][rows], truth)
    votes = np.array(
        [classes.index(one) if one in classes else -1 for one in sets["street"].labels]
    )
    chosen = (np.arange(len(votes)) % 2 == 0) & (votes >= 0)
    scene = moved(scene, head["street"][chosen], votes[chosen], classes)
    scene = tempered(scene, head["street"][chosen], votes[chosen])
    count = len(classes)
    return {
        "classes": classes,
        "statistics": STATISTICS,
        "mean": rounded(mean, 4),
        "spread": rounded(spread, 4),
        "cloth": {
            "head": rounded(cloth[:count]),
            "statistics": rounded(cloth[count:-1]),
            "bias": rounded(cloth[-1]),
        },
        "plain": {"head": rounded(plain[:-1]), "bias": rounded(plain[-1])},
        "scene": {"head": rounded(scene[:-1]), "bias": rounded(scene[-1])},
    }


def fitted(design, teaching, weights, usable, settings):
    """(columns + 1, classes): the least weighted cross-entropy; the bias is the last row."""
    ridge, balance = settings
    evidence, truth, weight = [], [], []
    for name, total in weights.items():
        pairs = [(label, row) for label, row in teaching[name] if usable[name][row]]
        evidence.append(design[name][[row for _, row in pairs]])
        truth += [label for label, _ in pairs]
        weight += [total / len(pairs)] * len(pairs)
    truth, weight = np.array(truth), np.array(weight)
    sizes = np.bincount(truth, weights=weight, minlength=design["named"].shape[1])
    weight = weight * np.maximum(sizes, LEAST_CLASS)[truth] ** -balance
    classes = truth.max() + 1
    return logistic(np.vstack(evidence), np.eye(classes)[truth], weight / weight.sum(), ridge)


def logistic(evidence, truth, weight, ridge):
    design = np.column_stack([evidence, np.ones(len(evidence))]).astype(np.float64)
    shape = design.shape[1], truth.shape[1]

    def loss(flat):
        table = flat.reshape(shape)
        logs = log_softmax(design @ table)
        gap = (np.exp(logs) - truth) * weight[:, None]
        slopes = np.vstack([table[:-1], np.zeros((1, shape[1]))])
        value = -(weight[:, None] * truth * logs).sum() + ridge * (slopes**2).sum()
        return value, (design.T @ gap + 2 * ridge * slopes).ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return found.x.reshape(shape)


def log_softmax(scores):
    scores = scores - scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def tempered(table, evidence, truth):
    """The table divided by the temperature of least cross-entropy over seven classes."""
    scores = evidence @ table[:-1] + table[-1]
    groups = np.minimum(truth, len(SEVEN))

    def loss(temperature):
        chances = seven(np.exp(log_softmax(scores / temperature)))
        return -np.log(chances[np.arange(len(truth)), groups] + 1e-9).mean()

    return table / minimize_scalar(loss, bounds=(0.3, 3), method="bounded").x


def moved(table, evidence, truth, classes):
    """The table with an offset for each of seven classes, by coordinate search on macro-F1."""
    scores = evidence @ table[:-1] + table[-1]
    groups = np.minimum(truth, len(SEVEN))
    member = np.minimum(np.arange(len(classes)), len(SEVEN))

    def score(offsets):
        said = seven(np.exp(log_softmax(scores + offsets[member]))).argmax(axis=1)
        return macro_f1(groups, said) - OFFSET_COST * np.abs(offsets[member]).sum()

    best = np.zeros(len(SEVEN) + 1)
    for step in (1.0, 1.0, 0.5, 0.5, 0.25, 0.25):
        for place in range(len(best)):
            for change in (-step, step, 2 * step, -2 * step):
                tried = best.copy()
                tried[place] += change
                if score(tried) > score(best) + 1e-6:
                    best = tried
    best = np.clip(best, -MOST_OFFSET, MOST_OFFSET)
    print(
        "offsets of the weights for scenes",
        dict(zip((*SEVEN, "other"), best.tolist(), strict=True)),
    )
    return np.vstack([table[:-1], table[-1] + best[member]])


def seven(chances):
    known = len(SEVEN)
    return np.column_stack([chances[:, :known], chances[:, known:].sum(axis=1)])


def macro_f1(truth, said):
    """Mean over the classes that occur in the truth."""
    scores = []
    for label in np.unique(truth):
        hits = np.sum((truth == label) & (said == label))
        scores.append(2 * hits / (np.sum(truth == label) + np.sum(said == label)))
    return float(np.mean(scores))


def familiarity_table(sets, heads):
    """The document of familiarity-1.json: the fashion set against the sample shop's home half."""
    evidence, truth, weight = [], [], []
    for name, total in FAMILIAR.items():
        values = sets[name]
        known = np.array([name != "sample" or one.domain == "fashion" for one in values.labels])
        best = values.kinds.max(axis=1, keepdims=True)
        order = (values.kinds * np.log(values.kinds + 1e-9)).sum(axis=1, keepdims=True)
        columns = (values.embedding * EMBEDDING_SCALE, np.log(values.groups + 1e-3))
        evidence.append(np.hstack([*columns, np.log(best + 1e-12), order]))
        truth.append(known)
        weight.append(np.where(known, total / known.sum(), 1 / max((~known).sum(), 1)))
    classes = np.eye(2)[np.concatenate(truth).astype(int)]
    # Two columns of weights instead of one halve the ridge on their difference.
    table = logistic(np.vstack(evidence), classes, np.concatenate(weight), 2 * FAMILIAR_RIDGE)
    odds = table[:, 1] - table[:, 0]
    size, groups = sets["named"].embedding.shape[1], len(heads["category"])
    return {
        "product_type": heads["product_type"],
        "category": heads["category"],
        "embedding": rounded(odds[:size] * EMBEDDING_SCALE),
        "log_category": rounded(odds[size : size + groups], 4),
        "log_type": round(float(odds[-3]), 4),
        "negative_entropy": round(float(odds[-2]), 4),
        "bias": round(float(odds[-1]), 4),
    }


def rounded(values, digits=DIGITS):
    return np.round(values, digits).tolist()


if __name__ == "__main__":
    main()
