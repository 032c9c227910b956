"""The ONNX encoder: any image model with a model card, run so that results can be repeated.

Measured on the default model (ONNX Runtime 1.32, CPU with AVX512, `bench/encode.py`): a picture's
outputs are bit-identical whatever the batch size (1 to 32), its place in the batch, its
companions, and the number of threads.  That is an observation about one model and one processor,
so it is not relied on: every call of the model has the same fixed batch size, and a short last
batch is filled up.  Batches of 1 are also the fastest per picture on a CPU (10.1 ms on one core
against 13.3 ms in batches of 8, a ratio of 1.3: the activations of one picture stay in the cache),
so cores are kept busy by several calls at once, each on one thread, and a query photo costs no
more than an indexed one.
"""

import hashlib
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lookalike.domain.arrays import Floats, Pixels
from lookalike.errors import InvalidInput, NotFound, Unavailable
from lookalike.features.model_card import Head, ModelCard, parse_card
from lookalike.features.model_graph import Port, check_graph, inferred_card, with_output
from lookalike.features.protocol import Encoded, FeatureMap, InputSpec

if TYPE_CHECKING:
    import onnxruntime

Device = Literal["cpu", "cuda"]

DEFAULT_MODEL = "product-encoder-1"
CPU_BATCH = 1  # see above
CUDA_BATCH = 64  # untested choice: large enough to fill a GPU, 2 GB of activations at 224 px
_PREPROCESSING = "1"  # raise when the conversion of pictures below changes its numbers
_QUIET_RUNTIME = 3  # ONNX Runtime's log level "error"; its warnings speak to model authors


def default_encoder(*, device: Device = "cpu", threads: int | None = None) -> "OnnxEncoder":
    """The encoder that ships with the package."""
    folder = resources.files("lookalike") / "models"
    model, card = folder / f"{DEFAULT_MODEL}.onnx", folder / f"{DEFAULT_MODEL}.json"
    parsed = parse_card(card.read_text(encoding="utf-8"), where=card.name)
    return OnnxEncoder(model, parsed, device=device, threads=threads)


def onnx_encoder(path: str, *, device: Device = "cpu", threads: int | None = None) -> "OnnxEncoder":
    """A merchant's own model, with its card in `PATH.json` or `PATH` with the suffix .json.

    Without a card the graph must leave no doubt: one uint8 picture in, one two-dimensional output.
    Raises NotFound when there is no such file.
    """
    model = Path(path)
    if not model.is_file():
        raise NotFound(
            f'There is no model file "{path}".', hint='Write it as "onnx:PATH/TO/model.onnx".'
        )
    beside = (model.with_name(model.name + ".json"), model.with_suffix(".json"))
    card = next((file for file in beside if file.is_file()), None)
    parsed = None if card is None else parse_card(card.read_text("utf-8"), where=str(card))
    return OnnxEncoder(model, parsed, device=device, threads=threads)


class OnnxEncoder:
    """Implements `protocol.Encoder`.  The session is made on first use, once; any thread may call.

    model    the model: a file (needed for models with external data) or its bytes
    card     None reads it off the graph, which loads the model at once
    threads  pictures encoded at the same time; default: the cores this process may use
    """

    def __init__(
        self,
        model: Path | Traversable | bytes,
        card: ModelCard | None,
        *,
        device: Device = "cpu",
        threads: int | None = None,
    ) -> None:
        self._model = model
        self._where = "the model" if isinstance(model, bytes) else str(model)
        self._device = device
        self._threads = threads or usable_cores()
        self._lock = threading.Lock()
        self._loaded: _Session | None = None
        self._mapping: onnxruntime.InferenceSession | None = None
        self.card = card if card is not None else self._card_from_graph()

    @property
    def input(self) -> InputSpec:
        return self.card.input

    @cached_property
    def heads(self) -> Mapping[str, tuple[str, ...]]:
        return {name: head.classes for name, head in self.card.heads.items()}

    @property
    def embedding_size(self) -> int:
        return self._session.embedding_size

    @property
    def batch_size(self) -> int:
        return self._session.batch_size

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the model's bytes and of all that the card says about numbers."""
        digest = hashlib.sha256(f"{_PREPROCESSING} {self.card.canonical()}".encode())
        for part in _model_parts(self._model):
            digest.update(part)
        return digest.hexdigest()[:16]

    def encode(self, pictures: Pixels) -> Encoded:
        session = self._session
        side = self.input.size_px
        if pictures.shape[1:] != (side, side, 3) or pictures.dtype != np.uint8:
            raise InvalidInput(
                f"The pictures have shape {pictures.shape} and type {pictures.dtype}.",
                hint=f"This encoder takes (count, {side}, {side}, 3) uint8.",
            )
        size = session.batch_size
        batches = [pictures[at : at + size] for at in range(0, len(pictures), size)]
        if len(batches) > 1 and session.parallel > 1:
            parts = list(session.pool.map(session.run, batches))
        else:
            parts = [session.run(batch) for batch in batches]
        if not parts:
            return self._nothing()
        whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return self._encoded(dict(zip(session.wanted, whole, strict=True)))

    def feature_map(self, pictures: Pixels) -> FeatureMap:
        """The activations before pooling of (n, size_px, size_px, 3) uint8 RGB pictures.

        Runs a second session, made on first use.  Raises Unavailable for a model whose card
        names no map.
        """
        if self.card.map is None:
            raise Unavailable(
                f"The card of {self._where} names no feature map, so it cannot be shown where two "
                "pictures match.",
                hint='Name the tensor before pooling in its card: outputs.map {"output", "power"}.',
            )
        with self._lock:
            if self._mapping is None:
                model = with_output(b"".join(_model_parts(self._model)[:1]), self.card.map)
                self._mapping = _open(model, self._where, self._device)
            session = self._mapping
        feed = {self.card.input_name: _tensor(pictures, self.input)}
        (found,) = session.run([self.card.map], feed)
        return FeatureMap(
            np.asarray(found, dtype=np.float32), self.card.map_power, self.card.map_first
        )

    def _encoded(self, outputs: Mapping[str, Floats]) -> Encoded:
        for name, values in outputs.items():
            if not np.isfinite(values).all():
                raise InvalidInput(
                    f'{self._where} gives NaN or infinity in "{name}".',
                    hint="Check input.mean, input.std and input.dtype in its card; a model "
                    "stored as float16 may overflow.",
                )
        mask = None if self.card.mask is None else outputs[self.card.mask]
        cloth = None if self.card.cloth is None else outputs[self.card.cloth]
        return Encoded(
            embedding=self._unit(outputs[self.card.embedding]),
            mask=None if mask is None else mask.reshape(len(mask), *mask.shape[-2:]),
            heads={
                name: self._probabilities(name, head, outputs[head.output])
                for name, head in self.card.heads.items()
            },
            cloth=cloth,
        )

    def _unit(self, rows: Floats) -> Floats:
        lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
        if not lengths.all():
            raise InvalidInput(
                f'{self._where} gives an embedding of length 0 in "{self.card.embedding}".',
                hint="Choose another output as outputs.embedding in its card.",
            )
        return np.asarray(rows / lengths, dtype=np.float32)

    def _probabilities(self, name: str, head: Head, values: Floats) -> Floats:
        if head.activation == "softmax":
            powers = np.exp(values - values.max(axis=1, keepdims=True))
            return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
        total = values.sum(axis=1)
        if values.min() < -_PROBABILITY_SLACK or np.abs(total - 1).max() > _PROBABILITY_SLACK:
            raise InvalidInput(
                f'{self._where}: the head "{name}" gives {values[0][:4].tolist()}..., which are '
                "not probabilities.",
                hint=f'For logits set outputs.heads.{name}.activation to "softmax".',
            )
        return np.asarray(values)

    def _nothing(self) -> Encoded:
        mask = None if self.card.mask is None else np.zeros((0, 1, 1), np.float32)
        heads = {name: np.zeros((0, len(c)), np.float32) for name, c in self.heads.items()}
        return Encoded(np.zeros((0, self.embedding_size), np.float32), mask, heads)

    @property
    def _session(self) -> "_Session":
        with self._lock:
            if self._loaded is None:
                self._loaded = _Session(
                    _open(self._served(), self._where, self._device),
                    self.card,
                    where=self._where,
                    device=self._device,
                    threads=self._threads,
                )
            return self._loaded

    def _served(self) -> Path | Traversable | bytes:
        """The model, with the cloth among its outputs where its card names one."""
        if self.card.cloth is None:
            return self._model
        return with_output(b"".join(_model_parts(self._model)[:1]), self.card.cloth)

    def _card_from_graph(self) -> ModelCard:
        session = _open(self._model, self._where, self._device)
        return inferred_card(
            _ports(session.get_inputs()), _ports(session.get_outputs()), where=self._where
        )


_PROBABILITY_SLACK = 0.01  # half-precision softmax over 132 classes is off by up to 0.003


def usable_cores() -> int:
    """The cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Session:
    """An ONNX Runtime session that knows its outputs and always runs full batches."""

    def __init__(
        self,
        session: "onnxruntime.InferenceSession",
        card: ModelCard,
        *,
        where: str,
        device: Device,
        threads: int,
    ) -> None:
        inputs, outputs = _ports(session.get_inputs()), _ports(session.get_outputs())
        check_graph(card, inputs, outputs, where=where)
        self._session = session
        self._card = card
        names = (
            card.embedding,
            card.mask,
            card.cloth,
            *(head.output for head in card.heads.values()),
        )
        self.wanted = list(dict.fromkeys(name for name in names if name is not None))
        fixed = next(port.shape[0] for port in inputs if port.name == card.input_name)
        self.batch_size = fixed or (CPU_BATCH if device == "cpu" else CUDA_BATCH)
        self.parallel = threads if device == "cpu" else 1
        self.pool = ThreadPoolExecutor(self.parallel, thread_name_prefix="lookalike-encoder")
        self.embedding_size = self._embedding_size(outputs)

    def run(self, pictures: Pixels) -> list[Floats]:
        """One call of the model with 1 to batch_size pictures; outputs in the order of `wanted`."""
        missing = self.batch_size - len(pictures)
        if missing:
            filler = np.zeros((missing, *pictures.shape[1:]), np.uint8)
            pictures = np.concatenate([pictures, filler])
        feed = {self._card.input_name: _tensor(pictures, self._card.input)}
        outputs = self._session.run(self.wanted, feed)
        count = self.batch_size - missing
        return [np.asarray(output, dtype=np.float32)[:count] for output in outputs]

    def _embedding_size(self, outputs: Sequence[Port]) -> int:
        declared = next(port.shape for port in outputs if port.name == self._card.embedding)
        if len(declared) == 2 and declared[1] is not None:
            return declared[1]
        side = self._card.input.size_px
        shape = self.run(np.zeros((1, side, side, 3), np.uint8))[0].shape
        if len(shape) != 2:
            raise InvalidInput(
                f'The output "{self._card.embedding}" has shape {shape}; an embedding is one row '
                "for each picture.",
                hint="Choose a pooled output as outputs.embedding in the card.",
            )
        return int(shape[1])


def _tensor(pictures: Pixels, spec: InputSpec) -> np.ndarray[Any, Any]:  # Any: uint8 or floats
    """The batch as the model takes it."""
    batch = pictures if spec.color == "RGB" else pictures[..., ::-1]
    if spec.layout == "NCHW":
        batch = batch.transpose(0, 3, 1, 2)
    if spec.dtype == "uint8":
        return np.ascontiguousarray(batch)
    along = (3, 1, 1) if spec.layout == "NCHW" else (3,)
    order = slice(None) if spec.color == "RGB" else slice(None, None, -1)
    mean = np.asarray(spec.mean, np.float32)[order].reshape(along)
    std = np.asarray(spec.std, np.float32)[order].reshape(along)
    scaled = (batch.astype(np.float32) / np.float32(255) - mean) / std
    return np.ascontiguousarray(scaled, dtype=spec.dtype)


def _open(
    model: Path | Traversable | bytes, where: str, device: Device
) -> "onnxruntime.InferenceSession":
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _QUIET_RUNTIME
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    source = str(model) if isinstance(model, Path) else _model_bytes(model)
    try:
        return onnxruntime.InferenceSession(source, options, providers=_providers(device))
    except Unavailable:
        raise
    # ONNX Runtime's own exception classes share no base but Exception.
    except Exception as error:
        raise InvalidInput(
            f"{where} cannot be loaded as an ONNX model: {str(error).splitlines()[0]}",
            hint="Export it again and check it with onnx.checker.check_model.",
        ) from error


def _runtime() -> ModuleType:
    """ONNX Runtime, imported on first use: it takes 0.1 s, which naming an encoder should not."""
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        if error.name != "onnxruntime":
            raise
        raise Unavailable(
            'The encoder needs the library "onnxruntime", which is not installed.',
            hint="Run: pip install onnxruntime",
        ) from error
    runtime: ModuleType = onnxruntime
    return runtime


def _providers(device: Device) -> list[Any]:  # Any: names, or names with their options
    if device == "cpu":
        return ["CPUExecutionProvider"]
    if "CUDAExecutionProvider" not in _runtime().get_available_providers():
        raise Unavailable(
            'The device is "cuda", but the installed ONNX Runtime has no CUDA support.',
            hint='Run: pip uninstall onnxruntime && pip install "lookalike[cuda]"',
        )
    # Reduced precision and timed choice of algorithms would change results from run to run.
    exact = {"use_tf32": "0", "cudnn_conv_algo_search": "DEFAULT"}
    return [("CUDAExecutionProvider", exact), "CPUExecutionProvider"]


def _ports(nodes: Sequence[Any]) -> list[Port]:  # Any: onnxruntime.NodeArg has no type stubs
    return [
        Port(
            name=node.name,
            shape=tuple(size if isinstance(size, int) else None for size in node.shape),
            dtype=_DTYPES.get(node.type, node.type),
        )
        for node in nodes
    ]


_DTYPES = {
    "tensor(uint8)": "uint8",
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
}


def _model_bytes(model: Traversable | bytes) -> bytes:
    return model if isinstance(model, bytes) else model.read_bytes()


def _model_parts(model: Path | Traversable | bytes) -> list[bytes]:
    """The model and, for large ones, the weights that exporters write beside it."""
    if not isinstance(model, Path):
        return [_model_bytes(model)]
    beside = (model.with_name(model.name + end) for end in (".data", "_data"))
    return [model.read_bytes(), *(file.read_bytes() for file in beside if file.is_file())]
