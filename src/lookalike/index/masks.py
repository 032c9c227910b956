"""A filter tree answered from columns: one boolean per product."""

from collections.abc import Callable

import numpy as np

from lookalike.domain.arrays import Booleans
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
from lookalike.index.columns import Column


def mask(where: Filter, column: Callable[[str], Column]) -> Booleans:
    """(products,) where the filter holds.

    column  the column of a field; every field of the filter is asked for
    Raises InvalidInput for a range over a field without order.
    """
    match where:
        case And() | Or():
            join = np.logical_and if isinstance(where, And) else np.logical_or
            found = mask(where.parts[0], column)
            for part in where.parts[1:]:
                join(found, mask(part, column), out=found)
            return found
        case Not():
            found = mask(where.part, column)
            return np.logical_not(found, out=found)
        case Eq():
            return column(where.field).among((where.value,))
        case Ne():
            found = column(where.field).among((where.value,))
            return np.logical_not(found, out=found)
        case In() | ContainsAny():
            return column(where.field).among(where.values)
        case NotIn():
            found = column(where.field).among(where.values)
            return np.logical_not(found, out=found)
        case Range():
            return column(where.field).within(where)
        case IsMissing():
            return column(where.field).missing()
        case ContainsAll():
            found = ~column(where.field).missing()
            for value in where.values:
                found &= column(where.field).among((value,))
            return found
