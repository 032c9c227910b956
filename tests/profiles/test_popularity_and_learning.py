"""What is popular, and what a log says of the feed's weights."""

from datetime import date, timedelta

import numpy as np
import pytest
from made_up import event
from scipy.optimize import minimize
from scipy.special import logsumexp

from lookalike.profiles.blend import Blend, shares
from lookalike.profiles.fold import Profile
from lookalike.profiles.learn import Choice, fitted
from lookalike.profiles.popularity import DayCount, day_counts, popularity

DAY = date(2026, 6, 1)


def test_ten_views_of_one_user_on_a_day_count_once() -> None:
    views = [event(n, "view", "dress-0", hours=n) for n in range(10)]
    assert day_counts(views) == [DayCount("dress-0", "view", views[0].time.date(), 1)]


def test_last_week_is_popular_now_and_last_season_lasts() -> None:
    found = popularity(
        [
            DayCount("new", "purchase", DAY, 10),
            DayCount("old", "purchase", DAY - timedelta(days=60), 40),
        ]
    )
    assert found.now["new"] == 1.0
    assert found.now["new"] > found.now["old"]
    assert found.lasting["old"] == 1.0


def test_no_events_make_nothing_popular() -> None:
    assert popularity([]).now == {}


def choices(weights, count: int, rng) -> list[Choice]:
    found = []
    for _ in range(count):
        features = rng.normal(size=(30, len(weights)))
        utility = features @ np.array(weights) + rng.gumbel(size=30)
        found.append(Choice(features, np.zeros(30), int(np.argmax(utility))))
    return found


def test_the_weights_that_made_the_choices_are_found_again() -> None:
    rng = np.random.default_rng(2)
    truth = [1.5, -0.5, 0.0]
    found = fitted(choices(truth, 1_500, rng), np.zeros(3), np.full(3, 1.0))
    assert found == pytest.approx(truth, abs=0.12)


def test_few_choices_stay_near_the_defaults() -> None:
    rng = np.random.default_rng(2)
    prior = np.array([3.0])
    found = fitted(choices([0.0], 2, rng), prior, np.full(1, 25.0))
    assert found == pytest.approx(prior, abs=0.4)


def test_offsets_correct_for_what_was_sampled() -> None:
    """Half of the alternatives stand for ten products each: they win ten times as often."""
    rng = np.random.default_rng(4)
    made = []
    for _ in range(800):
        chances = np.array([1.0] * 10 + [10.0] * 10)
        features = np.array([[0.0]] * 10 + [[1.0]] * 10)
        chosen = int(rng.choice(20, p=chances / chances.sum()))
        made.append(Choice(features, np.log(chances), chosen))
    assert fitted(made, np.zeros(1), np.full(1, 1.0)) == pytest.approx([0.0], abs=0.15)


def test_weights_survive_json_and_a_key_of_another_version() -> None:
    blend = Blend(leanings={"color": 0.4}, alike=0.3)
    assert Blend.from_json({**blend.to_json(), "older": 1}) == blend


def test_shares_sum_to_one_whatever_is_known() -> None:
    for strength in (0.0, 0.5, 20.0):
        found = shares(Profile(strength=strength), Blend())
        assert sum(found.tastes) + found.popular + found.new + found.varied == pytest.approx(1)


def test_choices_that_are_nearly_certain_do_not_throw_the_fit() -> None:
    """A full step of Newton's method overshoots here, and every next one goes further."""
    rng = np.random.default_rng(4)
    features = rng.normal(size=(40, 60, 2)) * [4.0, 0.2]
    made = [Choice(one, np.zeros(60), int(np.argmax(one[:, 0]))) for one in features]
    prior, precision = np.array([-3.0, 0.0]), np.full(2, 8.0)

    def loss(weights: np.ndarray) -> float:
        found = 0.5 * float(precision @ (weights - prior) ** 2)
        for one in made:
            found += float(logsumexp(one.features @ weights) - (one.features @ weights)[one.chosen])
        return found

    best = minimize(loss, prior, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    assert fitted(made, prior, precision) == pytest.approx(best.x, abs=1e-3)
