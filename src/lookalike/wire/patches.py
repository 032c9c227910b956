"""From rows of prices and stock to patches; a bad row is told by its line and the rest goes on."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from lookalike.domain.patch import Patch, PatchResult
from lookalike.errors import InvalidInput
from lookalike.wire.patches_schema import PatchInput

YES, NO = {"true", "yes", "1", "y"}, {"false", "no", "0", "n"}
FIELDS = ("sku", "price", "currency", "in_stock", "version")
Lined = tuple[int, PatchResult]


def patch_from(row: Mapping[str, Any]) -> Patch:
    """Raises InvalidInput with the reason."""
    sku = row.get("sku")
    if not isinstance(sku, str) or not sku.strip():
        raise InvalidInput(f"The sku is {sku!r}.", hint="Give each row the sku of a product.")
    unknown = [name for name in row if name not in FIELDS and row[name] not in (None, "")]
    if unknown:
        raise InvalidInput(
            f'"{unknown[0]}" cannot be patched.', hint=f"Only {', '.join(FIELDS[1:])} can."
        )
    currency = row.get("currency") or None
    return Patch(
        sku.strip(),
        price=_price(row.get("price")),
        currency=None if currency is None else str(currency),
        in_stock=_stock(row.get("in_stock")),
        version=_version(row.get("version")),
    )


def read_patch(body: PatchInput) -> Patch | PatchResult:
    """The patch, or the result that says what is wrong with it."""
    try:
        return patch_from(body.model_dump())
    except InvalidInput as error:
        return PatchResult(body.sku, "invalid", error.message)


def patch_results(results: Sequence[PatchResult]) -> dict[str, Any]:
    """One row each, and how many there are of each status."""
    return {
        "results": [asdict(one) for one in results],
        "counts": dict(Counter(one.status for one in results)),
    }


def patches_from(text: str) -> tuple[list[tuple[int, Patch]], list[Lined]]:
    """(line, patch) of the good rows and (line, result) of the bad ones.

    text  CSV with a header, or one JSON object a line
    Raises InvalidInput when no row names a sku.
    """
    patches: list[tuple[int, Patch]] = []
    bad: list[Lined] = []
    rows = _json_rows(text) if text.lstrip().startswith("{") else _csv_rows(text)
    for line, row in rows:
        try:
            if isinstance(row, str):
                raise InvalidInput(row)
            patches.append((line, patch_from(row)))
        except InvalidInput as error:
            sku = "" if isinstance(row, str) else str(row.get("sku") or "")
            bad.append((line, PatchResult(sku, "invalid", error.message)))
    return patches, bad


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    header = [cell.strip().lower() for cell in next(reader, [])]
    if "sku" not in header:
        raise InvalidInput(
            f"The columns are {', '.join(header)[:200] or 'missing'}; there is no sku.",
            hint="Give the columns sku, price, in_stock and version, as far as they change.",
        )
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, f"The row cannot be read ({error})."
            continue
        if any(cell.strip() for cell in cells):
            yield (
                reader.line_num,
                {name: cell.strip() for name, cell in zip(header, cells, strict=False)},
            )


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            yield number, f"The row is not JSON ({error})."
        else:
            yield number, row if isinstance(row, dict) else "The row is not a JSON object."


def _price(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise InvalidInput(f"The price {value} is not a number.")
    try:
        return Decimal(str(value))  # through text: 19.99 stays 19.99
    except InvalidOperation:
        raise InvalidInput(f"The price {str(value)[:60]!r} is not a number.") from None


def _stock(value: Any) -> bool | None:
    if value is None or value == "" or isinstance(value, bool):
        return None if value == "" else value
    word = str(value).strip().lower()
    if word in YES | NO:
        return word in YES
    raise InvalidInput(f"in_stock is {str(value)[:60]!r}.", hint="Give true or false.")


def _version(value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.isdecimal() and len(value) <= 18:
        return int(value)
    raise InvalidInput(f"The version is {str(value)[:60]!r}.", hint="Give a whole number.")
