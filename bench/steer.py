"""How visibly wishes are granted: lists of random products, steered.

    python bench/steer.py --workspace lookalike-data [--anchors 40] [--weight 3] [--kind 1.5]

Prints for each attribute, over random anchors and random wished values that at least 24 products
of the anchor's product type have: the share of the first 12 with the wished value, with the wish
*and* the anchor's product type, with that type, and the same for wishes that only pull (as
where too few products have the value), and the milliseconds of a question.
For relative wishes: the share of the first 12 on the right side of the anchor.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from lookalike import Engine, ProductAnchor, Retrieval, Settings
from lookalike.domain.color import oklab, rgb_from_hex
from lookalike.domain.query import MixAnchor, MixPart
from lookalike.journeys.search import steer

ATTRIBUTES = ("color_family", "pattern", "style", "material_appearance")
FEWEST = 24  # products of the type with the value: twice a page, so that a perfect list exists
LIMIT = 12


def main() -> None:
    options = _options()
    steer.WISHED_WEIGHT, steer.KIND_WEIGHT = options.weight, options.kind
    with Engine.open(Settings.load({"workspace": options.workspace}), create=False) as engine:
        documents = _documents(engine)
        rng = np.random.default_rng(options.seed)
        print("wish                 granted  and type     type | pull only: granted  and type   ms")
        for name in ATTRIBUTES:
            rows = [
                _granted(engine, sku, name, value)
                for sku, value in _pairs(documents, name, rng, options.anchors)
            ]
            if rows:
                strict = np.mean(rows, axis=0)
                print(
                    f"{name:20} {strict[0]:8.3f} {strict[1]:9.3f} {strict[2]:8.3f} |"
                    f" {strict[3]:18.3f} {strict[4]:9.3f} {strict[5]:4.0f}"
                )
        for wish, value, sign, measure in RELATIVE:
            shares = []
            for sku in rng.choice(list(documents), options.anchors):
                own = measure(documents[str(sku)])
                shown = _shown(engine, Retrieval(ProductAnchor(str(sku), {wish: value})))
                shares.append(np.mean([sign * (measure(one) - own) > 0 for one in shown]))
            print(f"{wish} {value}: {np.mean(shares):.3f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", required=True)
    parser.add_argument("--anchors", type=int, default=40)
    parser.add_argument("--weight", type=float, default=steer.WISHED_WEIGHT)
    parser.add_argument("--kind", type=float, default=steer.KIND_WEIGHT)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _documents(engine: Engine) -> dict[str, Any]:
    found: dict[str, Any] = {}
    cursor = None
    while True:
        page = engine.products(limit=5_000, cursor=cursor)
        found |= {one["sku"]: one for one in page.products}
        cursor = page.cursor
        if cursor is None:
            return found


def _pairs(
    documents: dict[str, Any], name: str, rng: np.random.Generator, count: int
) -> list[tuple[str, str]]:
    held = {sku: one["visual_attributes"] for sku, one in documents.items()}
    common = Counter((one.get("product_type"), one.get(name)) for one in held.values())
    pairs = []
    for sku in rng.permutation(list(held)).tolist():
        kind, own = held[sku].get("product_type"), held[sku].get(name)
        values = sorted(
            value
            for (other, value), size in common.items()
            if other == kind and size >= FEWEST and value not in (own, None, "unknown")
        )
        if values and own not in (None, "unknown"):
            pairs.append((sku, str(rng.choice(values))))
        if len(pairs) == count:
            break
    return pairs


def _granted(engine: Engine, sku: str, name: str, value: str) -> list[float]:
    anchor = ProductAnchor(sku, {name: value})
    kind = engine.product(sku).document["visual_attributes"]["product_type"]
    started = time.perf_counter()
    strict = _shown(engine, Retrieval(anchor))
    took_ms = (time.perf_counter() - started) * 1e3
    pulled = _shown(engine, Retrieval(MixAnchor((MixPart(anchor),))))
    shares = []
    for shown in (strict, pulled):
        has = [one["visual_attributes"].get(name) == value for one in shown]
        same = [one["visual_attributes"].get("product_type") == kind for one in shown]
        shares.append([np.mean(has), np.mean(np.logical_and(has, same)), np.mean(same)])
    return [*shares[0], *shares[1][:2], took_ms]


def _shown(engine: Engine, question: Retrieval) -> list[Any]:
    return [one.product for one in engine.similar(question).recommendations][:LIMIT]


def _lightness(document: Any) -> float:
    return float(_mean_lab(document)[0])


def _chroma(document: Any) -> float:
    lab, shares = _lab_and_shares(document)
    return float(np.average(np.hypot(lab[:, 1], lab[:, 2]), weights=shares))


def _mean_lab(document: Any) -> Any:
    lab, shares = _lab_and_shares(document)
    return np.average(lab, axis=0, weights=shares)


def _lab_and_shares(document: Any) -> tuple[Any, Any]:
    colors = document["palette"]
    lab = oklab(np.stack([rgb_from_hex(one["hex"]) for one in colors]))
    return lab, np.array([one["share"] for one in colors])


RELATIVE: tuple[tuple[str, str, int, Callable[[Any], float]], ...] = (
    ("lightness", "brighter", 1, _lightness),
    ("lightness", "darker", -1, _lightness),
    ("colorfulness", "more colorful", 1, _chroma),
    ("colorfulness", "more muted", -1, _chroma),
)

if __name__ == "__main__":
    main()
