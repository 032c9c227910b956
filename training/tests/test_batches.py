"""Sampling, names and the training loop."""

import numpy as np
import pytest
import torch

from encoder_training.optimize import Budget, optimize
from encoder_training.photo_labels import PhotoLabels
from encoder_training.photos import is_for_calibration, name_vectors
from encoder_training.problems import TrainingError
from encoder_training.recipe import Recipe
from encoder_training.sampling import BatchSampler


def labels():
    """400 small photos of 8 types, 100 of them again as large ones."""
    small = [
        PhotoLabels(source="catalog", id=str(n), split="train", types=(n % 8,)) for n in range(400)
    ]
    large = [
        PhotoLabels(source="catalog_large", id=str(n), split="train", types=(n % 8,))
        for n in range(100)
    ]
    return small + large


@pytest.fixture
def sampler():
    return BatchSampler(labels(), 400, np.random.RandomState(0))


def test_photos_kept_for_calibration_are_never_drawn(sampler):
    photos = labels()
    assert any(is_for_calibration(photo) for photo in photos)
    drawn = np.concatenate([sampler.draw(200) for _ in range(20)])
    assert not any(is_for_calibration(photos[row]) for row in drawn)


def test_absent_sources_leave_their_share_to_the_others(sampler):
    assert len(sampler.draw(200)) == pytest.approx(200, abs=2)


def test_rare_types_are_drawn_more_often_than_their_share():
    photos = [
        PhotoLabels(source="catalog", id=f"x{n}", split="train", types=(int(n < 20),))
        for n in range(1020)
    ]
    rows = BatchSampler(photos, len(photos), np.random.RandomState(0)).draw(800)
    assert np.mean(rows < 20) > 3 * 20 / 1020


def test_a_second_view_shows_the_same_product(sampler):
    photos = labels()
    rows = sampler.draw(300)
    others = sampler.second_views(rows)
    assert [photos[r].id for r in rows] == [photos[r].id for r in others]
    assert (rows != others).any()


def test_names_with_more_words_in_common_are_closer_and_rare_words_count_more():
    names = [("red", "polka", "dress"), ("blue", "polka", "dress"), ("green", "dress")]
    names += [("plain", "dress")] * 20
    vectors = name_vectors(names)
    alike = vectors @ vectors.T
    assert alike[0, 1] > alike[0, 2] + 0.1
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(name_vectors([(), ("a",)])[0]) == 0


def test_the_order_of_words_does_not_matter():
    names = [("red", "dress"), ("a", "b"), ("b", "c")]
    backwards = [tuple(reversed(name)) for name in names]
    assert np.array_equal(name_vectors(names), name_vectors(backwards))


def test_optimizing_a_bowl_ends_near_its_bottom_and_stops_by_steps():
    weight = torch.nn.Parameter(torch.tensor([3.0]))
    steps = []

    def losses():
        steps.append(1)
        loss = (weight - 1).pow(2).sum()
        return loss, {"bowl": loss}, 1

    group = {"params": [weight], "lr": 0.1, "weight_decay": 0}
    optimize([group], losses, Budget(seconds=1e9, steps=300), lambda _: None)
    assert len(steps) == 300
    assert weight.item() == pytest.approx(1, abs=0.1)


def test_a_share_outside_zero_and_one_is_refused():
    with pytest.raises(TrainingError, match="alpha"):
        Recipe(alpha=1.5)
