"""Filters as callers write them in JSON: the recipe's operators, after MongoDB."""

import difflib
import math
from collections.abc import Callable, Iterable, Mapping

from lookalike.domain.filters import (
    ContainsAll,
    Eq,
    Filter,
    In,
    IsMissing,
    Ne,
    Not,
    NotIn,
    Or,
    Range,
    Value,
    all_of,
)
from lookalike.domain.where_parsing import parse_where
from lookalike.errors import InvalidInput

__all__ = ["all_of", "parse_filter", "parse_where"]

MAX_DEPTH = 20  # far beyond any form a person fills in, far below Python's recursion limit
MAX_VALUES = 1_000  # clauses and list values of one filter; keeps a hostile filter under 50 ms
MAX_TEXT = 1_000  # characters of one name or value
_EXACT_INTEGER = 2**53  # beyond it float64 merges neighbors, so longer numbers are kept as text

JOINERS = ("$and", "$or", "$not")
BOUNDS = ("$gt", "$gte", "$lt", "$lte")
OPERATORS = ("$eq", "$ne", *BOUNDS, "$in", "$nin", "$contains", "$exists", "$not")


def parse_filter(filters: Mapping[str, object] | None) -> Filter | None:
    """The typed tree of a JSON filter, or None when it asks for nothing.

    `{"price": {"$lte": 50}, "color_family": ["red", "blue"], "brand": None}` reads: price at
    most 50 and color_family one of red and blue; a key whose value is null is ignored, also
    below an operator, and so is a branch of `$or` that is empty for that reason.
    `$contains` takes a text or a list of which all must be there; `$not` stands above a
    filter or between a field and its operators.

    Raises InvalidInput for an operator that does not exist (naming the nearest), a value of
    the wrong kind, more than 20 levels, more than 1,000 values or a text beyond 1,000 characters.
    """
    return None if filters is None else _Parser().document(filters, 1)


class _Parser:
    """One parse; counts the values so that the limit spans the whole filter."""

    def __init__(self) -> None:
        self.values = 0

    def document(self, filters: object, depth: int) -> Filter | None:
        if not isinstance(filters, Mapping):
            raise InvalidInput(
                f"A filter is an object, not {_shown(filters)}.",
                hint='Write for example {"price": {"$lte": 50}}.',
            )
        _check_depth(depth)
        return all_of(*(self.entry(key, filters[key], depth) for key in filters))

    def entry(self, key: object, value: object, depth: int) -> Filter | None:
        name = self.text(key, "A field name")
        if value is None:
            return None
        if name in ("$and", "$or"):
            return self.joined(name, value, depth)
        if name == "$not":
            part = self.document(value, depth + 1)
            return None if part is None else Not(part)
        if name.startswith("$"):
            if name in OPERATORS:
                raise InvalidInput(
                    f"{name} stands where a field or one of {', '.join(JOINERS)} belongs.",
                    hint=f'Write {{"field": {{"{name}": ...}}}}.',
                )
            raise _unknown(name, JOINERS)
        if isinstance(value, Mapping):
            return self.operators(name, value, depth + 1)
        if isinstance(value, (list, tuple)):
            return In(name, self.list(value))
        return Eq(name, self.value(value))

    def joined(self, name: str, value: object, depth: int) -> Filter | None:
        if not isinstance(value, (list, tuple)):
            raise InvalidInput(f"{name} takes a list of filters, not {_shown(value)}.")
        self.count(len(value))
        parts = [part for item in value if (part := self.document(item, depth + 1)) is not None]
        if name == "$and" or len(parts) < 2:
            return all_of(*parts)
        return Or(tuple(parts))

    def operators(
        self, field: str, operators: Mapping[object, object], depth: int
    ) -> Filter | None:
        _check_depth(depth)
        parts: list[Filter | None] = []
        bounds: dict[str, float] = {}
        for key, value in operators.items():
            name = self.text(key, "An operator")
            if name not in OPERATORS:
                raise _unknown(name, OPERATORS)
            if value is None:
                continue
            if name in BOUNDS:
                bounds[name] = self.number(field, name, value)
            elif name == "$not":
                if not isinstance(value, Mapping):
                    raise InvalidInput(f"$not takes operators, not {_shown(value)}.")
                part = self.operators(field, value, depth + 1)
                parts.append(None if part is None else Not(part))
            else:
                parts.append(self.condition(field, name, value))
        return all_of(*_ranges(field, bounds), *parts)

    def condition(self, field: str, name: str, value: object) -> Filter:
        match name:
            case "$eq":
                return Eq(field, self.value(value))
            case "$ne":
                return Ne(field, self.value(value))
            case "$in" | "$nin":
                make: Callable[[str, tuple[Value, ...]], Filter] = In if name == "$in" else NotIn
                if not isinstance(value, (list, tuple)):
                    raise InvalidInput(f"{name} takes a list, not {_shown(value)}.")
                return make(field, self.list(value))
            case "$contains":
                words = value if isinstance(value, (list, tuple)) else [value]
                self.count(len(words))
                return ContainsAll(field, tuple(self.text(word, "$contains") for word in words))
            case _:
                if not isinstance(value, bool):
                    raise InvalidInput(f"$exists takes true or false, not {_shown(value)}.")
                return Not(IsMissing(field)) if value else IsMissing(field)

    def list(self, values: Iterable[object]) -> tuple[Value, ...]:
        return tuple(self.value(value) for value in values)

    def value(self, value: object) -> Value:
        self.count(1)
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value, "A value")
        if isinstance(value, int):
            return value if abs(value) <= _EXACT_INTEGER else self.text(str(value), "A value")
        if isinstance(value, float) and math.isfinite(value):
            return value
        raise InvalidInput(
            f"A value is a text, a finite number, true or false, not {_shown(value)}."
        )

    def number(self, field: str, name: str, value: object) -> float:
        self.count(1)
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            try:
                number = float(value)
            except (ValueError, OverflowError):
                number = math.nan
            if math.isfinite(number):
                return number
        raise InvalidInput(f"{name} of {_shown(field)} takes a finite number, not {_shown(value)}.")

    def text(self, value: object, what: str) -> str:
        if not isinstance(value, str):
            raise InvalidInput(f"{what} is a text, not {_shown(value)}.")
        if len(value) > MAX_TEXT:
            raise InvalidInput(
                f"{what} has {len(value)} characters.", hint=f"At most {MAX_TEXT} are allowed."
            )
        return value

    def count(self, values: int) -> None:
        self.values += values
        if self.values > MAX_VALUES:
            raise InvalidInput(
                f"The filter holds more than {MAX_VALUES} values.",
                hint="Use `exclude` for long lists of skus, or filter by a common field.",
            )


def _ranges(field: str, bounds: Mapping[str, float]) -> list[Filter]:
    """As few ranges as say the same: $gte 10 and $lt 20 make one."""
    lows = [(name, bounds[name]) for name in ("$gt", "$gte") if name in bounds]
    highs = [(name, bounds[name]) for name in ("$lt", "$lte") if name in bounds]
    if len(lows) <= 1 and len(highs) <= 1 and (lows or highs):
        return [
            Range(
                field,
                low=lows[0][1] if lows else None,
                high=highs[0][1] if highs else None,
                low_open=bool(lows) and lows[0][0] == "$gt",
                high_open=bool(highs) and highs[0][0] == "$lt",
            )
        ]
    return [_ranges(field, {name: bounds[name]})[0] for name in bounds]


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise InvalidInput(
            f"The filter is nested more than {MAX_DEPTH} levels deep.",
            hint="Flatten it: keys of one object are already joined by $and.",
        )


def _unknown(name: str, known: Iterable[str]) -> InvalidInput:
    names = tuple(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    return InvalidInput(
        f"{_shown(name)} is not a filter operator.",
        hint=f"Did you mean {near[0]}?" if near else f"The operators are {', '.join(names)}.",
    )


def _shown(value: object) -> str:
    """The value as it looks in JSON, cut to what fits a message."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
