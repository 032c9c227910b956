"""`hf:REPO_OR_FOLDER`: CLIP, SigLIP, DINOv2, DINOv3 and their kin by Hugging Face Transformers.

Only code of the installed library runs, never code that a repository brings.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from lookalike.errors import InvalidInput, NotFound
from lookalike.features.encoder import Device
from lookalike.features.protocol import Fit, InputSpec
from lookalike.features.torch_encoder import Tensor, TorchEncoder, Towers, library

EXTRA = "hf"
FIRST_TOKEN = frozenset(("dinov2", "dinov2_with_registers", "dinov3_vit", "vit", "deit", "ijepa"))
"""Model types whose first token is the picture: their checkpoints bring no trained pooler."""
VARIABLE_SIZE = frozenset(("siglip2",))
"""Model types that take patches of pictures of any size instead of squares."""
UNMASKED_TEXT = frozenset(("siglip",))
"""Model types trained on padded texts without an attention mask."""


def hf_encoder(name: str, *, device: Device = "cpu", threads: int | None = None) -> TorchEncoder:
    """Loads on first use; a repository that is not on disk yet is downloaded."""
    load = partial(_load, name)
    return TorchEncoder(load, where=f"hf:{name}", device=device, threads=threads)


def _load(name: str, device: str) -> Towers:
    library("torch", extra=EXTRA)  # without it Transformers imports, and fails later
    transformers = library("transformers", extra=EXTRA)
    with _Told(name):
        settings, _ = _image_processing(transformers).get_image_processor_dict(name)
        model, report = transformers.AutoModel.from_pretrained(
            name, dtype="float32", output_loading_info=True
        )
    kind = model.config.model_type
    _complete(report["missing_keys"], kind, where=name)
    model = model.to(device).eval()
    two_towers = hasattr(model, "get_image_features")
    return Towers(
        model=model,
        input=_input(settings, where=name),
        images=partial(_two_tower_rows, model) if two_towers else partial(_image_rows, model, kind),
        texts=_texts(transformers, model, name, device) if two_towers else None,
        logit_scale=float(model.logit_scale.detach().exp()) if two_towers else 1.0,
    )


class _Told:
    """What Transformers raises, as an error that says what to do."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        reason = str(error).strip().splitlines()[0] if error and str(error).strip() else ""
        if isinstance(error, OSError):
            raise NotFound(
                f'The model "{self._name}" cannot be read: {reason}',
                hint="Name a repository of the hub, or a folder with config.json, "
                "preprocessor_config.json and weights; downloading needs a network.",
            ) from error
        if isinstance(error, ValueError):
            raise InvalidInput(
                f'Transformers cannot load "{self._name}": {reason}',
                hint="Models that bring code of their own are refused; many of them load as "
                f"open_clip:hf-hub:{self._name}.",
            ) from error


def _image_processing(transformers: Any) -> Any:
    return transformers.image_processing_base.ImageProcessingMixin


def _complete(missing: Sequence[str], kind: str, *, where: str) -> None:
    """Weights that a checkpoint lacks are random numbers after loading."""
    unused = "pooler." if kind in FIRST_TOKEN else "\0"
    lacking = sorted(key for key in missing if unused not in key)
    if lacking:
        raise InvalidInput(
            f'The model "{where}" lacks {len(lacking)} weights, {lacking[0]} among them.',
            hint="Choose a checkpoint of an embedding model, not of another task.",
        )
    if kind in VARIABLE_SIZE:
        raise InvalidInput(
            f'The model "{where}" takes pictures of variable size.',
            hint="Choose the fixed-size checkpoint of the same family, as "
            "google/siglip2-base-patch16-224.",
        )


def _two_tower_rows(model: Any, batch: Tensor) -> Tensor:
    return _pooled(model.get_image_features(pixel_values=batch))


def _image_rows(model: Any, kind: str, batch: Tensor) -> Tensor:
    out = model(pixel_values=batch)
    if kind in FIRST_TOKEN:
        return out.last_hidden_state[:, 0]
    return _pooled(out).flatten(1)


def _pooled(out: Any) -> Tensor:
    """Transformers 5 wraps what earlier versions gave as a tensor."""
    if not hasattr(out, "pooler_output"):
        return out
    if out.pooler_output is None:
        raise InvalidInput(
            "The model gives no pooled output, so it has no embedding of a picture.",
            hint="Choose a model of the CLIP, SigLIP or DINO families.",
        )
    return out.pooler_output


def _texts(
    transformers: Any, model: Any, name: str, device: str
) -> Callable[[Sequence[str]], Tensor] | None:
    """None where the checkpoint has no tokenizer: then only pictures can be read."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError):
        return None
    text_config = model.config.text_config
    if len(tokenizer) < text_config.vocab_size / 2:  # made up, as the checkpoint brings no words
        return None
    length = text_config.max_position_embeddings
    wanted = ["input_ids"]
    if model.config.model_type not in UNMASKED_TEXT:
        wanted.append("attention_mask")

    def texts(asked: Sequence[str]) -> Tensor:
        tokens = tokenizer(
            list(asked),
            padding="max_length",
            max_length=length,
            truncation=True,
            return_tensors="pt",
        )
        given = {key: tokens[key].to(device) for key in wanted if key in tokens}
        return _pooled(model.get_text_features(**given))

    return texts


def _input(settings: Mapping[str, Any], *, where: str) -> InputSpec:
    """The square of a preprocessor: what it crops to, or else what it resizes to."""
    cropped = bool(settings.get("do_center_crop"))
    size = settings.get("crop_size" if cropped else "size")
    fit: Fit = "crop" if cropped else "stretch"
    if isinstance(size, Mapping):
        if "shortest_edge" in size and "height" not in size:
            fit, size = "crop", size["shortest_edge"]
        elif size.get("height") == size.get("width"):
            size = size.get("height")
    if not isinstance(size, int):
        raise InvalidInput(
            f'The model "{where}" takes no square pictures: its preprocessor says {size}.',
            hint="Choose a model that takes squares, as those of the CLIP, SigLIP and DINO "
            "families do.",
        )
    plain = settings.get("do_normalize") is False
    mean, std = settings.get("image_mean"), settings.get("image_std")
    return InputSpec(
        size_px=size,
        fit=fit,
        dtype="float32",
        mean=(0.0, 0.0, 0.0) if plain or mean is None else tuple(mean),
        std=(1.0, 1.0, 1.0) if plain or std is None else tuple(std),
    )
