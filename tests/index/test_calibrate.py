import numpy as np
import pytest

from lookalike.domain.calibration import LEAST_SPREAD, Calibration
from lookalike.domain.channels import Channel, Layout
from lookalike.index.calibrate import calibrate

LAYOUT = Layout((Channel("look", 4), Channel("color", 3)))


def measured(rows, products, seed=1, **options):
    return calibrate(rows, products, LAYOUT, rng=np.random.default_rng(seed), **options)


def test_mean_and_spread_are_those_of_all_pairs_of_different_products():
    rng = np.random.default_rng(1)
    rows = rng.random((40, 7)).astype(np.float32)
    products = np.arange(40) // 2
    found = measured(rows, products, pairs=60_000)
    left, right = np.nonzero(products[:, None] != products[None])
    for name in LAYOUT.names:
        part = rows[:, LAYOUT.part(name)].astype(np.float64)
        every = (part @ part.T)[left, right]
        assert found.mean[name] == pytest.approx(every.mean(), abs=0.02)
        assert found.std[name] == pytest.approx(every.std(), abs=0.02)


def test_images_of_one_product_are_never_paired():
    """Two products of many images each: only the pairs across have similarity 0."""
    rows = np.repeat(np.eye(2, 7, dtype=np.float32), 50, axis=0)
    found = measured(rows, np.arange(100) // 50)
    assert found.mean["look"] == 0.0


def test_the_same_seed_gives_the_same_calibration():
    rows = np.random.default_rng(1).random((30, 7)).astype(np.float32)
    assert measured(rows, np.arange(30)) == measured(rows, np.arange(30))
    assert measured(rows, np.arange(30)) != measured(rows, np.arange(30), seed=2)


def test_a_channel_that_says_the_same_of_all_has_the_least_spread():
    rows = np.ones((10, 7), dtype=np.float32)
    assert measured(rows, np.arange(10)).std == {"look": LEAST_SPREAD, "color": LEAST_SPREAD}


@pytest.mark.parametrize("count", [0, 1, 5])
def test_fewer_than_two_products_are_neutral(count):
    rows = np.ones((count, 7), dtype=np.float32)
    assert measured(rows, np.zeros(count, np.int64)) == Calibration.neutral(LAYOUT)
