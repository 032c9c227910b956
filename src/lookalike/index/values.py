"""What kind of values a field holds, and how a value is read as each kind."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Literal

from lookalike.domain.product import FieldValue
from lookalike.errors import InvalidInput

Kind = Literal["text", "number", "boolean", "words"]

KEY = "sku"  # always text, however much its values look like numbers
EXACT_INTEGER = 2**53  # float64 holds every integer up to here
_CANONICAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")  # not "00123", "+5", "1e5", ".5"
_MAX_DIGITS = 15  # any decimal of 15 digits survives float64; longer identifiers stay text
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def kind_of(values: Iterable[FieldValue]) -> Kind:
    """The kind of a field, from its distinct values (missing ones left out).

    Words where any value is a tuple; boolean where all are; number where all are numbers or
    texts that are plainly numbers ("12.50", not "00123"); text otherwise.
    """
    kinds = {type(value) for value in values}
    if tuple in kinds:
        return "words"
    if kinds == {bool}:
        return "boolean"
    if bool not in kinds and all(number_of(value) is not None for value in values):
        return "number"
    return "text"


def cleaned(value: object) -> FieldValue | None:
    """The value as a column keeps it; None, NaN and an empty tuple are no value.

    Raises InvalidInput for a type that no field can have.
    """
    match value:
        case None:
            return None
        case str() | bool() | int():
            return value
        case float():
            return value if value == value else None
        case tuple() | list() if all(isinstance(word, str) for word in value):
            return tuple(value) or None
    raise InvalidInput(
        f"A field holds {value!r}, a {type(value).__name__}.",
        hint="Give a text, a finite number, true, false or a tuple of texts.",
    )


def number_of(value: FieldValue) -> float | None:
    """The value as a number, or None when it is none; a boolean is none."""
    if isinstance(value, str):
        if not _CANONICAL.fullmatch(value):
            return None
        digits = value.lstrip("-").replace(".", "").lstrip("0")
        return float(value) if len(digits) <= _MAX_DIGITS else None
    if isinstance(value, (bool, tuple)) or (isinstance(value, int) and abs(value) > EXACT_INTEGER):
        return None
    return float(value)


def flag_of(value: FieldValue) -> bool | None:
    """The value as a boolean, or None when it is none."""
    if isinstance(value, bool):
        return value
    return None if isinstance(value, tuple) else _FLAGS.get(text_of(value).lower())


def text_of(value: FieldValue) -> str:
    """The value as text: `2011` for 2011.0, `true` for True."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case tuple():
            return ", ".join(value)
        case float() if value.is_integer() and abs(value) <= EXACT_INTEGER:
            return str(int(value))
    return str(value)


def words_of(value: FieldValue) -> tuple[str, ...]:
    """The value as words; a scalar is one word."""
    return value if isinstance(value, tuple) else (text_of(value),)


def check_fields(asked: Iterable[str], known: Mapping[str, Kind]) -> None:
    """Raises InvalidInput for a field no product has a value of, naming the nearest one."""
    for field in sorted(set(asked) - known.keys()):
        near = difflib.get_close_matches(field, list(known), n=1)
        names = ", ".join(sorted(known))
        raise InvalidInput(
            f'No product of this collection has a value of "{field}".',
            hint=f'Did you mean "{near[0]}"?' if near else f"It has {names}.",
        )


def no_order(field: str, kind: Kind) -> InvalidInput:
    """The error of a comparison with < or > that the field's kind does not have."""
    return InvalidInput(
        f'"{field}" holds {kind} values, which have no order to compare by.',
        hint="Compare it with =, != or in; < and > are for fields that hold only numbers.",
    )
