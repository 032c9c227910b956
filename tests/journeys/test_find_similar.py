"""What a list of look-alikes promises, on the sample shop."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lookalike import InvalidInput, NotFound, ProductAnchor, Retrieval
from lookalike.domain.calibration import calibrated_query
from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.query import Crop, ImageAnchor, RowAnchor
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS
from lookalike.wire import answers


def ask(engine, sku, **options):
    return engine.similar(Retrieval(ProductAnchor(sku), **options))


def skus(answer):
    return [one.sku for one in answer.recommendations]


@pytest.fixture(scope="module")
def all_skus(engine):
    return [one["sku"] for one in engine.products(limit=500).products]


@pytest.fixture(scope="module")
def details(engine, all_skus):
    return {sku: engine.product(sku) for sku in all_skus}


def brute_force(details, sku, *, weights, calibration, keep):
    """Every product scored one by one, straight from the definition."""
    anchor = details[sku]
    scored = []
    for other, detail in details.items():
        if other == sku or not keep(other):
            continue
        best = -np.inf
        for row in anchor.rows:
            asked = calibrated_query(
                row[np.newaxis], weights, calibration, anchor.layout, design=row[np.newaxis]
            )
            query, offsets = asked.rows[0], asked.offsets
            for theirs in detail.rows:
                parts = [
                    float(np.dot(query[part].astype(float), theirs[part].astype(float)))
                    for part in map(anchor.layout.part, anchor.layout.names)
                ]
                best = max(best, sum(parts) + float(offsets.sum()))
        scored.append((-round(best, 9), other))
    return [name for _, name in sorted(scored)]


@pytest.mark.parametrize("seed", range(6))
def test_the_list_equals_scoring_every_product(engine, all_skus, details, shop, seed):
    rng = np.random.default_rng(seed)
    sku = str(rng.choice(all_skus))
    weights = {name: float(rng.random()) for name in DEFAULT_WEIGHTS}
    in_stock = bool(rng.random() < 0.5)
    got = ask(
        engine,
        sku,
        limit=500,
        weights=weights,
        diversity=0,
        collapse_variants=False,
        where=parse_filter({"in_stock": True}) if in_stock else None,
    )
    truth = shop.truth

    def keep(other):
        return truth[other]["in_stock"] or not in_stock

    calibration = engine._parts.view(None).calibration
    expected = brute_force(details, sku, weights=weights, calibration=calibration, keep=keep)
    assert skus(got) == expected


def test_the_anchor_is_never_in_its_own_list_and_the_list_is_full(engine, all_skus):
    for sku in all_skus:
        answer = ask(engine, sku)
        assert sku not in skus(answer)
        assert len(answer.recommendations) == 12
        assert [one.position for one in answer.recommendations] == list(range(1, 13))


def test_contributions_sum_to_the_score(engine, all_skus):
    for sku in all_skus[:20]:
        for one in ask(engine, sku, weights={"look": 1, "color": -0.5, "shape": 2}).recommendations:
            assert abs(sum(one.explanation.contributions.values()) - one.score) < 1e-9


def test_the_contribution_of_the_design_is_its_calibrated_similarity(engine, all_skus, details):
    """By the definition, from the rows that the API shows; alone it is the whole score."""
    calibration = engine._parts.view(None).calibration
    metric = calibration.design
    layout = details[all_skus[0]].layout

    def rest(row):
        return row[layout.part("look")] - row[layout.part("color")] @ metric.colors

    def similarity(one, other):
        whole = rest(one) @ metric.precision @ rest(one)
        return float(rest(one) @ metric.precision @ rest(other)) / float(whole)

    mean = calibration.mean["design"]
    for sku in all_skus[:10]:
        for one in ask(engine, sku, weights={"design": 1}, limit=5).recommendations:
            mine, theirs = one.explanation.matched_images
            alike = similarity(details[sku].rows[mine], details[one.sku].rows[theirs])
            assert one.score == pytest.approx((alike - mean) / (1 - mean), abs=1e-4)
            assert one.explanation.contributions["design"] == pytest.approx(one.score)


def test_the_design_alone_finds_variants_and_cares_less_for_color_than_the_look(engine, shop):
    first = {"design": [], "look": []}
    colors = {"design": [], "look": []}
    for sku, product in shop.truth.items():
        group = product["variant_group"]
        if group and sum(one["variant_group"] == group for one in shop.truth.values()) > 1:
            for name in first:
                answer = ask(
                    engine, sku, weights={name: 1}, collapse_variants=False, diversity=0, limit=5
                )
                found = [shop.truth[other] for other in skus(answer)]
                first[name].append(found[0]["variant_group"] == group)
                colors[name] += [f["color_family"] == product["color_family"] for f in found]
    assert np.mean(first["design"]) >= max(0.8, np.mean(first["look"]))
    assert np.mean(colors["design"]) < np.mean(colors["look"])


def test_only_one_variant_of_a_design_is_shown_and_none_of_the_anchors(engine, shop):
    group_of = {sku: product["variant_group"] for sku, product in shop.truth.items()}
    for sku in shop.truth:
        groups = [group_of[other] for other in skus(ask(engine, sku, limit=30)) if group_of[other]]
        assert len(groups) == len(set(groups))
        assert group_of[sku] not in groups


def test_variants_are_the_nearest_of_all_when_they_are_wanted(engine, shop):
    """One design in another color: the same shape and pattern by construction."""
    found = asked = 0
    for sku, product in shop.truth.items():
        group = product["variant_group"]
        size = sum(other["variant_group"] == group for other in shop.truth.values())
        if group and size > 1:
            weights = {"look": 1, "shape": 1, "pattern": 0.5, "color": -0.2}
            first = ask(engine, sku, collapse_variants=False, diversity=0, weights=weights)
            asked += 1
            found += shop.truth[skus(first)[0]]["variant_group"] == group
    assert found / asked > 0.8


def test_color_alone_finds_the_same_color(engine, shop):
    solid = [s for s, p in shop.truth.items() if p["pattern"] == "solid"]
    same = []
    for sku in solid:
        nearest = ask(engine, sku, weights={"color": 1}, diversity=0, limit=3)
        same += [
            shop.truth[other]["color_family"] == shop.truth[sku]["color_family"]
            for other in skus(nearest)
        ]
    assert np.mean(same) > 0.6  # 12 families: chance is below 0.15


def test_the_default_mix_finds_the_same_kind_of_thing(engine, shop):
    hits = [
        shop.truth[skus(ask(engine, sku, collapse_variants=False, diversity=0))[0]]["product_type"]
        == product["product_type"]
        for sku, product in shop.truth.items()
    ]
    assert np.mean(hits) > 0.6  # about 30 types


@pytest.mark.parametrize("diversity", [0, 0.3])
def test_walking_with_the_cursor_shows_every_product_once(engine, all_skus, diversity):
    options = {"limit": 7, "diversity": diversity, "collapse_variants": False}
    seen, positions, cursor = [], [], None
    while True:
        answer = ask(engine, all_skus[0], cursor=cursor, **options)
        seen += skus(answer)
        positions += [one.position for one in answer.recommendations]
        cursor = answer.cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(set(all_skus) - {all_skus[0]})
    assert positions == list(range(1, len(seen) + 1))


def test_the_merchants_category_says_what_a_thing_is_not_the_encoder(engine, shop):
    for sku, product in list(shop.truth.items())[:30]:
        kind = product["category"].split(" > ")[-1]
        assert engine.product(sku).document["visual_attributes"]["product_type"] == kind
        for one in ask(engine, sku).recommendations:
            same = shop.truth[one.sku]["category"].split(" > ")[-1] == kind
            assert same or "same kind" not in one.reason.lower()


def test_equal_questions_get_equal_answers_to_the_last_byte(engine, all_skus):
    texts = {
        json.dumps(answers.recommendations(ask(engine, all_skus[5], where=None, limit=20)))
        for _ in range(3)
    }
    assert len(texts) == 1


def test_every_option_that_restricts_is_obeyed(engine, shop, all_skus):
    anchor = all_skus[10]
    truth = shop.truth
    cheap = ask(engine, anchor, price_range=(None, 60), limit=50)
    assert skus(cheap)
    assert all(float(truth[s]["price"]) <= 60 for s in skus(cheap))
    alike = ask(engine, anchor, same_category=True, limit=50, collapse_variants=False)
    assert all(truth[s]["category"] == truth[anchor]["category"] for s in skus(alike))
    first = skus(ask(engine, anchor))[0]
    assert first not in skus(ask(engine, anchor, exclude=(first,), limit=50))
    capped = ask(engine, anchor, max_per={"brand": 2}, limit=50)
    brands = [truth[s]["brand"] for s in skus(capped)]
    assert max(map(brands.count, brands)) == 2
    good = ask(engine, anchor, min_score=0.3, limit=50)
    assert all(one.score >= 0.3 for one in good.recommendations)
    assert len(good.recommendations) < 50


def test_diversity_changes_the_list_but_not_the_first_place(engine, all_skus):
    plain, varied = ask(engine, all_skus[3], diversity=0), ask(engine, all_skus[3], diversity=0.6)
    assert skus(plain) != skus(varied)
    assert skus(plain)[0] == skus(varied)[0]


def test_a_products_own_photo_finds_it_first_with_score_one(engine, shop):
    for sku in list(shop.truth)[:12]:
        file = shop.folder / shop.truth[sku]["images"][0]["file"]
        answer = engine.similar(Retrieval(ImageAnchor(file.read_bytes()), limit=3))
        assert skus(answer)[0] == sku
        assert answer.recommendations[0].score == pytest.approx(1, abs=1e-4)
        assert answer.recommendations[0].band == "near-identical"


def test_a_crop_is_searched_as_if_it_were_the_whole_photo(engine, shop):
    sku = next(iter(shop.truth))
    data = (shop.folder / shop.truth[sku]["images"][0]["file"]).read_bytes()
    whole = engine.similar(Retrieval(ImageAnchor(data, Crop(0, 0, 1, 1)), limit=3))
    part = engine.similar(Retrieval(ImageAnchor(data, Crop(0.3, 0.3, 0.4, 0.4)), limit=3))
    assert skus(whole)[0] == sku
    assert part.recommendations[0].score < whole.recommendations[0].score


def test_a_products_embedding_sent_back_is_the_products_own_query(engine, all_skus):
    sku = all_skus[4]
    rows = tuple(tuple(row) for row in engine.product(sku).rows.tolist())
    options = {"collapse_variants": False, "limit": 10}
    by_numbers = engine.similar(Retrieval(RowAnchor(rows), exclude=(sku,), **options))
    assert skus(by_numbers) == skus(ask(engine, sku, **options))


def test_a_bare_embedding_is_the_look_channel_alone(engine, all_skus):
    detail = engine.product(all_skus[4])
    bare = tuple(detail.rows[0, detail.layout.part("look")].tolist())
    answer = engine.similar(Retrieval(RowAnchor((bare,)), limit=5))
    assert skus(answer)[0] == all_skus[4]
    looks = answer.recommendations[0].explanation.contributions
    assert looks["look"] == pytest.approx(answer.recommendations[0].score)


def test_a_limit_beyond_the_cap_is_lowered_and_said(engine, all_skus):
    answer = ask(engine, all_skus[0], limit=100_000)
    assert answer.limits[0].startswith("limit: 100000 lowered to 500")


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"weights": {"colour": 1}}, InvalidInput, "colour"),
        ({"where": parse_filter({"colour_family": "red"})}, InvalidInput, "color_family"),
        ({"cursor": "nonsense"}, InvalidInput, "nonsense"),
        ({"limit": 0}, InvalidInput, "limit is 0"),
        ({"diversity": 2}, InvalidInput, "diversity is 2"),
        ({"price_range": (9, 1)}, InvalidInput, "from 9 down to 1"),
        ({"weights": {"look": 0}}, InvalidInput, "zero"),
    ],
)
def test_a_wrong_question_is_refused_with_the_value_and_a_way_out(
    engine, all_skus, options, error, said
):
    with pytest.raises(error, match=said):
        ask(engine, all_skus[0], **options)


def test_a_cursor_of_another_question_is_refused(engine, all_skus):
    cursor = ask(engine, all_skus[0], limit=5).cursor
    with pytest.raises(InvalidInput, match="another question"):
        ask(engine, all_skus[1], limit=5, cursor=cursor)


def test_an_unknown_product_is_not_found(engine):
    with pytest.raises(NotFound, match="NO-SUCH"):
        ask(engine, "NO-SUCH")


def test_numbers_that_are_no_embedding_are_refused_with_both_lengths(engine):
    with pytest.raises(InvalidInput, match=r"3 numbers.*256"):
        engine.similar(Retrieval(RowAnchor(((1.0, 2.0, 3.0),))))


def test_an_answer_without_explanations_is_otherwise_the_same(engine, all_skus):
    bare = ask(engine, all_skus[0], explain=False)
    full = ask(engine, all_skus[0])
    assert [replace(one, explanation=None) for one in full.recommendations] == list(
        bare.recommendations
    )
