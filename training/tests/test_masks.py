"""Agreement of masks, and disturbed photos."""

import numpy as np
import pytest

from encoder_training.evaluation.disturbances import DISTURBANCES, found_itself
from encoder_training.evaluation.masks import enlarged, intersection_over_union, mask_score


def plain_overlap(first, second):
    pairs = list(zip(first.ravel().tolist(), second.ravel().tolist(), strict=True))
    either = sum(a or b for a, b in pairs)
    return sum(a and b for a, b in pairs) / max(either, 1)


@pytest.mark.parametrize("seed", range(8))
def test_overlap_equals_a_plain_loop_over_pixels(seed):
    dice = np.random.default_rng(seed)
    first, second = dice.random((2, 3, 9, 9)) < 0.4
    expected = [plain_overlap(a, b) for a, b in zip(first, second, strict=True)]
    assert intersection_over_union(first, second) == pytest.approx(expected)


def test_photos_where_the_teacher_finds_nothing_are_not_judged():
    masks = np.ones((2, 10, 10), np.float32)
    teacher = np.stack([np.ones((10, 10)), np.zeros((10, 10))]).astype(np.float32)
    score = mask_score(masks, teacher)
    assert (score.judged, score.mean, score.share_above_0_8) == (1, 1, 1)
    assert mask_score(masks, np.zeros_like(masks)) is None


def test_an_enlarged_mask_keeps_its_place():
    mask = np.zeros((1, 1, 56, 56), np.float32)
    mask[0, 0, :, :28] = 1
    large = enlarged(mask)[0] > 0.5
    assert large[:, :112].all()
    assert not large[:, 112:].any()


@pytest.mark.parametrize("kind", DISTURBANCES)
def test_every_disturbance_gives_another_picture_of_the_same_size(kind):
    picture = np.random.default_rng(0).integers(0, 255, (224, 224, 3), dtype=np.uint8)
    before = picture.copy()
    mask = np.zeros((224, 224), np.float32)
    changed = DISTURBANCES[kind](picture, mask, np.random.RandomState(0))
    assert changed.shape == picture.shape
    assert changed.dtype == np.uint8
    assert (changed != picture).any()
    assert (picture == before).all()


def test_a_new_background_leaves_the_product_alone():
    picture = np.full((224, 224, 3), 77, np.uint8)
    mask = np.zeros((224, 224), np.float32)
    mask[50:100] = 1
    moved = DISTURBANCES["background"](picture, mask, np.random.RandomState(0))
    assert (moved[50:100] == 77).all()
    assert (moved[:50] != 77).any()


def test_finding_itself_is_judged_by_the_row_in_the_gallery():
    gallery = np.eye(4, dtype=np.float32)
    assert found_itself(gallery[[2, 3]], gallery, np.array([2, 0])) == 0.5
