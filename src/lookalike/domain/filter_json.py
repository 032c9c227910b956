"""A filter as the JSON that `parse_filter` reads."""

from typing import Any

from lookalike.domain.filters import (
    And,
    ContainsAll,
    ContainsAny,
    Eq,
    Filter,
    In,
    IsMissing,
    Ne,
    Not,
    NotIn,
    Or,
    Range,
)


def filter_json(where: Filter | None) -> dict[str, Any] | None:
    """Parsed again it lets the same products pass (Any: plain JSON values).

    >>> filter_json(Range("price", high=50.0))
    {'price': {'$lte': 50.0}}
    """
    match where:
        case None:
            return None
        case And() | Or():
            name = "$and" if isinstance(where, And) else "$or"
            return {name: [filter_json(part) for part in where.parts]}
        case Not():
            return {"$not": filter_json(where.part)}
        case Eq():
            return {where.field: {"$eq": where.value}}
        case Ne():
            return {where.field: {"$ne": where.value}}
        case In() | ContainsAny():
            return {where.field: {"$in": list(where.values)}}
        case NotIn():
            return {where.field: {"$nin": list(where.values)}}
        case ContainsAll():
            return {where.field: {"$contains": list(where.values)}}
        case IsMissing():
            return {where.field: {"$exists": False}}
        case Range():
            low, high = "$gt" if where.low_open else "$gte", "$lt" if where.high_open else "$lte"
            ends = {low: where.low, high: where.high}
            return {where.field: {name: end for name, end in ends.items() if end is not None}}
