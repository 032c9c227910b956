"""Losses and the similarity they aim at."""

import math

import pytest
import torch
from torch.nn import functional

from encoder_training.losses import (
    Features,
    contrastive_loss,
    distillation_losses,
    known_cross_entropy,
    mask_loss,
    set_cross_entropy,
    weighted_cross_entropy,
)
from encoder_training.photo_labels import PhotoLabels
from encoder_training.photos import label_table
from encoder_training.similarity import BatchFacts, target_similarity
from encoder_training.temperatures import best_temperatures


def dice(seed):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("seed", range(6))
def test_set_loss_is_the_log_of_the_summed_probability(seed):
    logits = torch.randn(7, 4, generator=dice(seed))
    sets = (torch.rand(7, 4, generator=dice(seed + 50)) < 0.4).float()
    weights = torch.rand(7, generator=dice(seed + 99)) * 3
    shares = logits.softmax(1)
    known = [row for row in range(7) if sets[row].sum() > 0]
    losses = [-math.log(sum(shares[row][sets[row] > 0].tolist())) for row in known]
    total = sum(weights[row].item() * loss for row, loss in zip(known, losses, strict=True))
    expected = total / max(sum(weights[row].item() for row in known), 1)
    assert set_cross_entropy(logits, sets, weights).item() == pytest.approx(expected, abs=1e-5)


def test_unknown_labels_give_no_loss_and_no_gradient():
    logits = torch.randn(3, 4, generator=dice(0), requires_grad=True)
    unknown = torch.full((3,), -1)
    loss = known_cross_entropy(logits, unknown) + set_cross_entropy(logits, torch.zeros(3, 4))
    loss = loss + weighted_cross_entropy(logits, unknown, torch.ones(3))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad.abs().sum() == 0


@pytest.mark.parametrize("seed", range(4))
def test_contrastive_loss_equals_a_plain_loop_over_pairs(seed):
    embeddings = functional.normalize(torch.randn(6, 5, generator=dice(seed)), dim=1)
    similarity = torch.rand(6, 6, generator=dice(seed + 50))
    total = 0.0
    for i in range(6):
        others = [j for j in range(6) if j != i]
        wanted = torch.tensor([similarity[i, j].item() / 0.08 for j in others]).softmax(0)
        found = torch.tensor([(embeddings[i] @ embeddings[j]).item() / 0.08 for j in others])
        total -= (wanted * found.log_softmax(0)).sum().item()
    assert contrastive_loss(embeddings, similarity).item() == pytest.approx(total / 6, rel=1e-4)


def test_unmoved_features_cost_nothing_and_moved_unfamiliar_ones_cost_more():
    maps = torch.rand(2, 1280, 7, 7, generator=dice(0))
    pooled = functional.normalize(torch.rand(2, 1280, generator=dice(1)), dim=1)
    kept = functional.normalize(torch.rand(2, 96, generator=dice(2)), dim=1)
    origin = Features(maps, pooled, kept)
    is_unfamiliar = torch.tensor([False, True])
    still = distillation_losses(origin, origin, is_unfamiliar)
    assert all(value.item() == pytest.approx(0, abs=1e-5) for value in still.values())
    moved = [
        distillation_losses(
            Features(maps, pooled, torch.where(row[:, None], kept.roll(1, 1), kept)),
            origin,
            is_unfamiliar,
        )["kept"]
        for row in (torch.tensor([True, False]), torch.tensor([False, True]))
    ]
    assert moved[1] > 2 * moved[0]


def test_a_mask_that_agrees_costs_less_and_unusable_masks_cost_nothing():
    masks = torch.zeros(1, 1, 224, 224)
    masks[..., :112] = 1
    agreeing = (functional.avg_pool2d(masks, 4) - 0.5) * 20
    usable = torch.tensor([True])
    assert mask_loss(agreeing, masks, usable) < 0.01
    assert mask_loss(-agreeing, masks, usable) > 5
    assert mask_loss(agreeing, masks, ~usable) == 0


def photo(number, **labels):
    return PhotoLabels(source="catalog", id=str(number), split="train", **labels)


def facts(rows, recolored=()):
    count = len(rows)
    histograms = functional.normalize(torch.rand(count, 9, generator=dice(0)), dim=1)
    return BatchFacts(
        rows=torch.tensor(rows),
        products=torch.tensor(rows),
        is_recolored=torch.tensor([n in recolored for n in range(count)]),
        histograms=histograms,
    )


def test_similarity_is_symmetric_and_rises_with_each_shared_label(classes):
    labels = [
        photo(0, types=(0,), category=0, color=1, gender=0, name_words=("plain", "shirt")),
        photo(1, types=(0,), category=0, color=1, gender=0, name_words=("plain", "shirt")),
        photo(2, types=(0,), category=0, color=2, gender=1, name_words=("zip", "shirt")),
        photo(3, types=(1,), category=0, color=2, gender=1),
        photo(4, types=(2,), category=1, color=3),
    ]
    table = label_table(labels, classes, torch.device("cpu"))
    target = target_similarity(table, facts([0, 0, 1, 2, 3, 4]))
    torch.testing.assert_close(target, target.t())
    assert target[0, 2] > target[0, 3] > target[0, 4] > target[0, 5]
    assert target[0, 1] >= 0.88


def test_a_recolored_view_is_judged_by_its_pixels_and_not_by_its_color_label(classes):
    labels = [photo(0, types=(0,), color=1), photo(1, types=(0,), color=1)]
    table = label_table(labels, classes, torch.device("cpu"))
    as_labeled = target_similarity(table, facts([0, 1]))[0, 1]
    recolored = target_similarity(table, facts([0, 1], recolored=(1,)))[0, 1]
    histograms = facts([0, 1]).histograms
    alike = (histograms[0] @ histograms[1]).item()
    assert recolored.item() == pytest.approx(0.36 + 0.22 * alike, abs=1e-5)
    assert as_labeled > recolored - 0.22 * alike


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_temperatures_undo_a_known_overconfidence(factor):
    logits = torch.randn(4000, 5, generator=dice(0)) * 2
    labels = torch.multinomial(logits.softmax(1), 1, generator=dice(1))[:, 0]
    sets = functional.one_hot(labels, 5).float()
    found = best_temperatures({"x": logits * factor}, {"x": sets})["x"]
    assert found == pytest.approx(factor, rel=0.1)
