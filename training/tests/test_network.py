"""The network and its start."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from encoder_training.backbone import Backbone, _fold, gem, imagenet_backbone
from encoder_training.encoder import joined, weighted_statistics
from encoder_training.problems import TrainingError
from encoder_training.start import blended
from encoder_training.vocabulary import HEADS


@pytest.fixture(scope="module")
def output(encoder):
    images = torch.randint(0, 256, (2, 3, 224, 224), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return encoder(images.float())


def test_a_folded_convolution_does_what_convolution_and_batch_norm_did():
    torch.manual_seed(0)
    convolution, norm = nn.Conv2d(3, 5, 3, bias=False), nn.BatchNorm2d(5, eps=1e-3).eval()
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2)
    state = {"c.weight": convolution.weight.detach()}
    state |= {f"n.{name}": tensor.detach() for name, tensor in norm.state_dict().items()}
    folded = nn.Conv2d(3, 5, 3)
    _fold(folded, state, "c", "n")
    x = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(folded(x), norm(convolution(x)), rtol=1e-4, atol=1e-5)


def test_weights_with_other_layer_names_are_refused_by_name(tmp_path):
    torch.save({"stem.weight": torch.zeros(1)}, tmp_path / "w.pth")
    with pytest.raises(TrainingError, match=r"stem\.weight"):
        imagenet_backbone(tmp_path / "w.pth")


def test_maps_have_the_sides_their_names_say():
    with torch.no_grad():
        maps = Backbone()(torch.zeros(1, 3, 224, 224))
    sides = {name: tensor.shape[-1] for name, tensor in maps.items()}
    assert sides == {"f56": 56, "f28": 28, "f14": 14, "f7": 7, "f": 7}


def test_generalized_mean_lies_between_mean_and_maximum():
    maps = torch.rand(4, 6, 7, 7, generator=torch.Generator().manual_seed(0))
    pooled = gem(maps)
    assert (pooled >= maps.mean((2, 3))).all()
    assert (pooled <= maps.amax((2, 3))).all()


def test_embedding_has_unit_length_and_the_given_share_of_the_kept_part(encoder, output):
    with torch.no_grad():
        parts = encoder.embedding_parts(output.pooled)
    for share in (0.0, 0.25, 1.0):
        embedding = joined(*parts, kept_share=share)
        assert embedding.norm(dim=1).numpy() == pytest.approx(1, abs=1e-5)
        assert embedding[:, 160:].pow(2).sum(1).numpy() == pytest.approx(share, abs=1e-5)


def test_every_head_gives_a_logit_for_each_class(classes, output):
    shapes = {head: tuple(output.attributes[head].shape) for head in HEADS}
    assert shapes == {head: (2, len(classes.of_head(head))) for head in HEADS}


def test_heads_without_the_backbone_leave_it_without_gradients(encoder):
    images = torch.zeros(1, 3, 224, 224)
    logits = encoder(images, freeze_backbone=True).attributes
    sum(values.sum() for values in logits.values()).backward()
    assert all(parameter.grad is None for parameter in encoder.backbone.parameters())
    assert encoder.ptype.weight.grad is not None
    encoder.zero_grad(set_to_none=True)


@pytest.mark.parametrize("seed", range(4))
def test_weighted_statistics_equal_plain_sums(seed):
    dice = torch.Generator().manual_seed(seed)
    maps = torch.randn(2, 3, 5, 5, generator=dice)
    weight = torch.rand(2, 1, 5, 5, generator=dice)
    mean, deviation = weighted_statistics(maps, [weight])
    for image in range(2):
        for channel in range(3):
            values = maps[image, channel].flatten().double().numpy()
            share = weight[image, 0].flatten().double().numpy()
            expected = np.average(values, weights=share)
            spread = np.sqrt(np.average((values - expected) ** 2, weights=share))
            assert mean[image, channel].item() == pytest.approx(expected, abs=1e-5)
            assert deviation[image, channel].item() == pytest.approx(spread, abs=1e-4)


def test_the_weight_average_moves_backbone_and_embedding_and_leaves_heads_alone():
    start = {
        "backbone.w": torch.zeros(2),
        "keep.weight": torch.zeros(1),
        "color.weight": torch.zeros(1),
    }
    tuned = {name: tensor + 1 for name, tensor in start.items()}
    blend = blended(start, tuned, 0.75)
    assert sorted(blend) == ["backbone.w", "keep.weight"]
    assert blend["backbone.w"].tolist() == [0.75, 0.75]


def test_gradients_reach_the_embedding(encoder):
    pooled = torch.rand(3, 1280, generator=torch.Generator().manual_seed(0))
    tuned, kept = encoder.embedding_parts(functional.normalize(pooled, dim=1))
    (tuned.sum() + kept.sum()).backward()
    assert encoder.ft.weight.grad.abs().sum() > 0
    assert encoder.keep.weight.grad.abs().sum() > 0
    encoder.zero_grad(set_to_none=True)
