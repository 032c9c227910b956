"""Why a product is not in an answer, and where two match, on the sample shop."""

import pytest

from lookalike import NotFound, ProductAnchor, Retrieval
from lookalike.domain.filter_parsing import parse_filter


@pytest.fixture(scope="module")
def skus(engine):
    return [one["sku"] for one in engine.products(limit=500).products]


@pytest.fixture(scope="module")
def ranked(engine, skus):
    """Every product by its score alone."""
    question = Retrieval(ProductAnchor(skus[0]), limit=500, diversity=0, collapse_variants=False)
    return [one.sku for one in engine.similar(question).recommendations]


def ask(engine, sku, other, **options):
    return engine.why_not(Retrieval(ProductAnchor(sku), **options), other)


def test_every_product_is_accounted_for(engine, skus, ranked):
    question = Retrieval(ProductAnchor(skus[0]))
    shown = {one.sku: one.position for one in engine.similar(question).recommendations}
    for sku in skus:
        told = engine.why_not(question, sku)
        assert (told.verdict == "shown") == (sku in shown)
        assert told.reason
        if told.verdict == "shown":
            assert f"place {shown[sku]}" in told.reason
        if told.rank is not None and told.verdict != "collapsed":
            assert told.rank <= ranked.index(sku) + 1  # the anchor's variants are left out before


def test_the_rank_is_the_place_in_the_list_by_score(engine, skus, ranked):
    for sku in ranked[::7]:
        told = ask(engine, skus[0], sku, diversity=0, collapse_variants=False)
        assert told.rank == ranked.index(sku) + 1
        assert told.verdict == ("shown" if told.rank <= 12 else "ranked below")
        assert told.recommendation.sku == sku
        parts = told.recommendation.explanation.contributions
        assert sum(parts.values()) == pytest.approx(told.recommendation.score, abs=1e-6)


def test_the_clause_that_hides_it_is_named_with_the_value_it_has(engine, skus):
    prices = {one["sku"]: one["price"] for one in engine.products(limit=500).products}
    dear = max((sku for sku in skus[1:]), key=lambda sku: prices[sku])
    where = parse_filter({"price": {"$lte": 10_000}, "$and": [{"price": {"$lt": prices[dear]}}]})
    told = ask(engine, skus[0], dear, where=where, collapse_variants=False)
    assert told.verdict == "filtered"
    assert f"price < {prices[dear]:g}" in told.reason
    assert f"its price is {prices[dear]}" in told.reason


def test_variants_exclusions_and_the_anchor_itself(engine, skus):
    groups = {}
    for one in engine.products(limit=500).products:
        if one["variant_group"]:
            groups.setdefault(one["variant_group"], []).append(one["sku"])
    first, second, *_ = next(group for group in groups.values() if len(group) > 1)
    assert ask(engine, first, second).verdict == "collapsed"
    assert ask(engine, first, first).verdict == "anchor"
    assert ask(engine, skus[0], skus[5], exclude=(skus[5],)).verdict == "excluded"
    other = next(sku for sku in skus if sku not in (first, second))
    seen = [ask(engine, other, sku) for sku in groups_of(groups, other)]
    for told in seen:
        if told.verdict == "collapsed":
            assert "took its place" in told.reason


def groups_of(groups, sku):
    return [one for group in groups.values() if sku not in group for one in group]


def test_the_cap_that_hides_it_names_who_took_the_place(engine, skus, ranked):
    brands = {one["sku"]: one["brand"] for one in engine.products(limit=500).products}
    best = ranked[0]
    beaten = next(sku for sku in ranked[1:] if brands[sku] == brands[best])
    told = ask(engine, skus[0], beaten, max_per={"brand": 1}, collapse_variants=False, diversity=0)
    assert told.verdict == "collapsed"
    assert best in told.reason
    assert brands[best] in told.reason


def test_a_score_below_the_least_asked_for(engine, skus, ranked):
    told = ask(engine, skus[0], ranked[-1], min_score=0.9, collapse_variants=False)
    assert told.verdict == "below min_score"
    assert "0.9" in told.reason


def test_a_product_without_a_row_says_why(engine):
    with pytest.raises(NotFound):
        ask(engine, engine.products(limit=1).products[0]["sku"], "no such product")


def test_the_match_of_two_products_is_their_best_image_pair(engine, skus, ranked):
    found = engine.match(skus[0], ranked[0])
    shown = engine.similar(Retrieval(ProductAnchor(skus[0]), diversity=0, collapse_variants=False))
    assert found.images == shown.recommendations[0].explanation.matched_images
    assert sum(map(sum, found.anchor)) == pytest.approx(found.similarity, abs=1e-6)
    assert sum(map(sum, found.product)) == pytest.approx(found.similarity, abs=1e-6)
    assert found.png.startswith(b"\x89PNG")
    assert engine.match(skus[0], skus[0]).similarity == pytest.approx(1, abs=1e-5)
    with pytest.raises(NotFound, match="no such"):
        engine.match(skus[0], "no such product")
