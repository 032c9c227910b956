"""The model card: a JSON file beside an ONNX model that says what goes in and what comes out."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args, get_type_hints

from lookalike.errors import InvalidInput
from lookalike.features.protocol import InputSpec

Activation = Literal["none", "softmax"]
KNOWN_HEADS = ("pattern", "style", "material", "product_type", "color", "gender", "category")
"""The heads that the product reads; others are allowed and left alone."""

EXAMPLE: Mapping[str, Any] = {  # Any: JSON
    "name": "my encoder",
    "input": {
        "name": "pixel_values",
        "size_px": 224,
        "fit": "pad",
        "fill": 255,
        "layout": "NCHW",
        "dtype": "float32",
        "color": "RGB",
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
    },
    "outputs": {
        "embedding": "embedding",
        "mask": None,
        "heads": {
            "pattern": {
                "output": "pattern_logits",
                "activation": "softmax",
                "classes": ["solid", "striped", "checked"],
            }
        },
    },
}


@dataclass(frozen=True)
class Head:
    """A classifier of the model: probabilities, or logits when the activation is softmax."""

    output: str
    classes: tuple[str, ...]
    activation: Activation = "none"


@dataclass(frozen=True)
class ModelCard:
    """input_name, embedding, mask, map and cloth name tensors; the last three may be missing.

    map        the activations before they are pooled, (n, channels, rows, columns); used to show
               where two pictures match
    map_power  the exponent of the generalized mean that pools them
    map_first  where the middle of the first patch lies, in pixels from the top and the left;
               half a patch, unless the model pads unevenly
    cloth      (n, c) what early layers see of the product, on the way to an output and none itself
    """

    name: str
    input: InputSpec
    input_name: str
    embedding: str
    mask: str | None = None
    heads: Mapping[str, Head] = field(default_factory=dict)
    map: str | None = None
    map_power: float = 1.0
    map_first: int | None = None
    cloth: str | None = None

    def canonical(self) -> str:
        """One text for one meaning, for fingerprints; what changes no number is left out."""
        parts = {**asdict(self), "name": ""}
        if self.cloth is None:
            del parts["cloth"]
        return json.dumps({k: v for k, v in parts.items() if "map" not in k}, sort_keys=True)


def parse_card(text: str, *, where: str) -> ModelCard:
    """Read a card.  Raises InvalidInput that names the key, the nearest known one, the value."""
    try:
        whole = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"{where} is not JSON: {error}.", hint=example_hint()) from None
    card = _Reader(where)
    top = card.table(whole, "", ("name", "input", "outputs"))
    given = card.table(
        top.get("input"), "input", ("name", *(f for f in InputSpec.__dataclass_fields__))
    )
    outputs = card.table(
        top.get("outputs"), "outputs", ("embedding", "mask", "heads", "map", "cloth")
    )
    shown = card.table(outputs.get("map") or {}, "outputs.map", ("output", "power", "first_px"))
    mask = outputs.get("mask")
    spec = _input_spec(card, given)
    if mask is not None and spec.fit == "crop":
        raise InvalidInput(
            f'{where}: outputs.mask is "{mask}", but input.fit "crop" hides parts of the image.',
            hint='Use the fit "pad" or "stretch", or set outputs.mask to null.',
        )
    return ModelCard(
        name=card.text(top.get("name", "unnamed"), "name"),
        input=spec,
        input_name=card.text(given.get("name"), "input.name"),
        embedding=card.text(outputs.get("embedding"), "outputs.embedding"),
        mask=None if mask is None else card.text(mask, "outputs.mask"),
        heads={
            name: _head(card, name, value)
            for name, value in card.table(outputs.get("heads", {}), "outputs.heads", None).items()
        },
        map=card.text(shown.get("output"), "outputs.map.output") if shown else None,
        map_power=float(card.whole(shown.get("power", 1), "outputs.map.power", 1, 16)),
        map_first=card.whole(shown["first_px"], "outputs.map.first_px", 0, 2048)
        if "first_px" in shown
        else None,
        cloth=card.text(outputs["cloth"], "outputs.cloth") if outputs.get("cloth") else None,
    )


def _input_spec(card: "_Reader", given: Mapping[str, Any]) -> InputSpec:
    hints = get_type_hints(InputSpec)
    values: dict[str, Any] = {}  # Any: the fields of InputSpec have several types
    for key in ("fit", "layout", "dtype", "color"):
        if key in given:
            values[key] = card.choice(given[key], f"input.{key}", get_args(hints[key]))
    values["size_px"] = card.whole(given.get("size_px"), "input.size_px", 8, 2048)
    values["fill"] = card.whole(given.get("fill", 255), "input.fill", 0, 255)
    floating = values.get("dtype", "uint8") != "uint8"
    for key in ("mean", "std"):
        if floating and key not in given:
            raise InvalidInput(
                f"{card.where}: input.{key} is missing; a {values['dtype']} model needs it.",
                hint="Give three numbers for RGB in 0..1; [0, 0, 0] and [1, 1, 1] mean x / 255. "
                + example_hint(),
            )
        if not floating and key in given:
            raise InvalidInput(
                f"{card.where}: input.{key} has no effect on a uint8 model.",
                hint=f"Remove input.{key}, or set input.dtype to float32.",
            )
        if key in given:
            values[key] = card.triple(given[key], f"input.{key}", positive=key == "std")
    return InputSpec(**values)


def _head(card: "_Reader", name: str, value: object) -> Head:
    at = f"outputs.heads.{name}"
    given = card.table(value, at, ("output", "classes", "activation"))
    classes = given.get("classes")
    if (
        not isinstance(classes, list)
        or len(classes) < 2
        or not all(isinstance(label, str) and label for label in classes)
        or len(set(classes)) != len(classes)
    ):
        raise InvalidInput(
            f"{card.where}: {at}.classes is {classes!r}.", hint="List two or more different names."
        )
    return Head(
        output=card.text(given.get("output"), f"{at}.output"),
        classes=tuple(classes),
        activation=card.choice(
            given.get("activation", "none"), f"{at}.activation", get_args(Activation)
        ),
    )


def example_hint() -> str:
    """A whole card to start from, on one line."""
    return f"A complete card is {json.dumps(EXAMPLE)}"


def nearest(name: str, known: Sequence[str]) -> str:
    """A question to add to a hint, or nothing when no known name is near."""
    near = difflib.get_close_matches(name, known, n=1)
    return f' Did you mean "{near[0]}"?' if near else ""


@dataclass(frozen=True)
class _Reader:
    """Typed access to the JSON of one card; every complaint names the file and the key."""

    where: str

    def table(self, value: object, at: str, known: Sequence[str] | None) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(at or "the card", value, "an object")
        for key in value:
            if known is not None and key not in known:
                dotted = f"{at}.{key}" if at else key
                raise InvalidInput(
                    f'{self.where}: "{dotted}" is not a key of a model card.',
                    hint=f"The keys here are {', '.join(known)}." + nearest(key, known),
                )
        return value

    def text(self, value: object, at: str) -> str:
        if not isinstance(value, str) or not value:
            raise self._wrong(at, value, "a text")
        return value

    def choice(self, value: object, at: str, allowed: Sequence[str]) -> Any:  # Any: a Literal
        if value not in allowed:
            raise self._wrong(at, value, "one of " + ", ".join(allowed))
        return value

    def whole(self, value: object, at: str, low: int, high: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self._wrong(at, value, f"a whole number from {low} to {high}")
        return value

    def triple(self, value: object, at: str, *, positive: bool) -> tuple[float, float, float]:
        if (
            not isinstance(value, list)
            or len(value) != 3
            or not all(isinstance(v, int | float) and (v > 0 or not positive) for v in value)
        ):
            raise self._wrong(at, value, f"three {'positive ' if positive else ''}numbers")
        return float(value[0]), float(value[1]), float(value[2])

    def _wrong(self, at: str, value: object, wanted: str) -> InvalidInput:
        if value is None:
            return InvalidInput(
                f"{self.where}: {at} is missing; it must be {wanted}.", hint=example_hint()
            )
        return InvalidInput(f"{self.where}: {at} is {value!r}; it must be {wanted}.")
