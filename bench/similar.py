"""One similar question beside its floor and its peers, in one process, over real rows.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE \\
        python bench/similar.py WORKSPACE [--turns 300] [--peers] [--check 1000]

WORKSPACE is an indexed one with `price` and `in_stock`.  The question: 12 results in stock and
within a price band, collapsed, varied, with reasons.  The floors: a bare FAISS fp16 search
of the same query and filter, and one NumPy `matrix @ query` over the same fp32 rows.  `--peers`
asks LanceDB, Milvus Lite and DuckDB the same filtered question (pip install 'lookalike[bench]').
`--check` compares random questions with scoring every product.
"""

import argparse
import tempfile
from pathlib import Path

import faiss
import numpy as np

from lookalike import Engine, ProductAnchor, Retrieval, Settings
from lookalike.domain.filters import And, Eq, In, Range
from lookalike.index.score import scores
from lookalike.journeys.search.anchors import start_from
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS, plan
from timing import table, take_turns

LOW, HIGH = 10.0, 120.0
WHERE = And((Eq("in_stock", True), Range("price", LOW, HIGH)))
LIMIT = 12
POOL = 48  # what the answer is chosen from; peers and floors are asked for as many


def main() -> None:
    arguments = parsed_arguments()
    with Engine.open(Settings.load({"workspace": arguments.workspace}), create=False) as engine:
        view = engine._parts.view(None)
        numbers = view.index.select(None)
        rng = np.random.default_rng(7)
        asked = [view.index.sku(int(number)) for number in rng.choice(numbers, 64)]
        print(f"{len(view.index):,} products, rows of {view.index.layout.width}")
        if arguments.check:
            check(view, asked_with(engine, rng), arguments.check, rng)
        speed(engine, view, asked, arguments)


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--check", type=int, default=0, metavar="QUESTIONS")
    return parser.parse_args()


def speed(engine, view, asked, arguments) -> None:
    index = view.index
    products = index.select(None)
    rows = index.vectors(np.arange(sum(len(index.product_rows(int(n))) for n in products)))
    queries = [
        plan(
            Retrieval(ProductAnchor(sku)), start_from(ProductAnchor(sku), view, measure=None), view
        ).queries[0]
        for sku in asked
    ]
    wide = -(-rows.shape[1] // 16) * 16  # FAISS is slow on widths that are no multiple of 16
    padded = np.zeros((len(rows), wide), np.float32)
    padded[:, : rows.shape[1]] = rows
    bare = faiss.IndexScalarQuantizer(
        wide, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    bare.add(padded)
    faiss.omp_set_num_threads(1)  # one query is scanned by one thread; a second only waits
    mask = np.zeros(len(rows), bool)
    mask[[int(row) for n in index.select(WHERE) for row in index.product_rows(int(n))]] = True
    print(f"the filter keeps {mask.mean():.0%} of the rows")
    selector = faiss.SearchParameters(
        sel=faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
    )
    wide_queries = [np.pad(query, (0, wide - len(query)))[np.newaxis] for query in queries]
    question = {"limit": LIMIT, "where": WHERE}
    cases = {
        "bare FAISS fp16, filter, top 48": lambda n: bare.search(
            wide_queries[n % 64], POOL, params=selector
        ),
        "bare FAISS fp16, no filter, top 48": lambda n: bare.search(wide_queries[n % 64], POOL),
        "NumPy fp32 matrix @ query": lambda n: rows @ queries[n % 64],
        "VectorIndex.search, filter, top 49": lambda n: index.search(
            queries[n % 64][np.newaxis], limit=POOL + 1, where=WHERE
        ),
        "Engine.similar: filter, collapse, vary, explain": lambda n: engine.similar(
            Retrieval(ProductAnchor(asked[n % 64]), **question)
        ),
        "Engine.similar without filter": lambda n: engine.similar(
            Retrieval(ProductAnchor(asked[n % 64]), limit=LIMIT)
        ),
    }
    table(take_turns(cases, turns=arguments.turns), floor="bare FAISS fp16, filter, top 48")
    if arguments.peers:
        with tempfile.TemporaryDirectory() as folder:
            peers = made_peers(Path(folder), rows, price_and_stock(index), queries)
            ours = "Engine.similar: filter, collapse, vary, explain"
            named = {ours: cases[ours], **peers}
            table(take_turns(named, turns=max(20, arguments.turns // 10)), floor=ours)


def price_and_stock(index):
    """Of every row; the rows of a catalog with one image a product stand in product order."""
    import json

    documents = [json.loads(text) for text in index.documents(index.select(None))]
    return (
        np.array([one["price"] or 0.0 for one in documents]),
        np.array([bool(one["in_stock"]) for one in documents]),
    )


def made_peers(folder, rows, columns, queries):
    price, in_stock = columns
    import duckdb
    import lancedb
    import pyarrow as pa
    from pymilvus import MilvusClient

    width = rows.shape[1]
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), width)
    data = pa.table(
        {"id": np.arange(len(rows)), "v": vectors, "price": price, "in_stock": in_stock}
    )
    clause = f"in_stock = true AND price >= {LOW} AND price <= {HIGH}"

    lance = lancedb.connect(folder / "lance").create_table("products", data)
    duck = duckdb.connect(str(folder / "duck.db"))
    duck.execute(
        f"CREATE TABLE products AS SELECT id, v::FLOAT[{width}] AS v, price, in_stock FROM data"
    )
    ask_duck = (
        f"SELECT id FROM products WHERE {clause} "
        f"ORDER BY array_inner_product(v, ?::FLOAT[{width}]) DESC LIMIT {POOL}"
    )
    milvus = MilvusClient(str(folder / "milvus.db"))
    milvus.create_collection("products", dimension=width, metric_type="IP", vector_field_name="v")
    for start in range(0, len(rows), 2000):
        part = slice(start, start + 2000)
        milvus.insert(
            "products",
            [
                {"id": start + n, "v": row, "price": float(p), "in_stock": bool(s)}
                for n, (row, p, s) in enumerate(
                    zip(rows[part].tolist(), price[part], in_stock[part], strict=True)
                )
            ],
        )
    return {
        "LanceDB, exact, pre-filter": lambda n: (
            lance.search(queries[n % 64])
            .distance_type("dot")
            .where(clause, prefilter=True)
            .limit(POOL)
            .select(["id"])
            .to_arrow()
        ),
        "DuckDB, exact": lambda n: duck.execute(ask_duck, [queries[n % 64]]).fetchall(),
        "Milvus Lite": lambda n: milvus.search(
            "products",
            [queries[n % 64].tolist()],
            limit=POOL,
            filter=f"in_stock == true and price >= {LOW} and price <= {HIGH}",
        ),
    }


def asked_with(engine, rng):
    """Random questions: an anchor, weights, a filter."""
    facets = engine.facets()
    categories = [one["value"] for one in facets.get("category", [])][:20]
    colors = [one["value"] for one in facets["color_family"]]

    def question(sku):
        parts = []
        if rng.random() < 0.6:
            low = float(rng.uniform(0, 100))
            parts.append(Range("price", low, low + float(rng.uniform(1, 100))))
        if rng.random() < 0.5:
            parts.append(Eq("in_stock", bool(rng.random() < 0.8)))
        if rng.random() < 0.3:
            parts.append(In("color_family", tuple(map(str, rng.choice(colors, 2)))))
        if categories and rng.random() < 0.3:
            parts.append(Eq("category", str(rng.choice(categories))))
        weights = {name: float(rng.normal(0.5, 0.5)) for name in DEFAULT_WEIGHTS}
        return Retrieval(
            ProductAnchor(sku),
            where=And(tuple(parts)) if parts else None,
            weights=weights,
            diversity=0,
            collapse_variants=False,
        )

    return question


def check(view, question, count, rng) -> None:
    """The list is what scoring every product in float64 gives, in the same order."""
    index = view.index
    products = index.select(None)
    rows_of = [index.product_rows(int(n)) for n in products]
    rows = index.vectors(np.concatenate(rows_of))
    owner = np.repeat(np.arange(len(products)), [len(one) for one in rows_of])
    skus = np.array(index.skus(products), dtype=object)
    wrong = 0
    from lookalike.journeys.search.find_similar import find_similar

    for _ in range(count):
        sku = str(rng.choice(skus))
        asked = question(sku)
        start = start_from(asked.anchor, view, measure=None)
        todo = plan(asked, start, view)
        allowed = np.isin(products, index.select(todo.where))
        best = np.full(len(products), -np.inf)
        for query in todo.queries:
            np.maximum.at(best, owner, scores(query, rows, index.layout))
        best[~allowed] = -np.inf
        order = np.lexsort((skus, -best))[:LIMIT]
        expected = [skus[n] for n in order if np.isfinite(best[n])]
        got = [one.sku for one in find_similar(view, asked, start).recommendations]
        wrong += got != expected
    print(f"{count} random questions: {count - wrong} lists equal scoring every product")


if __name__ == "__main__":
    main()
