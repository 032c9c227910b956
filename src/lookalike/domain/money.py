"""Money: exact decimals for people, whole numbers for the solver, one currency at a time."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

import numpy as np

from lookalike.domain.arrays import Doubles, Integers
from lookalike.errors import InvalidInput

UNITS = 10_000
"""Whole numbers to one unit of a currency: exact to four decimals; KWD has three."""

DECIMALS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF"), 0),
        **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    }
)
"""Currency -> decimals of its amounts (ISO 4217); 2 for all others."""


def exact(price: float | None) -> Decimal | None:
    """The decimal that a price was before JSON: a float holds 15 digits of one without loss."""
    return None if price is None else Decimal(repr(price))


def written(amount: Decimal, currency: str | None) -> Decimal:
    """With as many decimals as the currency has, or more where the amount needs them."""
    places = DECIMALS.get((currency or "").upper(), 2)
    step = Decimal(1).scaleb(-places)
    rounded = amount.quantize(step)
    return rounded if rounded == amount else amount.normalize()


def spoken(amount: Decimal, currency: str | None) -> str:
    """As people read it: `1,049.50 EUR`."""
    return f"{written(amount, currency):,f} {currency or ''}".strip()


def units_of(prices: Doubles) -> Integers:
    """(n,) whole numbers of 1 / UNITS; what is finer is rounded up; 0 for an unknown price."""
    known = np.where(np.isfinite(prices), prices, 0.0) * UNITS
    near = np.rint(known)
    found: Integers = np.where(np.abs(known - near) < 1e-3, near, np.ceil(known)).astype(np.int64)
    return found


def units_within(budget: Decimal) -> int:
    """The budget in whole numbers of 1 / UNITS, rounded down."""
    return int(budget * UNITS // 1)


def from_units(units: int) -> Decimal:
    """The reverse of `units_of`."""
    return (Decimal(units) / UNITS).normalize()


def one_currency(found: Iterable[str | None]) -> str | None:
    """The currency of all; one that is not told counts as the others'.

    Raises InvalidInput where there are two, naming them.
    """
    names = sorted({name for name in found if name})
    if len(names) > 1:
        raise InvalidInput(
            f"The look would mix prices in {names[0]} and {names[1]}, which have no common total.",
            hint=f"Ask within one currency, for example with the filter currency={names[0]}.",
        )
    return names[0] if names else None
