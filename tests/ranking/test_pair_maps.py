"""Pair maps on looks planted by construction: what they must find, and what they must not."""

import numpy as np
import pytest

from lookalike.domain.channels import Channel, Layout
from lookalike.ranking.hues import hues_of
from lookalike.ranking.pair_features import pair_features
from lookalike.ranking.pair_maps import Questions, arrays_of, fit_pair_maps, maps_from
from lookalike.ranking.pair_training import Shelf, answers, flipped, train
from lookalike.ranking.pieces import Piece, Pieces, code
from lookalike.ranking.type_pairs import PRIOR_PAIRS, SLOT_PRIOR_PAIRS, type_pairs

LAYOUT = Layout((Channel("look", 12), Channel("color", 8)))
SLOTS = ("top", "bottom", "shoes")
MOODS = 4
"""Each mood has a direction in the look of every slot, unlike from slot to slot; products of one
mood belong together, which no likeness of pictures shows."""


def shop(count, seed=0):
    """Products with a slot and a mood, and pictures that show both."""
    rng = np.random.default_rng(seed)
    shown = rng.normal(size=(len(SLOTS), MOODS, LAYOUT.width))
    made, rows, moods = [], [], []
    for number in range(count):
        slot, mood = number % len(SLOTS), int(rng.integers(MOODS))
        slot_name = SLOTS[slot]
        words = {"category": slot_name, "kind": slot_name}
        made.append(Piece(f"P{number}", words, hues_of([]), slot=slot_name))
        rows.append(shown[slot, mood] + 0.5 * rng.normal(size=LAYOUT.width))
        moods.append(mood)
    return Pieces(tuple(made), np.array(rows, dtype=np.float32)), np.array(moods)


def planted(moods, count, rng, among=None):
    """Looks of one product for each slot, all of one mood."""
    places = np.arange(len(moods)) if among is None else among
    looks = []
    for _ in range(count):
        mood = int(rng.integers(MOODS))
        look = [
            int(rng.choice(places[(moods[places] == mood) & (places % len(SLOTS) == slot)]))
            for slot in range(len(SLOTS))
        ]
        looks.append(np.array(look))
    return looks


def right_share(maps, pieces, moods, looks, among, rng):
    """Blanks filled right among four products of one slot, the wrong ones of other moods."""
    right = []
    for look in looks:
        place = int(rng.integers(len(look)))
        alike = among % len(SLOTS) == look[place] % len(SLOTS)
        wrong = among[alike & (moods[among] != moods[look[place]])]
        choices = np.array([look[place], *rng.choice(wrong, 3, replace=False)])
        rest = np.delete(look, place)
        scores = maps.values(pieces.take(choices), pieces.take(rest)).sum(axis=2).mean(axis=1)
        right.append(scores.argmax() == 0)
    return float(np.mean(right))


@pytest.fixture(scope="module")
def learned():
    pieces, moods = shop(240)
    rng = np.random.default_rng(1)
    seen = np.arange(0, 180)
    looks = planted(moods, 300, rng, among=seen)
    fit = fit_pair_maps(pieces, looks, LAYOUT, rng=np.random.default_rng(2), steps=80)
    return pieces, moods, looks, fit


def test_planted_moods_are_found_although_pictures_of_a_look_are_unlike(learned):
    pieces, moods, _, fit = learned
    rng = np.random.default_rng(3)
    seen = np.arange(180)
    held_out = planted(moods, 150, rng, among=seen)
    assert right_share(fit.maps, pieces, moods, held_out, seen, rng) > 0.9


def test_products_that_were_in_no_look_are_understood_too(learned):
    pieces, moods, looks, fit = learned
    new = np.arange(180, 240)
    assert not np.isin(new, np.concatenate(looks)).any()
    rng = np.random.default_rng(4)
    held_out = planted(moods, 150, rng, among=new)
    assert right_share(fit.maps, pieces, moods, held_out, new, rng) > 0.6


def test_looks_of_random_products_teach_nothing():
    pieces, moods = shop(240)
    rng = np.random.default_rng(5)
    noise = [
        np.array([int(rng.choice(np.arange(slot, 180, len(SLOTS)))) for slot in range(len(SLOTS))])
        for _ in range(300)
    ]
    fit = fit_pair_maps(pieces, noise, LAYOUT, rng=np.random.default_rng(2), steps=80)
    new = np.arange(180, 240)
    held_out = planted(moods, 300, rng, among=new)
    found = right_share(fit.maps, pieces, moods, held_out, new, rng)
    assert found < 0.4  # chance is 0.25


def test_training_stops_where_questions_see_no_gain(learned):
    pieces, moods, looks, _ = learned
    rng = np.random.default_rng(6)
    asked = planted(moods, 60, rng, among=np.arange(180))
    choices = np.stack(
        [[look[0], *rng.choice(np.arange(0, 180, 3), 3, replace=False)] for look in asked]
    )
    rest = np.stack([look[1:] for look in asked])
    fit = fit_pair_maps(
        pieces, looks, LAYOUT, rng=np.random.default_rng(2), questions=Questions(rest, choices)
    )
    best = max(score for _, score in fit.checks)
    assert (fit.steps, best) in fit.checks
    assert best > 0.5


def test_equal_looks_and_seeds_give_equal_maps(learned):
    pieces, _, looks, fit = learned
    again = fit_pair_maps(pieces, looks, LAYOUT, rng=np.random.default_rng(2), steps=80)
    for name, values in arrays_of(again.maps).items():
        assert np.array_equal(values, arrays_of(fit.maps)[name]), name


def test_maps_come_back_from_their_arrays(learned):
    pieces, _, _, fit = learned
    back = maps_from(arrays_of(fit.maps))
    some, more = pieces.take(range(30)), pieces.take(range(100, 140))
    assert back.values(some, more) == pytest.approx(fit.maps.values(some, more), abs=2e-3)


def test_values_are_mutual_zero_for_random_pairs_and_gain_for_looks(learned):
    pieces, _, looks, fit = learned
    values = fit.maps.values(pieces, pieces).sum(axis=2)
    assert values == pytest.approx(values.T, abs=1e-4)
    assert abs(values.mean()) < 0.06
    paired = np.mean([values[look[0], look[1]] for look in looks])
    assert paired == pytest.approx(0.3, abs=0.06)


def test_training_answers_as_the_finished_maps_do(learned):
    pieces, _, looks, _ = learned
    features = pair_features(pieces, LAYOUT)
    codes = np.array([code(one.slot) for one in pieces.of])
    kinds = np.unique(codes, return_inverse=True)[1]
    types = type_pairs(looks, codes, codes)
    order = np.unique(codes)
    shelf = Shelf(
        features.of(pieces),
        LAYOUT.width,
        kinds,
        looks,
        kinds,
        types.lift((order, order), (order, order)).astype(np.float32),
    )
    weights = train(shelf, steps=5, rng=np.random.default_rng(0))
    rest = np.array([[3, 4, -1], [9, -1, -1]])
    choices = np.array([[0, 5], [7, 11]])
    vectors = shelf.features @ weights.maps
    vectors[weights.members] += weights.own
    for row, (own, asked) in enumerate(zip(rest, choices, strict=True)):
        for column, choice in enumerate(asked):
            expected = shelf.features[choice] @ weights.bias + np.mean(
                [
                    vectors[choice] @ flipped(vectors[one]) / 2
                    + shelf.lift[kinds[choice], kinds[one]]
                    for one in own[own >= 0]
                ]
            )
            found = answers(weights, shelf, rest, choices)[row, column]
            assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_type_pairs_are_as_counted_by_hand(seed):
    rng = np.random.default_rng(seed)
    slots = rng.integers(1, 4, 40)
    types = slots * 10 + rng.integers(0, 2, 40)
    looks = [rng.choice(40, int(rng.integers(2, 5)), replace=False) for _ in range(60)]
    found = type_pairs(looks, types, slots)

    def lift(kind, a, b, prior, weight):
        pairs = [(kind[i], kind[j]) for look in looks for i in look for j in look if i != j]
        count = sum(one == (a, b) for one in pairs)
        expected = np.mean(kind == a) * np.mean(kind == b) * len(pairs)
        return np.log((count + weight * np.exp(prior)) / (expected + weight))

    for a in np.unique(types):
        for b in np.unique(types):
            coarse = lift(slots, a // 10, b // 10, 0.0, SLOT_PRIOR_PAIRS)
            fine = lift(types, a, b, coarse, PRIOR_PAIRS)
            one = (np.array([a]), np.array([a // 10]))
            other = (np.array([b]), np.array([b // 10]))
            assert found.lift(one, other)[0, 0] == pytest.approx(fine)


def test_a_type_that_was_never_seen_falls_back_to_its_slot_and_then_to_nothing():
    looks = [np.array([0, 1])] * 50
    found = type_pairs(looks, np.array([10, 20]), np.array([1, 2]))
    known = (np.array([10]), np.array([1]))
    new_type, new_slot = (np.array([99]), np.array([2])), (np.array([99]), np.array([9]))
    assert found.lift(known, new_type)[0, 0] == pytest.approx(found.slot_lift[0, 1])
    assert found.lift(known, new_slot)[0, 0] == 0


def test_the_query_row_ranks_new_products_of_a_type_as_the_maps_do(learned):
    pieces, _, looks, fit = learned
    anchors = pieces.take(looks[0])
    new = pieces.take(np.arange(180, 240, len(SLOTS)))  # all of one slot, in no look
    scores = fit.maps.values(new, anchors).sum(axis=2).mean(axis=1)
    by_query = new.rows @ fit.maps.query(anchors)
    assert by_query - by_query.mean() == pytest.approx(scores - scores.mean(), abs=1e-4)
