"""The solver is as good as trying everything, and says so only when it is."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.ranking.look_solver import (
    EMPTY,
    Choices,
    Solution,
    Task,
    best_look,
    cheapest,
    swapped,
    without_slot,
)


def score_of(task, chosen):
    """The plain meaning of a look's score; None where the look is not allowed."""
    total, cost = 0.0, 0
    for slot, place in zip(task.slots, chosen, strict=True):
        if place == EMPTY:
            if slot.required:
                return None
            continue
        total += slot.adds[place]
        cost += int(slot.prices[place])
    for (one, other), values in task.pairs.items():
        if EMPTY not in (chosen[one], chosen[other]):
            total += values[chosen[one], chosen[other]]
    if not np.isfinite(total) or (task.budget is not None and cost > task.budget):
        return None
    return total, cost


def every_look(task):
    options = [range(EMPTY, len(slot.adds)) for slot in task.slots]
    for chosen in itertools.product(*options):
        found = score_of(task, chosen)
        if found is not None:
            yield found[0], found[1], chosen


@st.composite
def tasks(draw, most_slots=4, most_candidates=4):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = draw(st.lists(st.integers(0, most_candidates), min_size=1, max_size=most_slots))
    barred = draw(st.sampled_from([0.0, 0.2, 0.6]))

    def numbers(*shape):
        values = rng.normal(0.2, 1, shape).round(2)
        return np.where(rng.random(shape) < barred, -np.inf, values)

    slots = tuple(
        Choices(f"s{row}", numbers(size), rng.integers(0, 50, size), bool(rng.random() < 0.5))
        for row, size in enumerate(sizes)
    )
    pairs = {
        (one, other): numbers(sizes[one], sizes[other])
        for one, other in itertools.combinations(range(len(sizes)), 2)
        if rng.random() < 0.9
    }
    budget = draw(st.none() | st.integers(0, 120))
    return Task(slots, pairs, budget)


@given(tasks())
def test_the_best_look_is_what_trying_everything_gives(task):
    found = best_look(task)
    looks = list(every_look(task))
    if not looks:
        assert found is None
        return
    best = max(score for score, _, _ in looks)
    assert found is not None
    assert found.score == pytest.approx(best, abs=1e-9)
    assert score_of(task, found.chosen) == pytest.approx((found.score, found.cost), abs=1e-9)
    assert found.short_of == 0


@given(tasks(), st.integers(1, 3))
def test_a_narrow_beam_states_how_far_it_may_be_from_the_best(task, beam):
    found = best_look(task, beam=beam)
    looks = list(every_look(task))
    if not looks:
        assert found is None
        return
    best = max(score for score, _, _ in looks)
    assert score_of(task, found.chosen) == pytest.approx((found.score, found.cost), abs=1e-9)
    assert found.score <= best + 1e-9
    assert best <= found.score + found.short_of + 1e-9


@given(tasks())
def test_a_swap_scores_and_costs_what_the_swapped_look_does(task):
    found = best_look(task)
    if found is None:
        return
    for number in range(len(task.slots)):
        scores, costs = swapped(task, found, number)
        for place, (score, cost) in enumerate(zip(scores, costs, strict=True)):
            chosen = tuple(place if row == number else c for row, c in enumerate(found.chosen))
            plain = score_of(task, chosen)
            if plain is None:
                assert score == -np.inf
            else:
                assert (score, cost) == pytest.approx(plain, abs=1e-9)


@given(tasks())
def test_the_cheapest_look_is_the_cheapest_of_all(task):
    free = Task(task.slots, task.pairs)
    costs = [cost for _, cost, _ in every_look(free)]
    assert cheapest(task) == (min(costs) if costs else None)


def test_leaving_a_slot_empty_takes_its_piece_and_its_pairs_away():
    task = Task(
        (
            Choices("a", np.array([1.0]), np.array([3])),
            Choices("b", np.array([2.0]), np.array([4])),
        ),
        {(0, 1): np.array([[0.5]])},
    )
    whole = best_look(task)
    assert whole == Solution((0, 0), 3.5, 7)
    assert without_slot(task, whole, 1) == Solution((0, EMPTY), 1.0, 3)


def test_a_budget_rather_drops_an_optional_piece_than_the_look():
    cheap_shoes = Choices("shoes", np.array([5.0, 1.0]), np.array([100, 20]), required=True)
    bag = Choices("bag", np.array([3.0]), np.array([90]))
    assert best_look(Task((cheap_shoes, bag), {}, budget=120)).chosen == (0, EMPTY)
    assert best_look(Task((cheap_shoes, bag), {}, budget=50)).chosen == (1, EMPTY)
    assert best_look(Task((cheap_shoes, bag), {}, budget=10)) is None
