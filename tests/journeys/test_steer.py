"""Steered lists: wishes, attributes, mixes and weights, on the sample shop."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike import InvalidInput, ProductAnchor, Retrieval, Unavailable
from lookalike.domain.query import (
    AttributeAnchor,
    ImageAnchor,
    MixAnchor,
    MixPart,
    TextAnchor,
)
from lookalike.index.score import contributions
from lookalike.journeys.search import paging
from lookalike.journeys.search.anchors import start_from
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS, plan
from lookalike.journeys.search.start import Start


def ask(engine, anchor, **options):
    return engine.similar(Retrieval(anchor, **options))


def shown(answer):
    return [one.product for one in answer.recommendations]


def values(answer, name):
    return [one["visual_attributes"].get(name) for one in shown(answer)]


@pytest.fixture(scope="module")
def products(engine):
    return {one["sku"]: one for one in engine.products(limit=500).products}


@pytest.fixture(scope="module")
def view(engine):
    return engine._parts.view(None)


def counted(products, name):
    found = {}
    for one in products.values():
        value = one["visual_attributes"].get(name)
        found[value] = found.get(value, 0) + 1
    found.pop("unknown", None)
    return found


@pytest.mark.parametrize("name", ["color_family", "pattern"])
def test_a_wish_that_enough_products_grant_is_granted_by_every_answer(engine, products, name):
    value = max(counts := counted(products, name), key=counts.__getitem__)
    for sku, one in list(products.items())[:12]:
        if one["visual_attributes"].get(name) != value:
            answer = ask(engine, ProductAnchor(sku, {name: value}), limit=5)
            assert values(answer, name) == [value] * 5
            assert answer.degraded == ()


def test_a_wish_that_few_products_grant_pulls_and_the_list_stays_full(engine, products):
    counts = counted(products, "color_family")
    rare = min(counts, key=counts.__getitem__)
    assert counts[rare] < 12
    skus = [s for s, one in products.items() if one["visual_attributes"]["color_family"] != rare]
    before, after = 0, 0
    for sku in skus[:20]:
        answer = ask(engine, ProductAnchor(sku, {"color_family": rare}))
        assert len(answer.recommendations) == 12
        assert f"{rare}, fewer than the limit" in answer.degraded[0]
        after += values(answer, "color_family").count(rare)
        before += values(ask(engine, ProductAnchor(sku)), "color_family").count(rare)
    assert after > 2 * before


@pytest.mark.parametrize(("wish", "sign"), [("cheaper", 1), ("pricier", -1)])
def test_cheaper_and_pricier_compare_with_the_anchors_price(engine, products, wish, sign):
    for sku, one in list(products.items())[:15]:
        for other in shown(ask(engine, ProductAnchor(sku, {"price": wish}))):
            assert sign * other["price"] < sign * one["price"]


def test_a_photo_has_no_price_to_be_cheaper_than(engine, shop):
    file = shop.folder / next(iter(shop.truth.values()))["images"][0]["file"]
    with pytest.raises(InvalidInput, match="has no price"):
        ask(engine, ImageAnchor(file.read_bytes(), but={"price": "cheaper"}))


def test_darker_lists_are_darker_than_brighter_ones(engine, products):
    def lightness(answer):
        return np.mean(
            [
                sum(sum(bytes.fromhex(c["hex"][1:])) * c["share"] for c in one["palette"])
                for one in shown(answer)
            ]
        )

    right = [
        lightness(ask(engine, ProductAnchor(sku, {"lightness": "darker"}), limit=5))
        < lightness(ask(engine, ProductAnchor(sku, {"lightness": "brighter"}), limit=5))
        for sku in list(products)[:20]
    ]
    assert np.mean(right) >= 0.9


def test_contributions_sum_to_the_score_and_reasons_compare_with_the_wish(engine, products):
    value = max(counts := counted(products, "color_family"), key=counts.__getitem__)
    for sku, one in list(products.items())[:20]:
        own = one["visual_attributes"]["color_family"]
        answer = ask(engine, ProductAnchor(sku, {"color_family": value, "price": "pricier"}))
        for found in answer.recommendations:
            parts = found.explanation.contributions.values()
            assert sum(parts) == pytest.approx(found.score, abs=1e-9)
            assert own == value or f"color family: {own}" not in found.explanation.shared
            assert own == value or f"same {own}" not in found.reason
            assert found.explanation.swatches == ()


def test_the_wished_variant_of_the_anchors_own_design_may_be_shown(engine, shop, products):
    groups = {}
    for sku, product in shop.truth.items():
        if product["variant_group"]:
            groups.setdefault(product["variant_group"], []).append(sku)
    found = 0
    for skus in groups.values():
        for sku in skus:
            for other in skus:
                wish = products[other]["visual_attributes"]["color_family"]
                if wish not in (products[sku]["visual_attributes"]["color_family"], "unknown"):
                    anchor = ProductAnchor(sku, {"color_family": wish})
                    found += other in [one["sku"] for one in shown(ask(engine, anchor, limit=20))]
    assert found


def test_an_attribute_query_shows_products_with_the_values(engine, products):
    value = max(counts := counted(products, "color_family"), key=counts.__getitem__)
    answer = ask(engine, AttributeAnchor({"color_family": value}), limit=5)
    assert values(answer, "color_family") == [value] * 5
    held = answer.recommendations[0].explanation.contributions
    assert {name for name, part in held.items() if part} == {"color"}


def test_a_value_is_found_whatever_its_case_and_a_wrong_one_names_the_nearest(engine, products):
    kind = next(iter(counted(products, "product_type")))
    answer = ask(engine, AttributeAnchor({"product_type": kind.upper()}), limit=1)
    assert values(answer, "product_type") == [kind]
    with pytest.raises(InvalidInput, match=f'Did you mean "{kind}"'):
        ask(engine, AttributeAnchor({"product_type": f"{kind}x"}))


def test_a_mix_of_one_is_that_one(engine, products):
    for sku in list(products)[:5]:
        alone = ask(engine, ProductAnchor(sku), collapse_variants=False)
        if len(engine.product(sku).rows) == 1:
            mix = ask(
                engine, MixAnchor((MixPart(ProductAnchor(sku), 2.5),)), collapse_variants=False
            )
            assert [one["sku"] for one in shown(mix)] == [one["sku"] for one in shown(alone)]
            for one, other in zip(mix.recommendations, alone.recommendations, strict=True):
                assert one.score == pytest.approx(other.score, abs=1e-5)


def test_the_score_of_a_mix_is_the_weighted_mean_of_its_parts_scores(engine, products, view):
    first, second, third = list(products)[:3]
    parts = ((first, 1.0), (second, 2.0), (third, -0.5))
    question = Retrieval(MixAnchor(tuple(MixPart(ProductAnchor(s), w) for s, w in parts)))
    whole = plan(question, start_from(question.anchor, view, measure=None), view)
    rows = view.index.vectors(np.arange(50))
    naive = np.zeros(50)
    for sku, weight in parts:
        single = Retrieval(MixAnchor((MixPart(ProductAnchor(sku)),)))
        one = plan(single, start_from(single.anchor, view, measure=None), view)
        naive += weight / 3 * (rows.astype(float) @ one.queries[0].astype(float) + one.base)
    assert rows.astype(float) @ whole.queries[0].astype(float) + whole.base == pytest.approx(
        naive, abs=1e-5
    )


def test_a_negative_part_drives_its_likes_away(engine, products):
    value = max(counts := counted(products, "color_family"), key=counts.__getitem__)
    less = MixPart(AttributeAnchor({"color_family": value}), -1.0)
    before = after = 0
    for sku in list(products)[:20]:
        before += values(ask(engine, ProductAnchor(sku)), "color_family").count(value)
        mix = MixAnchor((MixPart(ProductAnchor(sku)), less))
        after += values(ask(engine, mix), "color_family").count(value)
    assert after < before / 2


def test_a_text_needs_an_encoder_that_reads(engine):
    with pytest.raises(Unavailable, match="Texts cannot be searched"):
        ask(engine, TextAnchor("a red dress"))


def test_a_text_is_searched_by_the_look_channel(view):
    part = view.index.layout.part("look")
    row = view.index.vectors(np.array([3]))[0, part]
    start = start_from(TextAnchor("it"), view, measure=None, read=lambda _: row)
    assert start.channels == ("look",)
    asked = plan(Retrieval(TextAnchor("it")), start, view)
    assert view.index.search(asked.queries, limit=1).rows.tolist() == [3]


def test_a_wish_for_a_price_keeps_the_design_and_other_wishes_let_it_go(view, products):
    sku = next(iter(products))
    plain = start_from(ProductAnchor(sku), view, measure=None)
    for wish, kept in (({"price": "cheaper"}, True), ({"pattern": "striped"}, False)):
        start = start_from(ProductAnchor(sku, wish), view, measure=None)
        assert (start.design is not None) == kept
        if kept:
            assert np.array_equal(start.design, plain.rows)
    assert start_from(AttributeAnchor({"pattern": "solid"}), view, measure=None).design is None


def test_every_part_of_a_steered_question_tells_cursors_apart():
    anchors = [
        ProductAnchor("A"),
        ProductAnchor("A", {"price": "cheaper"}),
        ImageAnchor(b"1"),
        ImageAnchor(b"1", but={"pattern": "solid"}),
        AttributeAnchor({"pattern": "solid"}),
        TextAnchor("A"),
        MixAnchor((MixPart(ProductAnchor("A")),)),
        MixAnchor((MixPart(ProductAnchor("A"), -1.0),)),
        MixAnchor((MixPart(ImageAnchor(b"1")),)),
        MixAnchor((MixPart(ImageAnchor(b"2")),)),
    ]
    assert len({paging.digest(Retrieval(one)) for one in anchors}) == len(anchors)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    channel=st.sampled_from(sorted(DEFAULT_WEIGHTS)),
    more=st.floats(0.01, 5),
)
def test_raising_a_weight_never_lowers_what_is_better_in_that_channel(view, seed, channel, more):
    """For any A at least as near as B in the channel: above B before, above B after."""
    rng = np.random.default_rng(seed)
    layout = view.index.layout
    row = view.index.vectors(rng.integers(0, 90, 1))
    row = row + rng.normal(0, 0.05, row.shape).astype(np.float32)
    start = Start(row, layout.names, {})
    weights = {name: float(rng.random()) for name in DEFAULT_WEIGHTS}
    raised = {**weights, channel: weights[channel] + more}
    rows = view.index.vectors(np.arange(90))
    if channel == "design":
        alike = rows @ view.calibration.design.query(row, layout)[0]
    else:
        alike = contributions(row[0], rows, layout)[:, layout.names.index(channel)]
    scores = partial(_scores, start, rows, view)
    before, after = scores(weights), scores(raised)
    nearer = alike[:, None] >= alike[None]
    above = before[:, None] > before[None] + 1e-6
    assert not (nearer & above & (after[:, None] < after[None] - 1e-6)).any()


def _scores(start, rows, view, weights):
    asked = plan(Retrieval(ProductAnchor("A"), weights=weights, diversity=0), start, view)
    return contributions(asked.queries[0], rows, view.index.layout).sum(axis=1) + asked.base
