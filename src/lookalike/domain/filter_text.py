"""A filter in words that a merchandiser reads."""

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
    Value,
)


def in_words(where: Filter) -> str:
    """One line, for example `price <= 50 and color_family is red or blue`."""
    match where:
        case Eq():
            return f"{where.field} is {_word(where.value)}"
        case Ne():
            return f"{where.field} is not {_word(where.value)}"
        case In() | ContainsAny():
            return f"{where.field} is {_any(where.values)}"
        case NotIn():
            return f"{where.field} is not {_any(where.values)}"
        case ContainsAll():
            return f"{where.field} has {' and '.join(where.values)}"
        case IsMissing():
            return f"{where.field} is missing"
        case Range():
            return _range(where)
        case Not():
            return f"not ({in_words(where.part)})"
        case And() | Or():
            word = " and " if isinstance(where, And) else " or "
            return word.join(
                f"({in_words(part)})" if isinstance(part, And | Or) else in_words(part)
                for part in where.parts
            )


def _range(where: Range) -> str:
    ends = []
    if where.low is not None:
        ends.append(f"{'>' if where.low_open else '>='} {where.low:g}")
    if where.high is not None:
        ends.append(f"{'<' if where.high_open else '<='} {where.high:g}")
    return f"{where.field} {' and '.join(ends) or 'is a number'}"


def _any(values: tuple[Value, ...]) -> str:
    return " or ".join(map(_word, values)) or "nothing"


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}"
