"""Fit what tells a document from a photo of a product: `models/document-1.json`.

    python bench/fit_documents.py DATA src/lookalike/models/document-1.json

A logistic regression on the default encoder's embedding.  Pages of text, tables, screens and logos
are drawn by `bench/document_pictures.py`; products are the MIT-licensed sets `fashion` and
`fashion-large` (ids ending in 7 excepted) and the sample shop with a seed that no test uses.
Prints how many pictures of each set are taken for documents, those of `outfits`, `rooms`,
`street` and `phone` too, which took no part, and of drawn ones with another seed.
"""

import argparse
import csv
import json
import pathlib
import zlib
from itertools import islice

import numpy as np
from scipy.optimize import minimize

from document_pictures import documents
from lookalike.errors import InvalidInput
from lookalike.features.document import LEAST_DOCUMENT
from lookalike.features.encoder import default_encoder
from lookalike.features.pipeline import Extractor
from pattern_pictures import sampled

DRAWN, SEED, TEST_DRAWN, TEST_SEED = 1200, 11, 240, 12
PRODUCTS, SHOP_SEED, SHOP = 1500, 101, 300
RIDGE = 1e-3  # .01 finds fewer drawn pages, .0001 takes more furniture for documents
SCALE = 8  # of the embedding's numbers beside the bias
TOGETHER = 32
DIGITS = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("table", type=pathlib.Path)
    options = parser.parse_args()
    extractor = Extractor(default_encoder())
    drawn = embeddings(documents(SEED, DRAWN), extractor)
    products = [
        embeddings(pictures(options.data / name), extractor)
        for name in ("fashion", "fashion-large")
    ]
    products.append(embeddings((data for data, _ in sampled(SHOP_SEED, SHOP)), extractor))
    weights = fitted(drawn, products)
    table = {
        "embedding": np.round(weights[:-1] * SCALE, DIGITS).tolist(),
        "bias": round(float(weights[-1]), DIGITS),
    }
    options.table.write_text(json.dumps(table, separators=(",", ":")) + "\n", "utf-8")
    shown = {"drawn anew": embeddings(documents(TEST_SEED, TEST_DRAWN), extractor)}
    for name in ("outfits", "rooms", "street", "phone"):
        shown[name] = embeddings(pictures(options.data / name), extractor)
    for name, found in shown.items():
        odds = found @ np.array(table["embedding"]) + table["bias"]
        print(f"{name}: {np.mean(odds >= LEAST_DOCUMENT):.4f} of {len(odds)} are documents")


def pictures(folder):
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if not row["id"].endswith("7")]
    rows.sort(key=lambda row: zlib.crc32(row["id"].encode()))
    for row in rows[:PRODUCTS]:
        yield (folder / row["image"]).read_bytes()


def embeddings(files, extractor):
    """(count, e) of those that can be read."""
    found, files = [], iter(files)
    while batch := list(islice(files, TOGETHER)):
        prepared = []
        for data in batch:
            try:
                prepared.append(extractor.prepare(data))
            except InvalidInput as problem:
                print(problem)
        found += [one.embedding[0] for one in extractor.encode(prepared)]
    return np.stack(found)


def fitted(drawn, products):
    """(e + 1,): the least weighted cross-entropy; documents weigh as much as all products do."""
    evidence = np.vstack([drawn, *products]).astype(np.float64) * SCALE
    evidence = np.column_stack([evidence, np.ones(len(evidence))])
    truth = np.arange(len(evidence)) < len(drawn)
    weight = np.concatenate(
        [
            np.full(len(drawn), 1 / len(drawn)),
            *(np.full(len(one), 1 / len(one) / len(products)) for one in products),
        ]
    )

    def loss(table):
        odds = evidence @ table
        gap = weight * (1 / (1 + np.exp(-odds)) - truth)
        ridge = np.append(table[:-1], 0)
        value = (weight * (np.logaddexp(0, odds) - truth * odds)).sum() + RIDGE * ridge @ ridge
        return value, evidence.T @ gap + 2 * RIDGE * ridge

    return minimize(loss, np.zeros(evidence.shape[1]), jac=True, method="L-BFGS-B").x


if __name__ == "__main__":
    main()
