import numpy as np
import pytest

from lookalike.domain.calibration import Calibration, calibrated_query
from lookalike.domain.channels import Channel, Layout
from lookalike.errors import InvalidInput

LAYOUT = Layout((Channel("look", 4), Channel("color", 3), Channel("shape", 2)))
CALIBRATION = Calibration(
    {"look": 0.1, "color": 0.4, "shape": 0.9}, {"look": 0.2, "color": 0.3, "shape": 0.05}
)


def unit_row(seed):
    rng = np.random.default_rng(seed)
    parts = {c.name: rng.standard_normal(c.size) for c in LAYOUT.channels}
    return LAYOUT.row({n: (p / np.linalg.norm(p)).astype(np.float32) for n, p in parts.items()})


@pytest.mark.parametrize("seed", range(20))
def test_the_query_gives_the_formula_channel_by_channel(seed):
    rng = np.random.default_rng(seed)
    weights = dict(zip(LAYOUT.names, rng.uniform(-1, 2, 3).tolist(), strict=True))
    weights["look"] = abs(weights["look"])
    anchor, other = unit_row(seed), unit_row(seed + 100)
    query, offsets, _ = calibrated_query(anchor, weights, CALIBRATION, LAYOUT)
    norm = sum(
        w * (1 - CALIBRATION.mean[c]) / CALIBRATION.std[c] for c, w in weights.items() if w > 0
    )
    for number, name in enumerate(LAYOUT.names):
        part = LAYOUT.part(name)
        raw = float(anchor[part].astype(float) @ other[part].astype(float))
        wanted = weights[name] * (raw - CALIBRATION.mean[name]) / CALIBRATION.std[name] / norm
        got = float(query[part].astype(float) @ other[part].astype(float)) + offsets[number]
        assert got == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_an_image_against_itself_scores_one(seed):
    weights = {"look": 1.0, "color": 0.5, "shape": 0.2}
    row = unit_row(seed)
    query, offsets, _ = calibrated_query(row, weights, CALIBRATION, LAYOUT)
    assert query.dtype == np.float32
    assert float(query.astype(float) @ row.astype(float)) + offsets.sum() == pytest.approx(1)


def test_several_rows_are_queries_of_their_own():
    rows = np.stack([unit_row(1), unit_row(2)])
    queries, _, _ = calibrated_query(rows, {"look": 1}, CALIBRATION, LAYOUT)
    single, _, _ = calibrated_query(rows[1], {"look": 1}, CALIBRATION, LAYOUT)
    assert queries.shape == rows.shape
    assert np.array_equal(queries[1], single)


def test_only_negative_weights_still_make_a_finite_query():
    query, offsets, _ = calibrated_query(unit_row(3), {"color": -1.0}, CALIBRATION, LAYOUT)
    assert np.isfinite(query).all()
    assert np.isfinite(offsets).all()
    assert float(query.astype(float) @ unit_row(3).astype(float)) < 0


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"look": 0}, "All weights are zero"),
        ({}, "All weights are zero"),
        ({"colour": 1}, '"colour" is not a channel'),
        ({"look": float("nan")}, "weight of look is nan"),
    ],
)
def test_weights_that_can_not_work_are_refused(weights, message):
    with pytest.raises(InvalidInput, match=message):
        calibrated_query(unit_row(1), weights, CALIBRATION, LAYOUT)


def test_a_calibration_survives_json():
    assert Calibration.from_json(CALIBRATION.to_json()) == CALIBRATION


def test_a_calibration_without_spread_is_refused():
    with pytest.raises(InvalidInput, match=r"look is 0.0 \+- 0"):
        Calibration({"look": 0.0}, {"look": 0.0})
