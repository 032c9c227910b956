"""Are reasons faithful?  Is what is named first what the place depends on?

    python bench/faithful.py WORKSPACE [--anchors 100] [--seed 3] [--where CLAUSE]

For every recommendation of random anchors each channel's weight is set to zero in turn, and all
products are scored again.  A reason is faithful where no other channel's loss costs the product
more places than that of the channel named first.  Beside it: naming the largest contribution.
Also checked: contributions sum to the score.
"""

import argparse
from collections import Counter

import numpy as np

from lookalike import Engine, ProductAnchor, Retrieval, Settings
from lookalike.cli.options import filter_of
from lookalike.journeys.search.anchors import start_from
from lookalike.journeys.search.plan import plan
from lookalike.ranking.explain import ATTRIBUTE_OF_CHANNEL, GENERAL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--anchors", type=int, default=100)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--where", action="append", default=[])
    arguments = parser.parse_args()
    with Engine.open(Settings.load({"workspace": arguments.workspace}), create=False) as engine:
        view = engine._parts.view(None)
        index = view.index
        numbers = index.select(None)
        counts = [len(index.product_rows(int(number))) for number in numbers]
        rows = index.vectors(np.concatenate([index.product_rows(int(n)) for n in numbers]))
        starts = np.cumsum([0, *counts[:-1]])
        place = {index.sku(int(number)): row for row, number in enumerate(numbers)}
        where = filter_of(arguments.where)
        allowed = np.isin(numbers, index.select(where))
        rng = np.random.default_rng(arguments.seed)
        told: Counter[str] = Counter()
        for number in rng.choice(numbers, min(arguments.anchors, len(numbers)), replace=False):
            question = Retrieval(ProductAnchor(index.sku(int(number))), where=where)
            start = start_from(question.anchor, view, measure=None)
            todo = plan(question, start, view)
            parts = best_parts(todo, rows, starts, index.layout)
            shown = allowed.copy()
            shown[place[start.sku]] = False
            parts = np.where(shown[:, None], parts, -np.inf)
            for one in engine.similar(question).recommendations:
                check(one, parts, place[one.sku], todo.terms, told)
                said = one.explanation
                told["sum"] += abs(sum(said.contributions.values()) - one.score) < 1e-6
        total = told["reasons"]
        print(f"{total} reasons, {len(numbers):,} products")
        print(f"faithful: {told['faithful'] / total:.1%}")
        print(f"naming the largest contribution instead: {told['largest'] / total:.1%}")
        print(f"contributions sum to the score: {told['sum'] / total:.1%}")


def best_parts(todo, rows, starts, layout):
    """(products, terms) of every product's best image under the best query row."""
    best = None
    for number in range(len(todo.queries)):
        parts = todo.contributions(rows, layout, queries=number)
        totals = parts.sum(axis=1)
        ends = [*starts[1:], len(rows)]
        top = np.array([a + int(totals[a:b].argmax()) for a, b in zip(starts, ends, strict=True)])
        found = parts[top]
        if best is None:
            best = found
        else:
            better = found.sum(axis=1) > best.sum(axis=1)
            best[better] = found[better]
    return best


def check(one, parts, row, names, told) -> None:
    with np.errstate(invalid="ignore"):
        scores = parts.sum(axis=1)
        places = [
            int(np.nansum(scores - parts[:, part] > scores[row] - parts[row, part]))
            for part in range(len(names))
        ]
    raised = [name for name, part in one.explanation.contributions.items() if part > 0]
    worst = max(places)
    attribute = ATTRIBUTE_OF_CHANNEL.get(raised[0], "").replace("_", " ")
    spoken = raised[0] in GENERAL or any(
        said.startswith(f"{attribute}: ") for said in one.explanation.shared
    )
    told["reasons"] += 1
    told["faithful"] += spoken and places[names.index(raised[0])] == worst
    told["largest"] += places[int(parts[row].argmax())] == worst


if __name__ == "__main__":
    main()
