"""Filters: hard, boolean conditions as a typed tree that any engine can push down.

A missing value matches `Ne`, `NotIn`, `Not(...)` of a failed condition and `IsMissing`,
and nothing else: the semantics of MongoDB, which the published recipe relies on.
"""

from __future__ import annotations

from dataclasses import dataclass

Value = str | float | bool


@dataclass(frozen=True)
class Eq:
    field: str
    value: Value


@dataclass(frozen=True)
class Ne:
    field: str
    value: Value


@dataclass(frozen=True)
class In:
    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class NotIn:
    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Range:
    """low <= value <= high; an end that is None is open, `low_open` makes it <."""

    field: str
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True)
class ContainsAny:
    """A field of several words holds at least one of these; on a text field, as In."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ContainsAll:
    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class IsMissing:
    field: str


@dataclass(frozen=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    part: Filter


Filter = Eq | Ne | In | NotIn | Range | ContainsAny | ContainsAll | IsMissing | And | Or | Not


def all_of(*filters: Filter | None) -> Filter | None:
    """A filter that holds where every one of these does; None stands for no condition.

    >>> all_of(None, Eq("brand", "Acme"), None)
    Eq(field='brand', value='Acme')
    """
    parts: list[Filter] = []
    for part in filters:
        if part is not None:
            parts.extend(part.parts if isinstance(part, And) else (part,))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def fields_of(where: Filter | None) -> frozenset[str]:
    """The names of all fields a filter asks about."""
    match where:
        case None:
            return frozenset()
        case And() | Or():
            return frozenset().union(*(fields_of(part) for part in where.parts))
        case Not():
            return fields_of(where.part)
        case _:
            return frozenset({where.field})
