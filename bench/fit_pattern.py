"""Fit what names a pattern, and what knows a product: decisions 0013 and 0092.

    python bench/fit_pattern.py DATA src/lookalike/models [--workers 2] [--measured FILE]

DATA holds the folders `fashion`, `fashion-large` and `street`, each with catalog.csv and images.
Writes pattern-2.npz and familiarity-1.json.  The weights come from the MIT-licensed `fashion` and
`fashion-large` (ids ending in 7 excepted), the sample shop with seeds that no test uses, and from
what `bench/pattern_pictures.py` draws and paints.  Of `street` every other photo chooses seven
offsets and a temperature for scenes; report the rest (`bench/attributes.py`).
"""

import argparse
import csv
import json
import multiprocessing
import pathlib
import pickle
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize, minimize_scalar

import pattern_network as network
from lookalike.errors import InvalidInput
from lookalike.features.encoder import default_encoder
from lookalike.features.pattern import FLOOR, HEAD_VOTE, MOST_SPREADS
from lookalike.features.pipeline import Extractor
from pattern_network import log_softmax
from pattern_pictures import (
    PATTERN_WORDS,
    drawn,
    named,
    plain_samples,
    rows_of,
    sampled,
    saved,
    shuffled,
    soft_mask,
    varied,
)

SEEDS, PRODUCTS = (101, 102), 250  # of the sample shop
SHUFFLED, FAMILIAR_SHUFFLED = 1_500, 900
PAINTABLE, LEAST_PLAIN = 2_000, 0.75  # thumbnails looked at; what the encoder's head says of one
LEAST_PLAIN_LARGE = 0.6  # the same of a larger photo
DRAWN, DRAWN_SEED, VARIED_SEED = 7_000, 1, 2
STREET_WORDS = {"stripe": "striped", "plaid": "checked", "spot": "dotted", "graphics": "graphic"}
SEVEN = ("solid", "striped", "checked", "dotted", "floral", "graphic")  # and all others as one

# Total weight of a set, whatever its size; of ten choices the best of held-out names and of every
# other street photo.  A name ending in + is the same pictures disturbed.
TOTALS = {"named": 2.0, "named+": 1.2, "shuffled": 2.0, "shuffled+": 1.2, "large": 0.6,
          "large+": 0.5, "plain": 0.5, "plain+": 0.5, "sample": 1.0, "sample+": 1.0,
          "drawn": 3.0}  # fmt: skip
HELD_OUT = 8  # every eighth source chooses the temperature; then all are trained on
NETWORKS = 5
MOST_OFFSET = 1.5
OFFSET_COST = 0.003  # of macro-F1 for an offset of 1
LEAST_SPREAD = 1e-4
DIGITS = 3

FAMILIAR = {"named": 0.3, "shuffled": 1.0, "large": 0.6, "sample": 0.3}
FAMILIAR_RIDGE = 1e-2
EMBEDDING_SCALE = 8


class Lesson(NamedTuple):
    """A picture that teaches; those of one source are held out together."""

    file: bytes
    label: str | None
    is_fashion: bool = True
    source: int | None = None


@dataclass(frozen=True)
class Shown:
    """What is known of n pictures; sources tell which of them show the same."""

    labels: list
    sources: np.ndarray  # (n,)
    is_fashion: np.ndarray  # (n,)
    cloth: np.ndarray  # (n, c)
    head: np.ndarray  # (n, patterns) of the encoder's own
    kinds: np.ndarray  # (n, types)
    groups: np.ndarray  # (n, categories)
    embedding: np.ndarray  # (n, e)
    pixels: list
    masks: list

    def without_pixels(self):
        return replace(self, pixels=[None] * len(self.labels), masks=[None] * len(self.labels))

    def first(self, count):
        return Shown(*(values[:count] for values in vars(self).values()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--measured", type=pathlib.Path, help="a file to measure pictures once")
    options = parser.parse_args()
    heads = default_encoder().heads
    sets, votes = measurements(options)
    print({name: len(values.labels) for name, values in sets.items()})
    np.savez_compressed(
        options.models / "pattern-2.npz", **pattern_table(sets, votes, heads["pattern"])
    )
    sets["shuffled"] = sets["shuffled"].first(FAMILIAR_SHUFFLED)
    text = json.dumps(familiarity_table(sets, heads), separators=(",", ":"))
    (options.models / "familiarity-1.json").write_text(text + "\n", "utf-8")


def measurements(options):
    """The training sets and the street photos; from the file, if it was written before."""
    if options.measured and options.measured.exists():
        return pickle.loads(options.measured.read_bytes())
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, mp_context=context) as workers:
        sets = training_sets(options.data, workers)
        votes = shown(street(options.data / "street"), workers)
    found = {name: known.without_pixels() for name, known in sets.items()}, votes.without_pixels()
    if options.measured:
        options.measured.write_bytes(pickle.dumps(found))
    return found


def training_sets(data, workers):
    sets = {
        "named": shown(named(data / "fashion"), workers),
        "shuffled": shown((one[:2] for one in shuffled(data / "fashion", SHUFFLED)), workers),
        "large": shown((one[:2] for one in shuffled(data / "fashion-large", 500)), workers),
        "sample": shown(
            ((file, one.pattern, one.domain == "fashion") for seed in SEEDS
             for file, one in sampled(seed, PRODUCTS)), workers,
        ),
    }  # fmt: skip
    sets["plain"] = plain_ones(shown(paintable(data / "fashion"), workers), LEAST_PLAIN)
    rng = np.random.default_rng(VARIED_SEED)
    for name in ("named", "shuffled", "large", "sample", "plain"):
        sets[name + "+"] = shown(disturbed_ones(sets[name], rng), workers)
    photos = cut_outs(sets["plain"]) + 3 * cut_outs(plain_ones(sets["large"], LEAST_PLAIN_LARGE))
    samples = [one for seed in SEEDS for one in plain_samples(seed, PRODUCTS)]
    pictures = drawn(photos, samples, seed=DRAWN_SEED, count=DRAWN)
    return sets | {"drawn": shown(pictures, workers)}


def paintable(folder):
    """(file bytes, None) of products whose name says no pattern; few of what is not worn."""
    rows, chance = rows_of(folder), random.Random(7)
    chance.shuffle(rows)
    for row in rows[:PAINTABLE]:
        group, name = row["masterCategory"], row["productDisplayName"].lower()
        often = {"Apparel": 1, "Footwear": 0.4, "Accessories": 0.4}.get(group, 0)
        if chance.random() < often and not PATTERN_WORDS.search(name):
            yield (folder / row["image"]).read_bytes(), None


def plain_ones(known, least):
    """Those that the encoder's own head takes for solid, labeled so."""
    rows = np.flatnonzero(known.head[:, 0] >= least)
    some = {name: [values[row] for row in rows] for name, values in vars(known).items()}
    arrays = {name: np.array(values) for name, values in some.items()
              if isinstance(getattr(known, name), np.ndarray)}  # fmt: skip
    return Shown(**{**some, **arrays, "labels": ["solid"] * len(rows)})


def cut_outs(known):
    """(pixels, mask) of every picture."""
    pairs = zip(known.pixels, known.masks, strict=True)
    return [(pixels, soft_mask(mask, pixels.shape)) for pixels, mask in pairs]


def disturbed_ones(known, rng):
    for row, label in enumerate(known.labels):
        if label is None:
            continue
        pixels = known.pixels[row]
        image, how = varied(pixels, soft_mask(known.masks[row], pixels.shape), rng)
        if how:
            yield saved(image, rng), label, True, known.sources[row]


def street(folder):
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["pattern"]:
                label = STREET_WORDS.get(row["pattern"], row["pattern"])
                yield (folder / row["image"]).read_bytes(), label


def shown(lessons, workers):
    """What is known of pictures, each with its label and perhaps more: see `Lesson`."""
    given = [Lesson(*one) for one in lessons]
    found = list(workers.map(measured, [one.file for one in given], chunksize=16))
    kept = [place for place, values in enumerate(found) if values is not None]
    *numbers, pixels, masks = zip(*(found[place] for place in kept), strict=True)
    return Shown(
        [given[place].label for place in kept],
        np.array([place if given[place].source is None else given[place].source for place in kept]),
        np.array([given[place].is_fashion for place in kept]),
        *(np.array(one) for one in numbers),
        list(pixels),
        list(masks),
    )


def measured(data):
    """Cloth, plainness, kinds, groups, embedding, pixels and mask; None for no picture."""
    extractor = one_extractor()
    try:
        prepared = extractor.prepare(data)
    except InvalidInput as problem:
        print(problem)
        return None
    encoded = extractor.encode([prepared])[0]
    heads = {name: values[0] for name, values in encoded.heads.items()}
    return (
        encoded.cloth[0], heads["pattern"], heads["product_type"], heads["category"],
        encoded.embedding[0], extractor._detail(prepared), encoded.mask[0],
    )  # fmt: skip


@cache
def one_extractor():
    return Extractor(default_encoder(threads=1))


def pattern_table(sets, votes, classes):
    """The arrays of pattern-2.npz."""
    pairs = [
        (name, row, classes.index(label))
        for name in TOTALS
        for row, label in enumerate(sets[name].labels)
        if label is not None
    ]
    inputs = np.stack([sets[name].cloth[row] for name, row, _ in pairs])
    truth = np.array([label for _, _, label in pairs])
    sizes = {name: sum(one[0] == name for one in pairs) for name in TOTALS}
    weight = np.array([TOTALS[name] / sizes[name] for name, _, _ in pairs])
    held = np.array([sets[name].sources[row] % HELD_OUT == 0 for name, row, _ in pairs])
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + LEAST_SPREAD

    def design(cloth):
        return np.clip((cloth - mean) / spread, -MOST_SPREADS, MOST_SPREADS).astype(np.float32)

    def fitted(rows):
        seeds = range(NETWORKS)
        given = design(inputs[rows]), truth[rows], weight[rows], len(classes)
        return network.averaged([network.trained(*given, seed=seed) for seed in seeds])

    heard = HEAD_VOTE * np.log(np.stack([sets[name].head[row] for name, row, _ in pairs]) + FLOOR)
    said = network.scores(fitted(~held), design(inputs[held])) + heard[held]
    plain = temperature(said, truth[held], weight[held])
    for name in TOTALS:
        rows = np.array([one[0] == name for one in pairs])[held]
        print(f"held out of {name}: {np.mean(said[rows].argmax(1) == truth[held][rows]):.3f} right")
    parts = fitted(np.ones(len(pairs), dtype=bool))
    labels = np.array([classes.index(one) if one in classes else -1 for one in votes.labels])
    chosen = (np.arange(len(labels)) % 2 == 0) & (labels >= 0)
    seen = network.scores(parts, design(votes.cloth[chosen]))
    seen = seen + HEAD_VOTE * np.log(votes.head[chosen] + FLOOR)
    offsets = moved(seen, labels[chosen], len(classes))
    scene = temperature(seen + offsets, labels[chosen], np.ones(chosen.sum()))
    names = "hidden", "hidden_bias", "last", "last_bias"
    table = {"classes": np.array(classes), "mean": mean, "spread": spread, "offsets": offsets}
    table |= {"temperature": np.array([plain, scene]), **dict(zip(names, parts, strict=True))}
    return {
        name: values if name == "classes" else np.asarray(values, np.float16 if name == "hidden"
                                                          else np.float32)
        for name, values in table.items()
    }  # fmt: skip


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


def temperature(scores, truth, weight):
    """The one of least weighted cross-entropy over seven classes."""
    groups = np.minimum(truth, len(SEVEN))

    def loss(temperature):
        chances = seven(np.exp(log_softmax(scores / temperature)))
        return -(weight * np.log(chances[np.arange(len(truth)), groups] + 1e-9)).sum()

    found = minimize_scalar(loss, bounds=(0.3, 3), method="bounded").x
    print(f"temperature {found:.3f}")
    return found


def moved(scores, truth, classes):
    """(classes,) an offset for each of seven, by coordinate search on macro-F1."""
    groups = np.minimum(truth, len(SEVEN))
    member = np.minimum(np.arange(classes), len(SEVEN))

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
    print("offsets for scenes", dict(zip((*SEVEN, "other"), best.tolist(), strict=True)))
    return best[member]


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
        known = np.array(values.is_fashion)
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
