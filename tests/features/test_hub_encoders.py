"""Encoders of model hubs, on tiny checkpoints written here; nothing is downloaded.

The libraries are optional: requirements/hubs.txt pins them.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lookalike import registry
from lookalike.errors import InvalidInput, NotFound, Unavailable
from lookalike.features.pipeline import Extractor
from lookalike.features.protocol import InputSpec
from lookalike.features.torch_encoder import TorchEncoder, Towers
from lookalike.features.zero_shot import CLASSES, PROMPTS, class_rows, probabilities
from lookalike.sample.shop import sample_shop
from lookalike.sample.write import write_shop

PIP = ".venv/bin/python -m pip install"
INSTALL = f"{PIP} torch==2.13.0 && {PIP} --no-deps -r requirements/hubs.txt"
SIDE = 32


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def torch():
    found = pytest.importorskip("torch", reason=f"PyTorch is not installed; run: {INSTALL}")
    spec = importlib.util.find_spec("torchvision")
    compiled = spec and next(Path(spec.origin).parent.glob("_C*.so"), None)
    if not compiled:
        yield found
        return
    library = found.library.Library("torchvision", "FRAGMENT")  # gone with its last reference
    try:
        found.ops.load_library(str(compiled))
    except OSError:  # a build for CUDA beside a PyTorch without: importing needs these names
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    yield found


@pytest.fixture(scope="session")
def transformers(torch):
    return pytest.importorskip(
        "transformers", reason=f"Transformers is not installed; run: {INSTALL}"
    )


@pytest.fixture(scope="session")
def open_clip(torch):
    return pytest.importorskip("open_clip", reason=f"OpenCLIP is not installed; run: {INSTALL}")


TOWER = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
WORDS = ("[PAD]", "[EOS]", "[UNK]", "a", "photo", "of", "red", "dress", "plain", "stripes")


def checkpoint(torch, transformers, folder, kind, *, tokenizer=True, crop=True):
    """A model of random weights, saved as the hub holds one."""
    torch.manual_seed(0)
    vision = {**TOWER, "image_size": SIDE, "patch_size": 16}
    text = {
        **TOWER,
        "vocab_size": len(WORDS),
        "max_position_embeddings": 12,
        **{f"{name}_token_id": place for place, name in ((0, "pad"), (0, "bos"), (1, "eos"))},
    }
    if kind == "clip":
        config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)
        model = transformers.CLIPModel(config)
    elif kind == "siglip":
        config = transformers.SiglipConfig(text_config=text, vision_config=vision)
        model = transformers.SiglipModel(config)
    else:
        model = transformers.Dinov2Model(transformers.Dinov2Config(**vision))
    model.save_pretrained(folder)
    size = {"height": SIDE, "width": SIDE}
    processor = {
        "do_center_crop": crop,
        "size": {"shortest_edge": SIDE} if crop else size,
        "image_mean": [0.4, 0.5, 0.6],
        "image_std": [0.2, 0.3, 0.4],
        **({"crop_size": size} if crop else {}),
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    if tokenizer and kind != "dinov2":
        write_tokenizer(transformers, folder)
    return f"hf:{folder}"


def write_tokenizer(transformers, folder):
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = Tokenizer(models.WordLevel(dict(zip(WORDS, range(99), strict=False)), "[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing("$A [EOS]", special_tokens=[("[EOS]", 1)])
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[PAD]", eos_token="[EOS]", unk_token="[UNK]"
    ).save_pretrained(folder)


@pytest.fixture(scope="session")
def known(torch, transformers, open_clip, tmp_path_factory):
    """Kind -> the encoder's name, of checkpoints written once."""
    place = tmp_path_factory.mktemp("hub")
    for name in ("clip", "siglip", "dinov2", "open_clip"):
        (place / name).mkdir()
    return {
        "clip": checkpoint(torch, transformers, place / "clip", "clip"),
        "siglip": checkpoint(torch, transformers, place / "siglip", "siglip", crop=False),
        "dinov2": checkpoint(torch, transformers, place / "dinov2", "dinov2"),
        "open_clip": open_clip_checkpoint(torch, open_clip, place / "open_clip"),
    }


def open_clip_checkpoint(torch, open_clip, folder):
    from safetensors import torch as safetensors_torch

    torch.manual_seed(0)
    config = {
        "embed_dim": 8,
        "vision_cfg": {
            "image_size": SIDE,
            "layers": 1,
            "width": 32,
            "head_width": 16,
            "patch_size": 16,
        },
        "text_cfg": {
            "context_length": 12,
            "vocab_size": 49408,  # of OpenCLIP's own tokenizer
            "width": 8,
            "heads": 2,
            "layers": 1,
        },
    }
    preprocessing = {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "squash"}
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config, "preprocess_cfg": preprocessing})
    )
    weights = open_clip.model.CLIP(**config).state_dict()
    safetensors_torch.save_file(weights, folder / "open_clip_model.safetensors")
    return f"open_clip:local-dir:{folder}"


KINDS = ("clip", "siglip", "dinov2", "open_clip")
WITH_TEXT = ("clip", "siglip", "open_clip")


@pytest.fixture(scope="session")
def encoders(known):
    return {kind: registry.make_encoder(name, threads=2) for kind, name in known.items()}


def noise(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_become_rows_of_unit_length(encoders, kind):
    encoder = encoders[kind]
    rows = encoder.encode(noise(3)).embedding
    assert rows.shape == (3, encoder.embedding_size)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert encoder.encode(noise(0)).embedding.shape == (0, encoder.embedding_size)


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_does_not_depend_on_companions_or_threads(encoders, known, kind):
    pictures = noise(5)
    whole = encoders[kind].encode(pictures)
    alone = registry.make_encoder(known[kind], threads=1)
    for row in range(5):
        one = alone.encode(pictures[row : row + 1])
        np.testing.assert_array_equal(one.embedding[0], whole.embedding[row])
        for name, chances in whole.heads.items():
            np.testing.assert_array_equal(one.heads[name][0], chances[row])


def test_rows_are_those_that_the_library_gives_by_itself(torch, transformers, known, encoders):
    picture = noise(1)
    mean, std = np.array([0.4, 0.5, 0.6]), np.array([0.2, 0.3, 0.4])
    scaled = torch.tensor((picture / 255 - mean) / std, dtype=torch.float32).permute(0, 3, 1, 2)
    folder = known["clip"].partition(":")[2]
    model = transformers.CLIPModel.from_pretrained(folder).eval()
    with torch.no_grad():
        vision = model.vision_model(pixel_values=scaled).pooler_output
        expected = model.visual_projection(vision).numpy()[0]
    found = encoders["clip"].encode(picture).embedding[0]
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected), atol=1e-5)


def test_preprocessing_is_that_of_the_checkpoint(encoders):
    assert encoders["clip"].input == InputSpec(
        SIDE, fit="crop", dtype="float32", mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.4)
    )
    assert encoders["siglip"].input.fit == "stretch"
    assert encoders["open_clip"].input.fit == "stretch"
    assert encoders["open_clip"].input.mean == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("kind", WITH_TEXT)
def test_texts_become_rows_of_the_same_space(encoders, kind):
    encoder = encoders[kind]
    rows = encoder.encode_text(["a red dress", "stripes"])
    assert rows.shape == (2, encoder.embedding_size)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert not np.array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(encoder.encode_text(["stripes"])[0], rows[1])
    assert encoder.encode_text([]).shape == (0, encoder.embedding_size)
    assert encoder.encode_text(["dress " * 500]).shape == (1, encoder.embedding_size)
    with pytest.raises(InvalidInput, match="empty"):
        encoder.encode_text(["stripes", " "])


def test_a_model_without_text_tower_has_no_heads_and_says_why(encoders):
    encoder = encoders["dinov2"]
    assert not encoder.reads_text
    assert encoder.heads == {}
    with pytest.raises(InvalidInput, match="no text tower, so it cannot read 'red'"):
        encoder.encode_text(["red"])


@pytest.mark.parametrize("kind", WITH_TEXT)
def test_a_text_tower_gives_every_channel_and_attribute(encoders, kind, tmp_path):
    encoder = encoders[kind]
    extractor = Extractor(encoder)
    assert extractor.layout.names == Extractor(registry.make_encoder("default")).layout.names
    write_shop(sample_shop(1, seed=3), tmp_path, size_px=64)
    photo = next((tmp_path / "images").iterdir()).read_bytes()
    features = extractor.extract(photo)
    assert features.row.shape == (extractor.layout.width,)
    assert {"pattern", "style", "material_appearance", "product_type"} <= set(features.attributes)
    chances = encoder.encode(noise(2)).heads
    for name, classes in CLASSES.items():
        assert chances[name].shape == (2, len(classes))
        np.testing.assert_allclose(chances[name].sum(axis=1), 1, atol=1e-5)


def test_zero_shot_probabilities_are_the_softmax_of_scaled_cosines():
    """Against a plain second way, with an embedding that is known: the length of the text."""

    def embed(texts):
        angles = np.array([len(text) for text in texts]) / 40
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    rows = embed(["x" * 20, "x" * 60])
    known = class_rows(embed)
    for head, classes in PROMPTS.items():
        for row, found in zip(rows, probabilities(rows, known[head], 7.0), strict=True):
            means = [embed(sentences).mean(axis=0) for sentences in classes.values()]
            cosines = [float(row @ mean / np.linalg.norm(mean)) for mean in means]
            expected = np.exp(7.0 * np.array(cosines))
            np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-4)


def test_the_fingerprint_follows_weights_and_preprocessing(torch, transformers, known, tmp_path):
    def fingerprint(name):
        return registry.make_encoder(name).fingerprint

    first = checkpoint(torch, transformers, tmp_path, "clip")
    assert fingerprint(first) == fingerprint(known["clip"])
    config = tmp_path / "preprocessor_config.json"
    config.write_text(config.read_text().replace("0.4", "0.41"))
    assert fingerprint(first) != fingerprint(known["clip"])
    config.write_text(config.read_text().replace("0.41", "0.4"))
    model = transformers.AutoModel.from_pretrained(tmp_path)
    with torch.no_grad():
        model.visual_projection.weight[0, 0] += 1
    model.save_pretrained(tmp_path)
    assert fingerprint(first) != fingerprint(known["clip"])


def test_weights_that_are_missing_are_not_made_up(torch, transformers, tmp_path):
    name = checkpoint(torch, transformers, tmp_path, "clip")
    model = transformers.AutoModel.from_pretrained(tmp_path)
    weights = {k: v for k, v in model.state_dict().items() if k != "visual_projection.weight"}
    model.save_pretrained(tmp_path, state_dict=weights)
    with pytest.raises(InvalidInput, match=r"lacks 1 weights, visual_projection.weight"):
        registry.make_encoder(name).fingerprint  # noqa: B018 - loads


def test_without_a_tokenizer_pictures_still_work(torch, transformers, tmp_path):
    encoder = registry.make_encoder(
        checkpoint(torch, transformers, tmp_path, "clip", tokenizer=False)
    )
    assert encoder.encode(noise(1)).embedding.shape == (1, 8)
    assert not encoder.reads_text


def test_a_folder_that_is_no_model_says_what_one_holds(transformers, open_clip, tmp_path):
    with pytest.raises(NotFound, match="preprocessor_config"):
        registry.make_encoder(f"hf:{tmp_path}").input  # noqa: B018 - loads
    with pytest.raises(NotFound, match="open_clip_config"):
        registry.make_encoder(f"open_clip:local-dir:{tmp_path}").input  # noqa: B018
    with pytest.raises(InvalidInput, match="list_pretrained"):
        registry.make_encoder("open_clip:ViT-B-32/nobody").input  # noqa: B018


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hf", "names no model"),
        ("open_clip:", "names no model"),
        ("open_clip:ViT-B-32", "names no weights"),
        ("open_clip:ViT-B-32/", "names no weights"),
    ],
)
def test_a_name_without_model_or_weights_is_refused_with_an_example(name, message):
    with pytest.raises(InvalidInput, match=message):
        registry.make_encoder(name)


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [("hf:x", "transformers", "hf"), ("open_clip:ViT-B-32/x", "open_clip", "open-clip")],
)
def test_a_missing_library_is_unavailable_with_the_command(monkeypatch, name, library, extra):
    monkeypatch.setitem(sys.modules, "torch", sys)  # any module: it is there
    monkeypatch.setitem(sys.modules, library, None)
    encoder = registry.make_encoder(name)
    with pytest.raises(Unavailable, match=rf'pip install "lookalike\[{extra}\]"'):
        encoder.encode(noise(1))


def test_naming_an_encoder_loads_no_library():
    code = (
        "import sys; from lookalike.registry import make_encoder as make;"
        "make('hf:x'); make('open_clip:a/b');"
        "print(sorted({'torch', 'transformers', 'open_clip'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_an_embedding_of_nan_is_refused(torch):
    def load(device):
        model = torch.nn.Identity()
        spec = InputSpec(SIDE, dtype="float32")
        return Towers(model, spec, images=lambda batch: batch.mean(dim=(2, 3)) * float("nan"))

    with pytest.raises(InvalidInput, match="NaN"):
        TorchEncoder(load, where="nan").encode(noise(1))
    with pytest.raises(InvalidInput, match="takes"):
        TorchEncoder(load, where="nan").encode(np.zeros((1, 3, 3, 3), np.uint8))
