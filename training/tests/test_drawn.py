"""Drawn pictures: their range, their repeatability and what is claimed about them."""

import pytest
import torch

from conftest import new_canvas
from encoder_training.augmentation.color_histogram import color_histograms
from encoder_training.augmentation.photometry import _cosine_transform, photometric
from encoder_training.drawn.patterns import DRAWERS, patterns
from encoder_training.drawn.scenes import backgrounds, things
from encoder_training.drawn.surfaces import stone, wood
from encoder_training.photo_labels import UNKNOWN
from encoder_training.vocabulary import MATERIALS, PATTERNS


def test_there_is_one_drawer_for_each_pattern_under_its_own_name():
    names = [drawer.__name__ for drawer in DRAWERS]
    own = {"stripes": "striped", "checks": "checked", "dots": "dotted"}
    assert [own.get(name, name) for name in names] == list(PATTERNS)


def test_patterns_come_in_equal_shares_and_in_range(canvas):
    pictures, numbers = patterns(canvas, 12)
    assert numbers.tolist() == [0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert pictures.shape == (12, 3, 224, 224)
    assert pictures.min() >= 0
    assert pictures.max() <= 1


def test_equal_seeds_draw_equal_pictures():
    first, second = (things(new_canvas(3), 2, torch.zeros(2, 3, 224, 224)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("draw", [wood, stone])
def test_surfaces_can_be_asked_for_none(canvas, draw):
    assert draw(canvas, 0).shape == (0, 3, 224, 224)
    assert draw(canvas, 2).isfinite().all()


def test_things_know_their_texture_and_cover_part_of_the_picture(canvas):
    drawn = things(canvas, 12, torch.rand(12, 3, 224, 224))
    area = drawn.masks.mean((1, 2, 3))
    assert (area > 0.01).all()
    is_wood_or_stone = drawn.materials >= 0
    assert {MATERIALS[n] for n in drawn.materials[is_wood_or_stone]} == {"wood", "stone"}
    assert (drawn.patterns[is_wood_or_stone] == UNKNOWN).all()


def test_backgrounds_are_pictures_in_range(canvas):
    behind = backgrounds(canvas, 8, torch.full((8, 3, 224, 224), 0.5))
    assert behind.min() >= -0.1  # bicubic noise may overshoot a little
    assert behind.max() <= 1.1


def test_photometry_keeps_range_and_leaves_its_input_alone(canvas):
    images = torch.rand(16, 3, 224, 224)
    before = images.clone()
    changed = photometric(canvas, images)
    assert torch.equal(images, before)
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert not torch.equal(changed, images)


def test_the_cosine_transform_is_orthonormal():
    matrix = torch.tensor(_cosine_transform())
    torch.testing.assert_close(matrix @ matrix.t(), torch.eye(8), atol=1e-6, rtol=0)


def test_histograms_compare_the_product_and_not_its_background():
    images = torch.ones(3, 3, 32, 32)
    images[0, :, 8:24, 8:24] = torch.tensor([0.8, 0.1, 0.1])[:, None, None]
    images[1] = torch.tensor([0.0, 0.0, 0.4])[:, None, None]
    images[1, :, 8:24, 8:24] = images[0, :, 8:24, 8:24]
    images[2, :, 8:24, 8:24] = torch.tensor([0.1, 0.1, 0.8])[:, None, None]
    masks = torch.zeros(3, 1, 32, 32)
    masks[:, :, 8:24, 8:24] = 1
    histograms = color_histograms(images, masks)
    alike = histograms @ histograms.t()
    torch.testing.assert_close(alike.diagonal(), torch.ones(3))
    assert alike[0, 1] > 0.95
    assert alike[0, 2] < 0.1
