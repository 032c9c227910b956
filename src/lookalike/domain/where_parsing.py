"""One clause of a filter as it is typed on the command line."""

import math
import re

from lookalike.domain.filters import (
    ContainsAll,
    Eq,
    Filter,
    In,
    IsMissing,
    Ne,
    Not,
    NotIn,
    Range,
)
from lookalike.errors import InvalidInput

EXAMPLES = (
    "price<=50, in_stock, 'not in_stock', brand=Acme, 'color_family in red,blue', tags~=summer"
)

_NAME = r"""(?P<field>"[^"]+"|'[^']+'|[^\s=!<>~"']+)"""
_SPACED_NAME = r"""(?P<field>"[^"]+"|'[^']+'|[^=!<>~"']+?)"""
_NEGATED = re.compile(r"(?:not\s+|!\s*)(?P<rest>.+)", re.S | re.I)
_EXISTS = re.compile(rf"{_NAME}\s+exists", re.I)
_IN = re.compile(rf"{_NAME}\s+(?P<negated>not\s+)?in\s+(?P<values>.+)", re.S | re.I)
_COMPARISON = re.compile(rf"{_SPACED_NAME}\s*(?P<sign><=|>=|!=|~=|==|=|<|>)\s*(?P<value>.*)", re.S)
_LISTED = re.compile(r"""\s*("[^"]*"|'[^']*'|[^,]*?)\s*(?:,|$)""")


def parse_where(text: str) -> Filter:
    """The filter one clause means; several clauses are joined with `all_of`.

        clause  = ["not " | "!"] test
        test    = field | field " exists"
                | field ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~=") value
                | field ["not "] "in" value {"," value}

    A field alone says that it is true; `~=` says that a field of several words holds the
    value.  Names and values may stand in quotes, which a value with a comma and a name with
    a blank or a sign need.  Values are compared by the type of their field, so 2011 is the
    number in a column of numbers and the text elsewhere.

    >>> parse_where("price<=50")
    Range(field='price', low=None, high=50.0, low_open=False, high_open=False)

    Raises InvalidInput for a clause that is none of these.
    """
    clause = text.strip()
    negated = _NEGATED.fullmatch(clause)
    if negated:
        return Not(_test(negated["rest"].strip(), text))
    return _test(clause, text)


def _test(clause: str, text: str) -> Filter:
    if found := _EXISTS.fullmatch(clause):
        return Not(IsMissing(_unquoted(found["field"])))
    if found := _IN.fullmatch(clause):
        values = tuple(_values(found["values"]))
        make = NotIn if found["negated"] else In
        return make(_unquoted(found["field"]), values)
    if found := _COMPARISON.fullmatch(clause):
        return _comparison(_unquoted(found["field"]), found["sign"], found["value"], text)
    if re.fullmatch(_NAME, clause):
        return Eq(_unquoted(clause), True)
    raise InvalidInput(f"{text!r} is not a filter clause.", hint=f"Examples: {EXAMPLES}.")


def _comparison(field: str, sign: str, value: str, text: str) -> Filter:
    if not value:
        raise InvalidInput(
            f"{text!r} names no value.",
            hint=f"Write {field}{sign}VALUE, or {field}{sign}'' for none.",
        )
    match sign:
        case "=" | "==":
            return Eq(field, _unquoted(value))
        case "!=":
            return Ne(field, _unquoted(value))
        case "~=":
            return ContainsAll(field, (_unquoted(value),))
        case "<" | "<=":
            return Range(field, high=_number(value, text), high_open=sign == "<")
        case _:
            return Range(field, low=_number(value, text), low_open=sign == ">")


def _number(value: str, text: str) -> float:
    try:
        number = float(_unquoted(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(
            f"{text!r} compares with {value!r}, which is not a number.",
            hint="Give --where once for every clause; they are joined with and.",
        )
    return number


def _values(text: str) -> list[str]:
    found = [match[1] for match in _LISTED.finditer(text.strip())]
    return [_unquoted(value) for value in found if value]


def _unquoted(text: str) -> str:
    text = text.strip()
    quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text
