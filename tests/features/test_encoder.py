import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tiny_models

from lookalike.errors import InvalidInput, NotFound, Unavailable
from lookalike.features.encoder import OnnxEncoder, default_encoder, onnx_encoder
from lookalike.features.model_card import EXAMPLE, parse_card

SIDE = tiny_models.SIDE


def encoder(*, threads=2, card=None, **options):
    described = parse_card(card or tiny_models.card(), where="tiny.json")
    return OnnxEncoder(tiny_models.model(extra=True, **options), described, threads=threads)


def flat(*colors):
    """(n, SIDE, SIDE, 3) pictures of one color each."""
    return np.stack([np.full((SIDE, SIDE, 3), color, np.uint8) for color in colors])


def test_the_embedding_is_what_the_model_computes_at_unit_length():
    got = encoder().encode(flat((3, 0, 4), (0, 200, 0))).embedding
    assert got.dtype == np.float32
    assert np.allclose(got, [[0.6, 0, 0.8], [0, 1, 0]], atol=1e-6)


def test_mask_and_heads_come_with_the_embedding():
    got = encoder().encode(flat((51, 0, 0), (0, 255, 0)))
    assert got.mask.shape == (2, SIDE, SIDE)
    assert np.allclose(got.mask[0], 0.2)
    assert got.heads["pattern"].argmax(axis=1).tolist() == [0, 1]
    assert np.allclose(got.heads["pattern"].sum(axis=1), 1)


def test_logits_are_made_probabilities_where_the_card_says_so():
    card = tiny_models.card(outputs__heads__pattern__activation="softmax")
    plain = encoder().encode(flat((9, 99, 200))).heads["pattern"]
    assert np.allclose(
        encoder(card=card, logits=True).encode(flat((9, 99, 200))).heads["pattern"], plain
    )


def test_logits_called_probabilities_are_refused_with_the_key_to_set():
    with pytest.raises(InvalidInput, match=r"not probabilities.*heads.pattern.activation"):
        encoder(logits=True).encode(flat((9, 99, 200)))


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("color", ["RGB", "BGR"])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float16"])
def test_layout_color_order_and_normalization_reach_the_model(layout, color, dtype):
    mean, std = (0.5, 0.25, 0.1), (0.5, 1.0, 2.0)
    changes = {"input__layout": layout, "input__color": color, "input__dtype": dtype}
    if dtype != "uint8":
        changes |= {"input__mean": list(mean), "input__std": list(std)}
    card = tiny_models.card(**changes, outputs__mask=None)
    got = encoder(card=card, layout=layout, dtype=dtype).encode(flat((255, 51, 102))).embedding[0]
    values = np.array([255, 51, 102], float)
    if dtype != "uint8":
        values = (values / 255 - mean) / std
    values = values[::-1] if color == "BGR" else values
    assert np.allclose(
        got, values / np.linalg.norm(values), atol=2e-3 if dtype == "float16" else 1e-6
    )


@pytest.mark.parametrize("batch", ["batch", 4])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_result_does_not_depend_on_companions_place_or_threads(batch, threads):
    pictures = np.random.default_rng(5).integers(0, 255, (11, SIDE, SIDE, 3), dtype=np.uint8)
    tiny = encoder(batch=batch, threads=threads)
    together = tiny.encode(pictures)
    backwards = tiny.encode(pictures[::-1])
    for row in range(11):
        alone = tiny.encode(pictures[row : row + 1])
        assert np.array_equal(alone.embedding[0], together.embedding[row])
        assert np.array_equal(alone.embedding[0], backwards.embedding[10 - row])
        assert np.array_equal(alone.mask[0], together.mask[row])


def test_a_model_of_fixed_batch_size_is_run_at_that_size():
    assert encoder(batch=4).batch_size == 4
    assert encoder().batch_size == 1


def test_no_pictures_give_no_rows():
    got = encoder().encode(np.zeros((0, SIDE, SIDE, 3), np.uint8))
    assert got.embedding.shape == (0, 3)
    assert got.heads["pattern"].shape == (0, 3)


def test_pictures_of_the_wrong_size_are_refused_with_the_right_one():
    with pytest.raises(InvalidInput, match=r"shape \(1, 9, 9, 3\).*\(count, 8, 8, 3\) uint8"):
        encoder().encode(np.zeros((1, 9, 9, 3), np.uint8))


def test_a_model_that_gives_nan_is_refused():
    with pytest.raises(InvalidInput, match=r'infinity in "embedding".*input.mean'):
        encoder(nan=True).encode(flat((0, 5, 5)))


def test_an_embedding_of_length_zero_is_refused():
    with pytest.raises(InvalidInput, match="length 0"):
        encoder().encode(flat((0, 0, 0)))


def test_what_is_no_model_says_so():
    broken = OnnxEncoder(b"not a model", parse_card(tiny_models.card(), where="tiny.json"))
    with pytest.raises(InvalidInput, match="cannot be loaded as an ONNX model"):
        broken.encode(flat((1, 2, 3)))


def test_cuda_without_cuda_says_what_to_install():
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    card = parse_card(tiny_models.card(), where="tiny.json")
    with pytest.raises(Unavailable, match=r'pip install "lookalike\[cuda\]"'):
        OnnxEncoder(tiny_models.model(extra=True), card, device="cuda").encode(flat((1, 2, 3)))


def test_the_fingerprint_follows_model_and_card_and_nothing_else():
    card, other_fill = tiny_models.card(), tiny_models.card(input__fill=0)
    plain = encoder()
    assert plain.fingerprint == encoder(threads=1).fingerprint
    assert plain.fingerprint == encoder(card=tiny_models.card(name="renamed")).fingerprint
    others = [encoder(card=other_fill), encoder(card=card, logits=True)]
    assert len({plain.fingerprint, *(other.fingerprint for other in others)}) == 3


def test_one_session_serves_many_threads():
    tiny = encoder()
    pictures = np.random.default_rng(6).integers(1, 255, (16, SIDE, SIDE, 3), dtype=np.uint8)
    with ThreadPoolExecutor(4) as pool:
        rows = list(
            pool.map(lambda row: tiny.encode(pictures[row : row + 1]).embedding[0], range(16))
        )
    assert np.array_equal(np.stack(rows), tiny.encode(pictures).embedding)


def test_importing_and_naming_an_encoder_loads_no_runtime():
    code = (
        "import sys; from lookalike.features.encoder import default_encoder as d; e = d();"
        "e.fingerprint; e.heads; e.input; print('onnxruntime' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


# --- a merchant's own model ----------------------------------------------------------------------


def written(folder, *, card=None, card_name="own.onnx.json", **options):
    (folder / "own.onnx").write_bytes(tiny_models.model(**options))
    if card is not None:
        (folder / card_name).write_text(card)
    return str(folder / "own.onnx")


@pytest.mark.parametrize("card_name", ["own.onnx.json", "own.json"])
def test_a_card_beside_the_model_is_found(tmp_path, card_name):
    path = written(tmp_path, card=tiny_models.card(), card_name=card_name, extra=True)
    assert onnx_encoder(path).heads == {"pattern": ("reddish", "greenish", "bluish")}


def test_an_obvious_model_needs_no_card(tmp_path):
    own = onnx_encoder(written(tmp_path))
    assert (own.input.size_px, own.input.layout, own.embedding_size) == (SIDE, "NCHW", 3)
    assert np.allclose(own.encode(flat((0, 9, 0))).embedding, [[0, 1, 0]])
    assert onnx_encoder(written(tmp_path, layout="NHWC")).input.layout == "NHWC"


def test_a_floating_model_without_card_is_refused_with_a_whole_example(tmp_path):
    path = written(tmp_path, dtype="float32")
    with pytest.raises(InvalidInput, match=r"takes float32.*does not say how to scale") as caught:
        onnx_encoder(path)
    example = caught.value.hint.split("A complete card is ")[1]
    assert parse_card(example, where="the example").input.mean == tuple(EXAMPLE["input"]["mean"])
    assert f"{path}.json" in caught.value.hint


def test_two_possible_embeddings_are_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"has 2 outputs that could be.*embedding, head"):
        onnx_encoder(written(tmp_path, extra=True))


def test_a_missing_file_is_not_found():
    with pytest.raises(NotFound, match=r'no model file "nowhere.onnx"'):
        onnx_encoder("nowhere.onnx")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outputs__embedding": "embeding"}, 'Did you mean "embedding"'),
        ({"outputs__mask": "masc"}, 'outputs.mask is "masc".*Did you mean "mask"'),
        ({"outputs__heads__pattern__output": "hed"}, 'heads.pattern.output is "hed"'),
        ({"outputs__heads__pattern__classes": ["a", "b"]}, 'names 2 classes, but "head" gives 3'),
        ({"input__name": "pixels"}, 'input.name is "pixels".*It has picture'),
        ({"input__size_px": 16}, r"shape \[\?, 3, 8, 8\].*side 16"),
        ({"input__layout": "NHWC"}, r"says NHWC with side 8"),
        (
            {"input__dtype": "float32", "input__mean": [0, 0, 0], "input__std": [1, 1, 1]},
            'takes uint8, but input.dtype is "float32"',
        ),
    ],
)
def test_a_card_that_disagrees_with_the_graph_is_refused(changes, message):
    with pytest.raises(InvalidInput, match=message):
        encoder(card=tiny_models.card(**changes)).encode(flat((1, 2, 3)))


# --- the encoder that ships ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped():
    return default_encoder(threads=2)


def test_the_default_encoder_has_every_head_that_channels_need(shipped):
    sizes = {name: len(classes) for name, classes in shipped.heads.items()}
    assert sizes.items() >= {"pattern": 10, "style": 7, "material": 14, "product_type": 132}.items()
    assert shipped.embedding_size == 256
    assert shipped.input.size_px == 224


def test_the_default_encoder_repeats_itself_bit_for_bit(shipped):
    pictures = np.random.default_rng(7).integers(0, 255, (5, 224, 224, 3), dtype=np.uint8)
    together = shipped.encode(pictures)
    alone = default_encoder(threads=1).encode(pictures[3:4])
    assert np.array_equal(alone.embedding[0], together.embedding[3])
    assert np.array_equal(alone.mask[0], together.mask[3])
    assert np.allclose(np.linalg.norm(together.embedding, axis=1), 1, atol=1e-6)


def test_the_default_mask_finds_a_disc_on_white(shipped):
    y, x = np.mgrid[:224, :224]
    disc = (x - 112) ** 2 + (y - 112) ** 2 < 70**2
    picture = np.where(disc[..., None], [180, 30, 40], 255).astype(np.uint8)
    mask = shipped.encode(picture[None]).mask[0] > 0.5
    truth = disc[2::4, 2::4]
    assert (mask & truth).sum() / (mask | truth).sum() > 0.8
