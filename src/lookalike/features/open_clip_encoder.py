"""`open_clip:MODEL/WEIGHTS`: CLIP, SigLIP and fashion-tuned models of the OpenCLIP library.

MODEL/WEIGHTS  a pair that OpenCLIP knows, as ViT-B-16-SigLIP/webli; WEIGHTS may be a file
hf-hub:REPO    a repository of the Hugging Face hub, as hf-hub:Marqo/marqo-fashionSigLIP
local-dir:DIR  a folder with open_clip_config.json and weights
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from lookalike.errors import InvalidInput, NotFound
from lookalike.features.encoder import Device
from lookalike.features.protocol import Fit, InputSpec
from lookalike.features.torch_encoder import Tensor, TorchEncoder, Towers, library

EXTRA = "open-clip"
SCHEMAS = ("hf-hub:", "local-dir:")
FITS: dict[str, Fit] = {"shortest": "crop", "squash": "stretch", "longest": "pad"}
"""OpenCLIP's resize_mode -> ours; its "shortest" is followed by a center crop."""


def open_clip_encoder(
    name: str, *, device: Device = "cpu", threads: int | None = None
) -> TorchEncoder:
    """Loads on first use; a model that is not on disk yet is downloaded by OpenCLIP.

    Raises InvalidInput when `name` is neither MODEL/WEIGHTS nor one of the SCHEMAS.
    """
    model, _, weights = (name, "", "") if name.startswith(SCHEMAS) else name.partition("/")
    if not model or not (weights or model.startswith(SCHEMAS)):
        raise InvalidInput(
            f'The encoder "open_clip:{name}" names no weights.',
            hint="Write open_clip:MODEL/WEIGHTS, as open_clip:ViT-B-16-SigLIP/webli, "
            "open_clip:hf-hub:REPO or open_clip:local-dir:FOLDER.",
        )
    load = partial(_load, model, weights or None)
    return TorchEncoder(load, where=f"open_clip:{name}", device=device, threads=threads)


def _load(name: str, weights: str | None, device: str) -> Towers:
    open_clip = library("open_clip", extra=EXTRA)
    model = _opened(open_clip, name, weights, device)
    known = open_clip.get_model_preprocess_cfg(model)
    tokenizer = open_clip.get_tokenizer(name)

    def texts(asked: Sequence[str]) -> Tensor:
        return model.encode_text(tokenizer(list(asked)).to(device))

    return Towers(
        model=model,
        input=_input(known, where=name),
        images=model.encode_image,
        texts=texts,
        logit_scale=float(model.logit_scale.detach().exp()),
    )


def _opened(open_clip: Any, name: str, weights: str | None, device: str) -> Any:
    try:
        return open_clip.create_model(
            name, pretrained=weights, device=device, require_pretrained=True
        ).eval()
    except FileNotFoundError as error:
        raise NotFound(
            f'The model "{name}" is not there: {error}.',
            hint="A folder holds open_clip_config.json and open_clip_model.safetensors.",
        ) from error
    except (OSError, RuntimeError, ValueError) as error:  # what OpenCLIP raises, by its source
        reason = str(error).splitlines()[0]
        raise InvalidInput(
            f'OpenCLIP cannot load "{name}"{f" with {weights}" if weights else ""}: {reason}',
            hint="List what it knows: python -c "
            '"import open_clip; print(open_clip.list_pretrained())"; without a network, name a '
            "file or a folder.",
        ) from error


def _input(known: dict[str, Any], *, where: str) -> InputSpec:
    size = known["size"]
    sides = (size, size) if isinstance(size, int) else tuple(size)
    if sides[0] != sides[1]:
        raise InvalidInput(
            f'The model "{where}" takes pictures of {sides[1]} x {sides[0]} pixels.',
            hint="Choose a model that takes squares.",
        )
    return InputSpec(
        size_px=sides[0],
        fit=FITS[known["resize_mode"]],
        fill=int(known["fill_color"]),
        dtype="float32",
        mean=tuple(known["mean"]),
        std=tuple(known["std"]),
    )
