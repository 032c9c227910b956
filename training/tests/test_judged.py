"""Figures of the heads, compared with plain second implementations."""

import numpy as np
import pytest

from encoder_training.evaluation.judged import calibration_error, head_score, separation


def shares(dice, count, classes):
    values = dice.random((count, classes)).astype(np.float32) ** 3
    return values / values.sum(axis=1, keepdims=True)


def plain_calibration_error(confidence, is_right, bins):
    error = 0.0
    for number in range(bins):
        inside = [
            row
            for row, value in enumerate(confidence)
            if min(int(value * bins), bins - 1) == number
        ]
        if inside:
            mean = sum(float(confidence[row]) for row in inside) / len(inside)
            right = sum(bool(is_right[row]) for row in inside) / len(inside)
            error += abs(mean - right) * len(inside) / len(confidence)
    return error


@pytest.mark.parametrize("seed", range(8))
def test_calibration_error_equals_a_plain_loop_over_bins(seed):
    dice = np.random.default_rng(seed)
    confidence = dice.random(200).astype(np.float32)
    confidence[:20] = 1.0  # belongs to the last bin, not to one of its own
    is_right = dice.random(200) < confidence
    is_right[:20] = False
    expected = plain_calibration_error(confidence, is_right, 15)
    assert calibration_error(confidence, is_right) == pytest.approx(expected, abs=1e-6)


def test_always_sure_and_always_wrong_is_an_error_of_one():
    assert calibration_error(np.ones(9, np.float32), np.zeros(9, bool)) == pytest.approx(1)


@pytest.mark.parametrize("seed", range(8))
def test_head_score_equals_a_plain_loop_over_photos(seed):
    dice = np.random.default_rng(seed)
    probabilities = shares(dice, 60, 6)
    truth = [list(dice.choice(6, dice.integers(0, 3), replace=False)) for _ in range(60)]
    score = head_score(probabilities, truth)
    judged = [(list(p), set(t)) for p, t in zip(probabilities, truth, strict=True) if t]
    best = [sorted(range(6), key=lambda c, p=p: -p[c]) for p, _ in judged]
    first = np.mean([b[0] in t for b, (_, t) in zip(best, judged, strict=True)])
    three = np.mean([bool(set(b[:3]) & t) for b, (_, t) in zip(best, judged, strict=True)])
    assert (score.judged, score.accuracy, score.top_3) == (len(judged), first, three)


def test_too_few_judged_photos_give_no_figure():
    assert head_score(np.eye(19, dtype=np.float32), [[0]] * 19) is None


@pytest.mark.parametrize("seed", range(8))
def test_separation_is_the_share_of_pairs_in_the_right_order(seed):
    dice = np.random.default_rng(seed)
    known, unknown = dice.random(30) + 0.3, dice.random(20)
    pairs = np.mean([k > u for k in known for u in unknown])
    assert separation(known, unknown) == pytest.approx(pairs)
