"""Does an ONNX graph agree with its model card, and can a card be read off the graph alone?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lookalike.errors import InvalidInput
from lookalike.features.model_card import ModelCard, example_hint, nearest
from lookalike.features.protocol import InputSpec


@dataclass(frozen=True)
class Port:
    """An input or output as the graph declares it; a size that is not fixed is None."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


def inferred_card(inputs: Sequence[Port], outputs: Sequence[Port], *, where: str) -> ModelCard:
    """The card of a model whose graph leaves no doubt: one uint8 picture in, one row out.

    Raises InvalidInput with a complete example card otherwise; in particular a floating input
    does not say how its numbers are normalized, and guessing that would spoil every result.
    """
    name = where.rsplit("/", 1)[-1]
    if len(inputs) != 1:
        raise _doubt(where, f"has {len(inputs)} inputs ({_names(inputs)})")
    port = inputs[0]
    if port.dtype != "uint8":
        raise _doubt(where, f'takes {port.dtype} in "{port.name}" and does not say how to scale it')
    layout = _square_layout(port.shape)
    if layout is None:
        raise _doubt(where, f'has the input "{port.name}" of shape {_shape(port)}')
    rows = [output for output in outputs if len(output.shape) == 2]
    if len(rows) != 1:
        raise _doubt(where, f"has {len(rows)} outputs that could be the embedding ({_names(rows)})")
    size = port.shape[2]
    assert size is not None
    return ModelCard(
        name=name,
        input=InputSpec(size_px=size, layout=layout),
        input_name=port.name,
        embedding=rows[0].name,
    )


def check_graph(
    card: ModelCard, inputs: Sequence[Port], outputs: Sequence[Port], *, where: str
) -> None:
    """Raises InvalidInput where the card and the graph disagree."""
    port = _named(card.input_name, inputs, f"{where}: input.name")
    if port.dtype != card.input.dtype:
        raise InvalidInput(
            f'{where}: "{port.name}" takes {port.dtype}, but input.dtype is "{card.input.dtype}".',
            hint=f'Set input.dtype to "{port.dtype}".',
        )
    side = card.input.size_px
    wanted = (3, side, side) if card.input.layout == "NCHW" else (side, side, 3)
    declared = port.shape[1:]
    if len(declared) != 3 or any(d not in (None, w) for d, w in zip(declared, wanted, strict=True)):
        raise InvalidInput(
            f'{where}: "{port.name}" has shape {_shape(port)}, but the card says '
            f"{card.input.layout} with side {side}.",
            hint="Correct input.layout or input.size_px.",
        )
    _named(card.embedding, outputs, f"{where}: outputs.embedding")
    if card.mask is not None:
        _named(card.mask, outputs, f"{where}: outputs.mask")
    for name, head in card.heads.items():
        at = f"{where}: outputs.heads.{name}"
        size = _named(head.output, outputs, f"{at}.output").shape[-1]
        if size is not None and size != len(head.classes):
            raise InvalidInput(
                f'{at} names {len(head.classes)} classes, but "{head.output}" gives {size}.'
            )


def with_output(model: bytes, name: str) -> bytes:
    """The model with one more output: a tensor that it computes on its way.

    Protocol buffers merge a message that is written twice, and repeated fields of both add up
    (developers.google.com/protocol-buffers, "Last One Wins"), so the output is appended as a
    second, otherwise empty `graph` (field 7) with one `output` (field 12): its `name` (1) and a
    `type` (2) that says float.  The model itself is neither parsed nor changed.
    """
    float_tensor = _field(2, _field(1, b"\x08\x01"))  # TypeProto.tensor_type.elem_type = FLOAT
    return model + _field(7, _field(12, _field(1, name.encode()) + float_tensor))


def _field(number: int, content: bytes) -> bytes:
    """One length-delimited field."""
    size, digits = len(content), []
    while size > 127:
        digits.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *digits, size]) + content


def _named(name: str, ports: Sequence[Port], at: str) -> Port:
    for port in ports:
        if port.name == name:
            return port
    raise InvalidInput(
        f'{at} is "{name}", which the model does not have.',
        hint=f"It has {_names(ports)}." + nearest(name, [port.name for port in ports]),
    )


def _square_layout(shape: tuple[int | None, ...]) -> Literal["NCHW", "NHWC"] | None:
    if len(shape) != 4 or shape[2] is None:
        return None
    if shape[1] == 3 and shape[2] == shape[3]:
        return "NCHW"
    return "NHWC" if shape[3] == 3 and shape[1] == shape[2] else None


def _doubt(where: str, what: str) -> InvalidInput:
    return InvalidInput(f"{where} {what}.", hint=f"Write {where}.json beside it. {example_hint()}")


def _names(ports: Sequence[Port]) -> str:
    return ", ".join(port.name for port in ports) or "none"


def _shape(port: Port) -> str:
    return "[" + ", ".join("?" if size is None else str(size) for size in port.shape) + "]"
