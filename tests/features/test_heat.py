"""Where two pictures match: the parts sum to the whole, and warm is where they are alike."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tiny_models import model

from lookalike.errors import Unavailable
from lookalike.features.encoder import OnnxEncoder, default_encoder
from lookalike.features.heat import heat
from lookalike.features.image_heat import GAP_PX, SIDE_PX, drawn
from lookalike.features.model_card import parse_card
from lookalike.features.model_graph import with_output


@given(st.integers(0, 10_000), st.sampled_from([1.0, 2.0, 3.0]))
def test_the_patches_of_either_picture_sum_to_the_cosine(seed, power):
    rng = np.random.default_rng(seed)
    first, second = rng.random((2, 5, 3, 4)).astype(np.float32)
    found = heat(first, second, power=power)
    pooled = [
        (one.astype(float) ** power).mean(axis=(1, 2)) ** (1 / power) for one in (first, second)
    ]
    cosine = pooled[0] @ pooled[1] / np.linalg.norm(pooled[0]) / np.linalg.norm(pooled[1])
    assert found.similarity == pytest.approx(cosine, abs=1e-6)
    assert found.first.sum() == pytest.approx(cosine, abs=1e-6)
    assert found.second.sum() == pytest.approx(cosine, abs=1e-6)
    assert found.first.min() >= 0


def test_only_the_patch_that_both_have_is_warm():
    first, second = np.zeros((2, 2, 3, 3), np.float32)
    first[0, 0, 0] = second[0, 2, 2] = 1  # the same feature at different places
    first[1, 1, 1] = 1  # one that only the first has
    found = heat(first, second, power=1)
    assert np.unravel_index(found.first.argmax(), (3, 3)) == (0, 0)
    assert np.unravel_index(found.second.argmax(), (3, 3)) == (2, 2)
    assert found.first[1, 1] < 0.001 * found.first[0, 0]


def test_the_default_encoder_shows_its_map_and_pools_it_into_its_features():
    encoder = default_encoder()
    rng = np.random.default_rng(2)
    side = encoder.input.size_px
    pictures = rng.integers(0, 256, (2, side, side, 3)).astype(np.uint8)
    seen = encoder.feature_map(pictures)
    found = heat(seen.values[0], seen.values[1], power=seen.power)
    assert seen.values.shape[0] == 2
    assert found.first.shape == (7, 7)
    assert found.first.sum() == pytest.approx(found.similarity)
    assert 0 < found.similarity < 1


def test_a_tensor_inside_a_graph_becomes_an_output_and_changes_nothing_else():
    import onnxruntime

    whole = with_output(model(), "x")
    session = onnxruntime.InferenceSession(whole)
    assert [port.name for port in session.get_outputs()] == ["embedding", "mask", "x"]
    picture = np.arange(192, dtype=np.uint8).reshape(1, 3, 8, 8)
    (inner,) = session.run(["x"], {"picture": picture})
    np.testing.assert_array_equal(inner, picture.astype(np.float32))
    plain = onnxruntime.InferenceSession(model()).run(["embedding"], {"picture": picture})
    np.testing.assert_array_equal(plain, session.run(["embedding"], {"picture": picture}))


def test_a_model_whose_card_names_no_map_says_what_to_write():
    encoder = OnnxEncoder(model(), None)
    with pytest.raises(Unavailable, match="names no feature map") as caught:
        encoder.feature_map(np.zeros((1, 8, 8, 3), np.uint8))
    assert "outputs.map" in caught.value.hint


def test_naming_a_map_changes_no_fingerprint():
    text = (
        '{"name": "m", "input": {"name": "picture", "size_px": 8},'
        ' "outputs": {"embedding": "embedding"%s}}'
    )
    plain = parse_card(text % "", where="card")
    mapped = parse_card(text % ', "map": {"output": "x", "power": 3}', where="card")
    assert mapped.map == "x"
    assert plain.canonical() == mapped.canonical()


def test_the_drawing_is_warm_where_the_heat_is():
    gray = np.full((40, 40, 3), 128, np.uint8)
    first, second = np.zeros((2, 2, 7, 7), np.float32)
    first[0, 1, 1] = second[0, 5, 5] = 1
    png = drawn(gray, gray, heat(first, second, power=1), padded=True)
    picture = np.asarray(Image.open(io.BytesIO(png))).astype(int)
    red = picture[..., 0] - picture[..., 2]
    left, right = red[:, :SIDE_PX], red[:, SIDE_PX + GAP_PX :]
    part = SIDE_PX // 2
    assert left[:part, :part].mean() > 10 * max(1, left[part:, part:].mean())
    assert right[part:, part:].mean() > 10 * max(1, right[:part, :part].mean())
