"""Named factories for the ports: built-in ones, and those that other packages bring.

A name leads to an import path, imported on first use.  Packages add names by the entry point
groups "lookalike.encoders", "lookalike.extractors" and "lookalike.indexes"; an encoder entry is
called as `factory(argument, device=..., threads=...)` with the text after the colon of
"name:argument".
"""

import difflib
from collections.abc import Callable, Mapping
from importlib import import_module, metadata
from typing import Any

from lookalike.errors import InvalidInput, Unavailable

Factory = Callable[..., Any]
"""Any: the registry knows no port, so that importing it loads nothing."""

ENCODERS: Mapping[str, str] = {
    "default": "lookalike.features.encoder:default_encoder",
    "onnx": "lookalike.features.encoder:onnx_encoder",
    "open_clip": "lookalike.features.open_clip_encoder:open_clip_encoder",
    "hf": "lookalike.features.hf_encoder:hf_encoder",
}
EXTRACTORS: Mapping[str, str] = {}
"""Attribute extractors beside those of features/seen.py: name -> "module:factory"."""

INDEXES: Mapping[str, str] = {
    "exact": "lookalike.index.exact:ExactIndex",
    "reference": "lookalike.index.reference:ReferenceIndex",
}

_EXAMPLES = {
    "onnx": "onnx:PATH/TO/model.onnx",
    "open_clip": "open_clip:ViT-B-16-SigLIP/webli",
    "hf": "hf:google/siglip-base-patch16-224",
}
"""Encoders that take an argument, each with one."""

_INSTALL = {
    "faiss": "pip install faiss-cpu",
    "onnxruntime": "pip install onnxruntime",
    "PIL": "pip install pillow",
    "scipy": "pip install scipy",
    "colour": "pip install colour-science",
    "pyarrow": "pip install pyarrow",
}
"""The command that installs a library, by the name under which it is imported."""


def make_encoder(spec: str, **options: object) -> Any:  # Any: see Factory
    """The encoder of "default", "onnx:PATH", "open_clip:MODEL/WEIGHTS", "hf:REPO_OR_FOLDER" or a
    plugin's "name" or "name:argument".

    options  device ("cpu", "cuda") and threads, passed on
    Raises InvalidInput for an unknown name or a missing path, Unavailable with the install
    command when a library is missing.
    """
    argument = spec.partition(":")[2]
    factory = encoder_factory(spec)
    return factory(argument, **options) if ":" in spec else factory(**options)


def encoder_factory(spec: str) -> Factory:
    """What makes the encoder of `make_encoder`: a name is wrong here, a path only when it runs.

    Raises InvalidInput and Unavailable as that does.
    """
    name, colon, argument = spec.partition(":")
    if name in _EXAMPLES and not argument:
        what = "file" if name == "onnx" else "model"
        raise InvalidInput(
            f'The encoder "{spec}" names no {what}.', hint=f'Write "{_EXAMPLES[name]}".'
        )
    if name == "default" and colon:
        raise InvalidInput(f'The encoder "{spec}" takes nothing after the name.')
    return _factory(name, ENCODERS, group="lookalike.encoders", what="encoder")


def index_class(name: str) -> Any:  # Any: see Factory
    """The VectorIndex class called `name`: "exact", "reference" or a plugin's."""
    return _factory(name, INDEXES, group="lookalike.indexes", what="index")


def make_extractor(name: str) -> Any:  # Any: see Factory
    """The attribute extractor called `name`, of this file or a plugin, made without arguments.

    Raises InvalidInput for an unknown name.
    """
    return _factory(name, EXTRACTORS, group="lookalike.extractors", what="extractor")()


def extractor_names() -> tuple[str, ...]:
    """The names that `make_extractor` knows, with those of installed plugins."""
    return _names(EXTRACTORS, "lookalike.extractors")


def encoder_names() -> tuple[str, ...]:
    """The names that `make_encoder` knows, with those of installed plugins."""
    return _names(ENCODERS, "lookalike.encoders")


def index_names() -> tuple[str, ...]:
    """The names that `index_class` knows, with those of installed plugins."""
    return _names(INDEXES, "lookalike.indexes")


def _factory(name: str, built_in: Mapping[str, str], *, group: str, what: str) -> Factory:
    if name in built_in:
        return _imported(built_in[name], f'{what} "{name}"')
    for point in metadata.entry_points(group=group):
        if point.name == name:
            return _imported(point.value, f'{what} "{name}"')
    known = _names(built_in, group)
    near = difflib.get_close_matches(name, known, n=1)
    raise InvalidInput(
        f'"{name}" is not an {what}.',
        hint=f"There are {', '.join(known)}." + (f' Did you mean "{near[0]}"?' if near else ""),
    )


def _imported(path: str, what: str) -> Factory:
    module, _, attribute = path.partition(":")
    try:
        found: Factory = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _INSTALL:
            raise  # a mistake in the code, ours or a plugin's: the real error says most
        raise Unavailable(
            f'The {what} needs the library "{library}", which is not installed.',
            hint=f"Run: {_INSTALL[library]}",
        ) from error
    return found


def _names(built_in: Mapping[str, str], group: str) -> tuple[str, ...]:
    return (*built_in, *sorted(point.name for point in metadata.entry_points(group=group)))
