"""Nested values of JSON and Parquet as flat columns of plain values."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from lookalike.sources.values import text

LOCATION_KEYS = ("src", "url", "link", "href")
"""Where a list of objects keeps what it is about: images of shop exports are such lists."""
MAX_DEPTH = 8
"""Objects deeper than this are no product data; chosen by eye."""


@dataclass(frozen=True)
class Unreadable:
    """A value that was refused, in the place where it stood."""

    code: str
    message: str


def flat(values: Mapping[str, object]) -> dict[str, object]:
    """Columns of a nested object: {"price": {"value": 3}} has the column "price.value".

    Lists of plain values become tuples of text, dates ISO text.  A list of objects becomes
    the tuple of their src, url, link or href.  What fits nowhere becomes Unreadable.
    """
    columns: dict[str, object] = {}
    _add(columns, "", values, depth=0)
    return columns


def _add(columns: dict[str, object], prefix: str, values: Mapping[str, object], depth: int) -> None:
    for key, value in values.items():
        name = prefix + (text(str(key)) or "")
        if isinstance(value, Mapping):
            if depth < MAX_DEPTH:
                _add(columns, f"{name}.", value, depth + 1)
            else:
                columns[name] = Unreadable("nested_value", f'"{name}" is nested too deep.')
        else:
            columns[name] = _plain(value, name)


def _plain(value: object, name: str) -> object:
    if value is None or isinstance(value, str | bool | int | Decimal | Unreadable):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return Unreadable("not_a_number", f'"{name}" is {value}, which is no value.')
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return _words(value, name)
    return Unreadable("nested_value", f'"{name}" holds {type(value).__name__}, not a plain value.')


def _words(values: list[object] | tuple[object, ...], name: str) -> object:
    words = []
    for value in values:
        if isinstance(value, Mapping):
            value = next((value[key] for key in LOCATION_KEYS if value.get(key)), value)
        if value is None:
            continue
        if not isinstance(value, str | bool | int | float | Decimal | date):
            return Unreadable("nested_value", f'"{name}" is a list of lists or objects.')
        words.append(value.isoformat() if isinstance(value, date) else str(value))
    return tuple(words)
