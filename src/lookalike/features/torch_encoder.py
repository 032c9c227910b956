"""Encoders that run in PyTorch: pictures and texts in, unit rows of one space out.

A hub module loads a model as `Towers`; everything else is here.  As with ONNX, a picture must not
depend on its companions, so on a CPU every call of the model takes one picture or one text on one
thread and cores are kept busy by several calls at once; on a GPU every call has the same size.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from lookalike.domain.arrays import Floats, Pixels
from lookalike.errors import InvalidInput, Unavailable
from lookalike.features.encoder import Device, usable_cores
from lookalike.features.protocol import Encoded, InputSpec
from lookalike.features.zero_shot import CLASSES, PROMPTS, class_rows, probabilities

CUDA_BATCH = 64  # untested choice: large enough to fill a GPU
_PREPROCESSING = "1"  # raise when the conversion of pictures below changes its numbers

Tensor = Any
"""torch.Tensor; PyTorch is not installed where the types are checked."""


@dataclass(frozen=True)
class Towers:
    """A loaded model.

    model        the torch.nn.Module, whose weights are the fingerprint
    images       (count, 3, side, side) float32 tensor -> (count, embedding) tensor
    texts        texts -> (count, embedding) tensor in the same space; None without a text tower
    logit_scale  what cosines are multiplied with before the softmax, as the model was trained
    """

    model: Any
    input: InputSpec
    images: Callable[[Tensor], Tensor]
    texts: Callable[[Sequence[str]], Tensor] | None = None
    logit_scale: float = 1.0


class TorchEncoder:
    """Implements `protocol.Encoder`, and `encode_text` where the model has a text tower.

    The model is loaded on first use, once; any thread may call.

    load     gives the model, on the device that it is called with
    where    the encoder as messages name it
    threads  pictures encoded at the same time on a CPU; default: the cores this process may use
    """

    def __init__(
        self,
        load: Callable[[str], Towers],
        *,
        where: str,
        device: Device = "cpu",
        threads: int | None = None,
    ) -> None:
        self._load = load
        self._where = where
        self._device = device
        self._threads = (threads or usable_cores()) if device == "cpu" else 1
        self._lock = threading.Lock()
        self._loaded: Towers | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def input(self) -> InputSpec:
        return self._towers.input

    @property
    def batch_size(self) -> int:
        return 1 if self._device == "cpu" else CUDA_BATCH

    @property
    def reads_text(self) -> bool:
        """Whether the model has a text tower, so that `encode_text` and heads work."""
        return self._towers.texts is not None

    @property
    def heads(self) -> Mapping[str, tuple[str, ...]]:
        return CLASSES if self.reads_text else {}

    @cached_property
    def embedding_size(self) -> int:
        side = self.input.size_px
        return int(self._rows(self._towers, np.zeros((1, side, side, 3), np.uint8)).shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the weights, the preprocessing and, where attributes come of it, the prompts."""
        towers = self._towers
        said = f"{_PREPROCESSING} {towers.input} {PROMPTS if towers.texts else None}"
        digest = hashlib.sha256(said.encode())
        for name, tensor in sorted(towers.model.state_dict().items()):
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(_bytes(tensor))
        return digest.hexdigest()[:16]

    def encode(self, pictures: Pixels) -> Encoded:
        towers, side = self._towers, self.input.size_px
        if pictures.shape[1:] != (side, side, 3) or pictures.dtype != np.uint8:
            raise InvalidInput(
                f"The pictures have shape {pictures.shape} and type {pictures.dtype}.",
                hint=f"This encoder takes (count, {side}, {side}, 3) uint8.",
            )
        size = self.batch_size
        batches = [pictures[at : at + size] for at in range(0, len(pictures), size)]
        parts = list(self._workers.map(lambda batch: self._rows(towers, batch), batches))
        rows = np.concatenate(parts) if parts else np.zeros((0, self.embedding_size), np.float32)
        return Encoded(rows, heads=self._chances(rows))

    def encode_text(self, texts: Sequence[str]) -> Floats:
        """(count, embedding) float32, unit length, in the space of the pictures.

        A text longer than the model reads is cut off.  Raises InvalidInput for an empty text and
        where the model has no text tower.
        """
        read = self._towers.texts
        if read is None:
            raise InvalidInput(
                f"{self._where} has no text tower, so it cannot read {_shown(texts)}.",
                hint="Swap to a model of the CLIP or SigLIP family, or search by product, photo "
                "or attribute.",
            )
        if not all(text.strip() for text in texts):
            raise InvalidInput("A text to search with is empty.", hint="Describe what to look for.")
        if not texts:
            return np.zeros((0, self.embedding_size), np.float32)

        def row(text: str) -> Floats:
            with _settled(self._torch):
                return self._unit(read([text]))

        return np.concatenate(list(self._workers.map(row, texts)))

    def _chances(self, rows: Floats) -> dict[str, Floats]:
        if not self.reads_text:
            return {}
        scale = self._towers.logit_scale
        return {name: probabilities(rows, known, scale) for name, known in self._classes.items()}

    @cached_property
    def _classes(self) -> Mapping[str, Floats]:
        return class_rows(self.encode_text)

    def _rows(self, towers: Towers, pictures: Pixels) -> Floats:
        """One call of the model with 1 to batch_size pictures."""
        count, missing = len(pictures), self.batch_size - len(pictures)
        if missing:
            filler = np.zeros((missing, *pictures.shape[1:]), np.uint8)
            pictures = np.concatenate([pictures, filler])
        spec = towers.input
        mean, std = (np.asarray(three, np.float32) for three in (spec.mean, spec.std))
        scaled = (pictures.astype(np.float32) / np.float32(255) - mean) / std
        batch = np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), dtype=np.float32)
        with _settled(self._torch):
            tensor = self._torch.from_numpy(batch).to(self._device)
            return self._unit(towers.images(tensor)[:count])

    def _unit(self, tensor: Tensor) -> Floats:
        rows = np.asarray(tensor.float().cpu().numpy(), dtype=np.float64)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise InvalidInput(
                f"{self._where} gives an embedding of NaN, infinity or length 0.",
                hint="The weights are damaged or are not those of an embedding model.",
            )
        return np.asarray(rows / lengths, dtype=np.float32)

    @property
    def _towers(self) -> Towers:
        with self._lock:
            if self._loaded is None:
                if self._device == "cuda" and not self._torch.cuda.is_available():
                    raise Unavailable(
                        'The device is "cuda", but the installed PyTorch finds no GPU.',
                        hint="Install PyTorch with CUDA, or run with the setting device = cpu.",
                    )
                self._loaded = self._load(self._device)
            return self._loaded

    @property
    def _workers(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(
                    self._threads,
                    thread_name_prefix="lookalike-encoder",
                    initializer=self._torch.set_num_threads,  # of the thread that calls it
                    initargs=(1,),
                )
            return self._pool

    @cached_property
    def _torch(self) -> Any:  # Any: see Tensor
        return library("torch", extra="hf")


def library(name: str, *, extra: str) -> Any:  # Any: a module without types here
    """An optional library, imported now.

    Raises Unavailable with the install command when it, or what it needs, is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        missing = (error.name or name).partition(".")[0]
        raise Unavailable(
            f'The encoder needs the library "{missing}", which is not installed.',
            hint=f'Run: pip install "lookalike[{extra}]"',
        ) from error


class _settled:  # noqa: N801 - used as a statement
    """No gradients, and on a GPU no reduced precision and no timed choice of algorithms, which
    would change results from run to run."""

    def __init__(self, torch: Any) -> None:
        self._modes = (
            torch.inference_mode(),
            torch.backends.cudnn.flags(
                enabled=True, benchmark=False, deterministic=True, allow_tf32=False
            ),
        )

    def __enter__(self) -> None:
        for mode in self._modes:
            mode.__enter__()

    def __exit__(self, *error: object) -> None:
        for mode in reversed(self._modes):
            mode.__exit__(*error)


def _bytes(tensor: Tensor) -> bytes:
    flat = tensor.detach().cpu().contiguous().flatten()
    seen: bytes = flat.view(library("torch", extra="hf").uint8).numpy().tobytes()
    return seen


def _shown(texts: Sequence[str]) -> str:
    return repr(texts[0][:60]) if texts else "text"
