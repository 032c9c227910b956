"""Random small shops, and what a search must answer, written as plainly as possible.

Rows and queries are multiples of 2^-14, which float16 cannot hold and whose inner products
float64 holds exactly, so any way of adding them up gives the same score to the last bit.
"""

import numpy as np

from lookalike.domain.channels import Channel, Layout
from lookalike.domain.filters import (
    And,
    ContainsAll,
    ContainsAny,
    Eq,
    In,
    IsMissing,
    Ne,
    Not,
    NotIn,
    Or,
    Range,
)
from lookalike.index.protocol import Entry

LAYOUT = Layout((Channel("look", 9), Channel("color", 5), Channel("shape", 3)))
BRANDS = ("Acme", "Brink", "2011", "true", "Çelik")
TAGS = ("new", "summer", "2011")
STEP = 2.0**-14


def rows(rng, count):
    values = rng.integers(-(2**14), 2**14, (count, LAYOUT.width))
    if rng.random() < 0.3:  # coarse values tie often
        values = values // 2**13 * 2**13
    return (values * STEP).astype(np.float32)


def entry(rng, sku, images=3):
    fields = {
        "sku": sku,
        "price": float(rng.integers(0, 6)),
        "brand": str(rng.choice(BRANDS)),
        "in_stock": bool(rng.random() < 0.6),
        "tags": tuple(sorted({str(t) for t in rng.choice(TAGS, rng.integers(0, 4))})),
        "code": f"{rng.integers(0, 4):05d}",
        "year": str(rng.integers(2009, 2013)),
    }
    kept = {name: value for name, value in fields.items() if name == "sku" or rng.random() < 0.8}
    return Entry(sku, rows(rng, int(rng.integers(1, images + 1))), kept, f'{{"sku":"{sku}"}}')


def shop(rng, most=60, images=3):
    skus = {f"P{rng.integers(0, 99):02d}" for _ in range(int(rng.integers(1, most)))}
    return {sku: entry(rng, sku, images) for sku in sorted(skus)}


def condition(rng):
    """A random leaf; price and year hold numbers, code and brand text."""
    number = int(rng.integers(0, 6))
    leaves = [
        Eq("brand", str(rng.choice(BRANDS))),
        Ne("brand", str(rng.choice(BRANDS))),
        Eq("price", float(number)),
        Eq("price", str(number)),
        In("price", (number, "nothing", 3)),
        In("price", tuple(range(number, number + 12))),
        Range("price", low=number),
        Range("price", low=1, high=number, low_open=True),
        Range("price", high=number, high_open=True),
        Range("price"),
        Range("year", low=2010, high=2011),
        Eq("year", 2011),
        Eq("year", "2011"),
        Eq("in_stock", True),
        Eq("in_stock", "false"),
        Ne("in_stock", False),
        In("brand", ("Acme", 2011, True)),
        In("brand", (*tuple(f"brand {i}" for i in range(9)), "Brink")),
        NotIn("brand", ("Acme", "Brink")),
        NotIn("price", (1, 2)),
        In("brand", ()),
        NotIn("brand", ()),
        Eq("code", "00002"),
        Eq("code", 2),
        Eq("tags", "new"),
        Ne("tags", "new"),
        ContainsAny("tags", ("summer", "new")),
        ContainsAll("tags", ("summer", "2011")),
        ContainsAll("brand", ("Acme",)),
        ContainsAll("tags", ()),
        IsMissing("tags"),
        IsMissing("price"),
        Not(IsMissing("in_stock")),
        Ne("sku", f"P{rng.integers(0, 99):02d}"),
        NotIn("sku", tuple(f"P{i:02d}" for i in range(0, 99, 3))),
        In("sku", tuple(f"P{i:02d}" for i in range(0, 99, 2))),
        IsMissing("sku"),
    ]
    return leaves[int(rng.integers(len(leaves)))]


def tree(rng, depth=3):
    kind = rng.random()
    if depth == 0 or kind < 0.4:
        return condition(rng)
    if kind < 0.55:
        return Not(tree(rng, depth - 1))
    parts = tuple(tree(rng, depth - 1) for _ in range(int(rng.integers(1, 4))))
    return And(parts) if kind < 0.8 else Or(parts)


def passes(where, fields):
    """Whether a product of this shop passes: the definition, for the fields made above."""
    if isinstance(where, And):
        return all(passes(part, fields) for part in where.parts)
    if isinstance(where, Or):
        return any(passes(part, fields) for part in where.parts)
    if isinstance(where, Not):
        return not passes(where.part, fields)
    if isinstance(where, Ne):
        return not passes(Eq(where.field, where.value), fields)
    if isinstance(where, NotIn):
        return not passes(In(where.field, where.values), fields)
    value = fields.get(where.field)
    missing = value is None or value == ()
    if isinstance(where, IsMissing):
        return missing
    if missing:
        return False
    if isinstance(where, Range):
        low, high = where.low, where.high
        number = float(value)
        return not (
            (low is not None and (number < low or (where.low_open and number == low)))
            or (high is not None and (number > high or (where.high_open and number == high)))
        )
    if isinstance(where, Eq):
        return same(where.field, value, where.value)
    found = [same(where.field, value, wanted) for wanted in where.values]
    return all(found) if isinstance(where, ContainsAll) else any(found)


def same(field, value, wanted):
    as_text = {True: "true", False: "false"}[wanted] if isinstance(wanted, bool) else str(wanted)
    if field in ("price", "year"):
        return as_text.replace(".", "").isdigit() and float(value) == float(as_text)
    if field == "in_stock":
        return as_text == ("true" if value else "false")
    if field == "tags":
        return as_text in value
    return as_text == value


def best(entries, queries, where, limit):
    """[(sku, image, query, score)] in order: score everything, sort, cut."""
    found = []
    for sku, one in entries.items():
        if where is None or passes(where, one.fields):
            pairs = [
                (-float(row.astype(np.float64) @ query.astype(np.float64)), number, image)
                for number, query in enumerate(queries)
                for image, row in enumerate(one.rows)
            ]
            score, number, image = min(pairs)
            found.append((score, sku, image, number))
    return [(sku, image, number, -score) for score, sku, image, number in sorted(found)[:limit]]


def told(index, hits):
    """Hits in the form of `best`."""
    return [
        (
            index.sku(product),
            index.product_rows(product).tolist().index(row),
            query,
            score,
        )
        for product, row, query, score in zip(
            hits.products.tolist(),
            hits.rows.tolist(),
            hits.queries.tolist(),
            hits.scores.tolist(),
            strict=True,
        )
    ]
