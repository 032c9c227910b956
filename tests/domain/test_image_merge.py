"""Several images, one value: agreement makes surer, and the packshot has more to say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain.attributes import UNKNOWN
from lookalike.domain.features import AttributeValue
from lookalike.domain.image_merge import AGREEMENT, image_weights, leading, merged

LABELS = ("solid", "striped", "dotted")


def value(*chances, named=True):
    shown = dict(sorted(zip(LABELS, chances, strict=True), key=lambda pair: -pair[1]))
    best = next(iter(shown))
    return AttributeValue(best if named else UNKNOWN, shown[best], shown)


def whole(parts):
    """Three probabilities that sum to 1."""
    total = sum(parts)
    return value(*(part / total for part in parts))


CHANCES = st.tuples(*[st.floats(0.01, 1)] * 3).map(whole)


def test_one_image_speaks_for_itself():
    one = value(0.2, 0.7, 0.1)
    assert merged([one], [0.3]) is one


@given(st.lists(st.tuples(CHANCES, st.floats(0.1, 1)), min_size=2, max_size=5))
def test_the_pool_is_a_weighted_product_of_the_images(images):
    """Where every class is named, nothing is left for the others and the formula is plain."""
    total = sum(weight for _, weight in images)
    effective = total**2 / sum(weight**2 for _, weight in images)
    power = (1 + AGREEMENT * (effective - 1)) / total
    raw = {
        label: math.prod(one.probabilities[label] ** (weight * power) for one, weight in images)
        for label in LABELS
    }
    found = merged([one for one, _ in images], [weight for _, weight in images])
    for label in LABELS:
        expected = raw[label] / sum(raw.values())
        assert found.probabilities[label] == pytest.approx(expected, abs=2e-2)


@given(st.lists(st.tuples(CHANCES, st.floats(0.1, 1)), min_size=2, max_size=5), st.randoms())
def test_the_order_of_the_images_does_not_matter_but_for_their_weights(images, random):
    shuffled = random.sample(images, len(images))
    first = merged([one for one, _ in images], [weight for _, weight in images])
    second = merged([one for one, _ in shuffled], [weight for _, weight in shuffled])
    assert first.confidence == pytest.approx(second.confidence)
    assert first.probabilities == pytest.approx(second.probabilities)


@given(CHANCES)
def test_two_images_that_agree_are_surer_than_one(one):
    best, second = sorted(one.probabilities.values(), reverse=True)[:2]
    found = merged([one, one], [1, 1])
    assert sum(found.probabilities.values()) <= 1 + 1e-9
    if best - second > 0.05:
        assert found.value == one.value
        assert found.confidence > one.confidence


def test_where_images_disagree_the_packshot_has_the_last_word():
    packshot, lifestyle = value(0.7, 0.2, 0.1), value(0.2, 0.7, 0.1)
    assert merged([packshot, lifestyle], [1.0, 0.3]).value == "solid"
    assert merged([lifestyle, packshot], [0.3, 1.0]).value == "solid"


def test_images_that_know_nothing_do_not_make_a_value_together():
    unsure = value(0.4, 0.35, 0.25, named=False)
    found = merged([unsure, unsure], [1, 1])
    assert found.value == UNKNOWN
    assert found.probabilities["solid"] > 0.4


def test_a_value_that_others_contradict_becomes_unknown():
    found = merged([value(0.51, 0.29, 0.2), value(0.1, 0.45, 0.45, named=False)], [1, 1])
    assert found.value == UNKNOWN


def test_an_image_without_probabilities_has_no_say():
    nothing = AttributeValue(UNKNOWN, 0.0)
    assert merged([nothing, value(0.8, 0.1, 0.1)], [1, 1]).value == "solid"
    assert merged([nothing, nothing], [1, 1]).value == UNKNOWN


def test_a_cut_out_or_plain_picture_counts_more_than_a_scene():
    weights = image_weights(
        [
            {"mask": "encoder", "background": "busy"},
            {"mask": "encoder", "background": "plain"},
            {"mask": "whole"},
        ]
    )
    assert leading(weights) == 1
    assert weights[2] == min(weights)
    assert leading(image_weights([{"mask": "alpha"}, {"mask": "alpha"}])) == 0
    assert all(0 < one <= 1 for one in image_weights([{}, {"mask": "border"}]))
