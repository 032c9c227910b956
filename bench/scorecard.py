"""The public scorecard: how good attributes and lists are on labeled pictures of five shops.

    python bench/scorecard.py DATA [--workspace DIR] [--sets fashion ...] [--limit 400]
                                   [--out docs/reference/quality.md]

DATA holds one folder a set, each with catalog.csv and images.  Only skus and images are indexed,
so that no figure knows the feed.  A product falls into a half by the CRC-32 of its id (of its
design, where there is one): weights are fitted on the even half, all figures are of the odd one.
Of `fashion` the first 6,000 products of a fixed shuffle are used.
What labels mean stands in bench/maps/.  With --workspace a second run does not index again.
"""

import argparse
import csv
import hashlib
import json
import re
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lookalike import Engine, Settings
from lookalike.domain.evaluation import LabelColumn
from lookalike.evaluation.labels import LabelMap
from lookalike.evaluation.metrics import DEPTH
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS

MAPS = Path(__file__).parent / "maps"
FIT_PRODUCTS = 1_500  # of the even half; their similarities fit into 70 MB
STEPS = (-0.6, -0.3, -0.1, 0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0)  # beside look 1
ROUNDS = 2
QUERIES = 2_000  # of a question, drawn with seed 0

Row = Mapping[str, str]


@dataclass(frozen=True)
class Attribute:
    """One attribute and the column that holds its label; the map is <set>-<attribute>.json."""

    name: str
    column: str
    is_weak: bool = False


@dataclass(frozen=True)
class Shop:
    """A set of labeled pictures.

    questions  name of the question -> column of its label
    derived    column -> how it is made of a row; "" where there is no label
    part       what decides the half
    most       products at most, by a fixed shuffle
    note       what a reader must know before believing a figure
    """

    title: str
    attributes: tuple[Attribute, ...]
    questions: Mapping[str, str]
    derived: Mapping[str, Callable[[Row], str]] = field(default_factory=dict)
    part: Callable[[Row], str] = lambda row: row["id"]
    most: int | None = None
    note: str = ""


def design(row: Row) -> str:
    return row["id"].rpartition("-")[0]


def joined(*columns: str) -> Callable[[Row], str]:
    return lambda row: (
        " + ".join(row[name] for name in columns) if all(row[name] for name in columns) else ""
    )


def mapped(name: str, column: str) -> Callable[[Row], str]:
    """The value that a map gives for a column; "" where it gives none."""
    meanings = LabelMap.from_json(json.loads((MAPS / f"{name}.json").read_text()), name=name)
    return lambda row: (meanings.label(row[column]) or "") if row[column] else ""


NAMED_PATTERNS = {
    "striped": r"\bstripe[sd]?\b",
    "checked": r"\b(checked|checks|plaid)\b",
    "solid": r"\bsolid\b",
    "floral": r"\bfloral\b",
    "dotted": r"\b(polka|dots|dotted)\b",
    "graphic": r"\bgraphic\b",
}


def named_pattern(row: Row) -> str:
    """The pattern that the name of an apparel product says, if it says exactly one."""
    if row["masterCategory"] != "Apparel":
        return ""
    name = row["productDisplayName"].lower()
    said = [pattern for pattern, words in NAMED_PATTERNS.items() if re.search(words, name)]
    return said[0] if len(said) == 1 else ""


SHOPS = {
    "fashion": Shop(
        "Catalog of a fashion shop, 60 x 80 pixels",
        (
            Attribute("color_family", "baseColour"),
            Attribute("product_type", "articleType"),
            Attribute("style", "usage"),
            Attribute("pattern", "pattern", is_weak=True),
        ),
        {"type": "articleType", "color": "color", "type and color": "type and color"},
        {
            "pattern": named_pattern,
            "color": mapped("fashion-color_family", "baseColour"),
            "type and color": joined("articleType", "color"),
        },
        most=6_000,
        note="The default encoder was trained on these pictures and their labels, in both halves:"
        " what is made by its heads or its embedding is flattered.",
    ),
    "outfits": Shop(
        "Packshots of another fashion retailer",
        (
            Attribute("color_family", "des_color_specification_esp"),
            Attribute("product_type", "des_product_type"),
        ),
        {
            "type": "des_product_type",
            "color": "color",
            "type and color": "type and color",
            "same design, other color": "design",
        },
        {
            "design": design,
            "color": mapped("outfits-color_family", "des_color_specification_esp"),
            "type and color": joined("des_product_type", "color"),
        },
        part=design,
    ),
    "rooms": Shop(
        "Pictures of a furniture retailer",
        (Attribute("color_family", "color"),),
        {"type": "kind", "color": "family", "type and color": "type and color"},
        {
            "kind": lambda row: row["type"].partition(",")[0],
            "family": mapped("rooms-color_family", "color"),
            "type and color": joined("kind", "family"),
        },
    ),
    "street": Shop(
        "Photographs of people in the street, labeled by votes",
        (Attribute("pattern", "pattern"), Attribute("color_family", "colours")),
        {"type": "category", "color": "color", "type and color": "type and color"},
        {
            "color": mapped("street-color_family", "colours"),
            "type and color": joined("category", "color"),
        },
    ),
    "phone": Shop(
        "Garments photographed at home",
        (Attribute("product_type", "label"),),
        {"type": "type"},
        {"type": mapped("phone-product_type", "label")},
        note="These are, as far as we know, the photographs of this collection that were held out"
        " when the default encoder was trained on the others.",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--workspace", type=Path, help="kept; a temporary one otherwise")
    parser.add_argument("--sets", nargs="+", default=list(SHOPS), choices=list(SHOPS))
    parser.add_argument("--limit", type=int, help="products of each set, to try the command out")
    parser.add_argument("--out", type=Path, default=Path("docs/reference/quality.md"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = options.workspace or Path(temporary)
        with Engine.open(Settings.load({"workspace": str(place)})) as engine:
            parts = [
                scored(engine, name, options.data / name, place / "scorecard", options.limit)
                for name in options.sets
            ]
    text = "\n".join([heading(parts[0][1], options.limit), *(part for part, _ in parts)])
    options.out.write_text(text, encoding="utf-8")
    print(f"{options.out}: {len(text.splitlines())} lines")


def heading(versions: Mapping[str, object], limit: int | None) -> str:
    tried = f"\n**A trial over at most {limit} products of each set.**\n" if limit else ""
    return f"""# Quality

Made by `python bench/scorecard.py DATA`, which says how products are split; `lookalike evaluate`
measures [your own catalog](../how-to/evaluate.md) by the same code.  Lookalike
{versions["lookalike"]}, encoder `{versions["encoder"]}`, extractor `{versions["extractor"]}`.
{tried}
Pictures are labeled by merchants or by votes; what their words mean here stands in `bench/maps/`.
Only pictures are indexed, so no value comes from a feed.  Brackets are 95% bootstrap intervals.

**Attributes.** Unknown counts as wrong, except under "when known"; top-2 looks at the two most
probable values.  ECE is the expected calibration error.  "Always" is the score of giving every
product the most frequent label: accuracy, macro-F1.

**Retrieval.** Every product asks for the others of its label among the labeled products of the
half; identical pictures are neither found nor missed.  "Look" is the encoder's embedding alone,
"fitted" what the other half prefers to the default weights, by P@1 for designs and by P@10 else.
"""


def scored(engine, name, folder, scratch, limit):
    """The section of one set as Markdown, and the versions it was made with."""
    shop = SHOPS[name]
    rows = labeled_rows(shop, folder, limit)
    scratch.mkdir(parents=True, exist_ok=True)
    catalog = write(
        scratch / f"{name}.csv", ["sku", "image"], [[r["id"], r["image"]] for r in rows]
    )
    report = engine.index(catalog, images=str(folder), collection=name)
    print(f"{name}: {report.products} products, {report.encoded} images encoded", flush=True)
    columns = sorted(set(shop.derived) | set(shop.questions.values()) | {
        one.column for one in shop.attributes
    })  # fmt: skip
    halves = {}
    for half in ("even", "odd"):
        chosen = [row for row in rows if row["half"] == half]
        table = [[row["id"], *(row[column] for column in columns)] for row in chosen]
        halves[half] = write(scratch / f"{name}-{half}.csv", ["sku", *columns], table)
    quality = engine.quality(collection=name)
    note = [shop.note, ""] if shop.note else []
    lines = [f"## {shop.title}", "", *note, *attribute_lines(quality, name, shop, halves["odd"])]
    fitting = Fitting(quality, [row for row in rows if row["half"] == "even"], folder)
    more, versions = retrieval_lines(quality, shop, halves["odd"], fitting)
    return "\n".join([*lines, "", *more, ""]), versions


def labeled_rows(shop, folder, limit):
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        for column, made in shop.derived.items():
            row[column] = made(row)
        part = zlib.crc32(shop.part(row).encode())
        row["half"] = "odd" if part % 2 else "even"
        row["order"] = part ^ 0x5BD1E995  # a fixed shuffle that keeps designs whole
    shuffled = sorted(rows, key=lambda row: (row["order"], row["id"]))
    return shuffled[: shop.most][:limit]


def write(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return str(path)


def attribute_lines(quality, name, shop, labels):
    lines = [
        "| attribute | n | accuracy | top-2 | macro-F1 | known | when known | ECE | always |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    weak = False
    for one in shop.attributes:
        map_file = MAPS / f"{name}-{one.name}.json"
        found = quality.evaluate_attributes(
            LabelColumn(labels, one.column),
            attribute=one.name,
            map_file=str(map_file) if map_file.exists() else None,
        )
        if found.never_said:
            print(f"  {one.name}: never said {', '.join(found.never_said)}", flush=True)
        base = found.majority_baseline
        weak |= one.is_weak
        lines.append(
            f"| {one.name}{' (1)' if one.is_weak else ''} | {found.n:,} "
            f"| {with_span(found, 'accuracy')} | {with_span(found, 'top2')} "
            f"| {with_span(found, 'macro_f1')} | {found.coverage:.2f} "
            f"| {plain(found.accuracy_known)} | {plain(found.ece)} "
            f"| {plain(base['accuracy'])}, {plain(base['macro_f1'])} |"
        )
        print(lines[-1], flush=True)
    if weak:
        lines += ["", "(1) Weak labels: words of product names such as Striped or Checked."]
    return lines


def retrieval_lines(quality, shop, labels, fitting):
    lines = [
        "| question | weights | n | P@1 | P@10 | mAP@10 | nDCG@10 | P@1 by chance |",
        "|---|---|---|---|---|---|---|---|",
    ]
    notes, versions = [], {}
    for question, column in shop.questions.items():
        fitted = fitting.weights(column, depth=1 if column == "design" else DEPTH)
        for title, weights in (("look", {"look": 1.0}), ("default", None), ("fitted", fitted)):
            found = quality.evaluate_retrieval(
                LabelColumn(labels, column, sample=QUERIES), weights=weights
            )
            versions = found.versions
            lines.append(
                f"| {question} | {title} | {found.n:,} | {with_span(found, 'p_at_1')} "
                f"| {with_span(found, 'p_at_10')} | {plain(found.map_at_10)} "
                f"| {plain(found.ndcg_at_10)} | {plain(found.chance)} |"
            )
            print(lines[-1], flush=True)
        told = ", ".join(f"{channel} {weight:g}" for channel, weight in fitted.items() if weight)
        notes.append(f"- {question}: {told}")
    return [*lines, "", "Fitted weights:", "", *notes], versions


class Fitting:
    """Searches weights on one half: coordinate by coordinate, from the default mix."""

    def __init__(self, quality, rows, folder):
        index = quality.live.view().index
        calibration = quality.live.view().calibration
        known = [(row, index.number(row["id"])) for row in rows]
        kept = [(row, number) for row, number in known if number is not None][:FIT_PRODUCTS]
        self.rows = [row for row, _ in kept]
        vectors = index.vectors(index.first_rows(np.array([number for _, number in kept])))
        self.similar = {
            name: (vectors[:, part] @ vectors[:, part].T - calibration.mean[name])
            / calibration.std[name]
            for name in index.layout.names
            for part in [index.layout.part(name)]
        }
        metric = calibration.design
        if metric is not None:
            alike = metric.query(vectors, index.layout) @ vectors.T
            self.similar["design"] = (alike - calibration.mean["design"]) / calibration.std[
                "design"
            ]
        files = [hashlib.sha256((folder / row["image"]).read_bytes()).digest() for row in self.rows]
        pictures = np.unique(files, return_inverse=True)[1]
        self.hidden = pictures[:, None] == pictures[None, :]

    def weights(self, column, *, depth):
        labels = np.unique([row[column].casefold() for row in self.rows], return_inverse=True)[1]
        is_labeled = np.array([bool(row[column]) for row in self.rows])
        relevant = (labels[:, None] == labels[None, :]) & ~self.hidden & is_labeled
        queries = np.flatnonzero(is_labeled & relevant.any(axis=1))
        best = {name: DEFAULT_WEIGHTS[name] for name in self.similar}
        if not len(queries):
            return best
        most = self._precisions(best, queries, relevant, is_labeled, depth)
        for _ in range(ROUNDS):
            for name in best:
                for step in STEPS if name != "look" else ():
                    tried = {**best, name: step}
                    found = self._precisions(tried, queries, relevant, is_labeled, depth)
                    if is_clearly_better(found, most):
                        best, most = tried, found
        return best

    def _precisions(self, weights, queries, relevant, is_candidate, depth):
        """(queries,) the share of the `depth` nearest that carry the label."""
        scores = sum(
            np.float32(weight) * self.similar[name][queries]
            for name, weight in weights.items()
            if weight
        )
        scores = np.where(self.hidden[queries] | ~is_candidate, -np.inf, scores)
        nearest = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
        return np.take_along_axis(relevant[queries], nearest, axis=1).mean(axis=1)


def is_clearly_better(found, most):
    """By more than a standard error of the difference: a small set would fit its chance."""
    gain = found - most
    return gain.mean() > gain.std() / np.sqrt(len(gain))


def with_span(found, name):
    low, high = found.intervals[name]
    return f"{plain(getattr(found, name))} ({plain(low)}-{plain(high)})"


def plain(share):
    """0.7314 -> .731"""
    return "-" if share is None else f"{share:.3f}".removeprefix("0")


if __name__ == "__main__":
    main()
