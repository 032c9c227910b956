"""Looks and orders from a file: which products belong together, bad rows reported by line."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lookalike.domain.problems import Problem, Problems
from lookalike.errors import InvalidInput, NotFound
from lookalike.sources.delimited import DelimitedFile
from lookalike.sources.json_file import JsonFile
from lookalike.sources.protocol import Record

GROUP_COLUMNS = (
    "look_id", "look", "outfit_id", "outfit", "set_id", "room_id", "order_id", "order",
    "order_number", "transaction_id", "transaction", "basket_id", "invoice", "receipt",
    "session_id", "session",
)  # fmt: skip
"""What rows of one look have in common, the first that is there; spelled without case and marks."""

SKU_COLUMNS = (
    "sku", "product_id", "item_id", "article_id", "id", "product", "item", "article",
    "lineitem_sku", "variant_sku",
)  # fmt: skip
LIST_COLUMNS = ("skus", "items", "products", "product_ids", "item_ids", "pieces")
KIND_COLUMNS = ("kind", "event", "event_name", "event_type", "type", "action")
BOUGHT = ("purchase", "order", "order completed", "checkout", "buy", "transaction")
"""Kinds of events that say what was taken together; other kinds are passed over."""

SEPARATORS = ("|", ";", ",", " ")
MOST_PIECES = 60
"""More products in one look or order is a wholesale order, and says nothing about taste."""

EXAMPLE = (
    'Give {"look id": ["sku", "sku"], ...} as JSON, or a CSV with look_id (or order_id) and sku.'
)


@dataclass
class LookFile:
    """The looks of a file, by id, in its order.

    looks  id -> its different skus, two or more
    alone  how many looks or orders hold one product only
    """

    looks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    alone: int = 0
    problems: Problems = field(default_factory=Problems)

    def add(self, name: str, skus: Sequence[str], location: str, line: int | None = None) -> None:
        """One look with everything that can be wrong with it."""
        different = tuple(dict.fromkeys(sku for sku in skus if sku))
        if name in self.looks:
            message = f'The look "{name}" came before; the first counts.'
            self.problems.add(Problem(line, None, location, "duplicate_look", message))
        elif len(different) > MOST_PIECES:
            message = f'The look "{name}" has {len(different)} products; {MOST_PIECES} are read.'
            self.problems.add(Problem(line, None, location, "large_look", message))
        elif len(different) < 2:
            self.alone += 1
        else:
            self.looks[name] = different


def read_looks(location: str) -> LookFile:
    """Read looks as JSON or CSV, orders as CSV, or events as JSON Lines.

    Raises NotFound for a file that is not there and InvalidInput for one that holds no looks.
    """
    path = Path(location)
    if not path.is_file():
        raise NotFound(f"There is no file {location}.", hint="Check the path.")
    whole = _whole_json(path) if path.suffix.casefold() != ".csv" else None
    found = LookFile()
    if isinstance(whole, Mapping):
        for name, content in whole.items():
            _add_json(found, str(name), content, location, None)
    elif isinstance(whole, list) and not _is_flat(whole):
        for number, content in enumerate(whole, start=1):
            _add_json(found, _name_of(content, number), content, location, number)
    else:
        _add_rows(found, path)
    if not found.looks and not found.problems.counts and not found.alone:
        raise InvalidInput(f"{location} holds no look.", hint=EXAMPLE)
    return found


def _whole_json(path: Path) -> Any:
    """The value of a file that is one JSON value, else None; Any as JSON is."""
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None


def _is_flat(content: list[Any]) -> bool:
    """Whether an array holds rows, such as events, rather than looks."""
    first = content[0] if content else None
    return isinstance(first, Mapping) and not any(
        isinstance(value, list) for value in first.values()
    )


def _add_json(found: LookFile, name: str, content: Any, location: str, line: int | None) -> None:
    listed = content
    if isinstance(content, Mapping):
        listed = next((content[key] for key in content if _plain(key) in _PLAIN_LISTS), None)
    if not isinstance(listed, list):
        message = f'The look "{name}" is no list of products but {str(content)[:60]!r}.'
        found.problems.add(Problem(line, None, location, "bad_look", message))
        return
    skus = [_sku_of(one) for one in listed]
    if None in skus:
        message = f'The look "{name}" holds something that is no product; it was left out.'
        found.problems.add(Problem(line, None, location, "bad_product", message, skipped=False))
    found.add(name, [sku for sku in skus if sku], location, line)


def _sku_of(one: Any) -> str | None:
    if isinstance(one, Mapping):
        return next((_text(one[key]) for key in _ordered(one, SKU_COLUMNS)), None)
    return _text(one)


def _name_of(content: Any, number: int) -> str:
    if isinstance(content, Mapping):
        for key in (*_ordered(content, GROUP_COLUMNS), *_ordered(content, ("id", "name"))):
            if name := _text(content[key]):
                return name
    return str(number)


def _add_rows(found: LookFile, path: Path) -> None:
    """Rows of one product each make looks by what they have in common; a row with a list is one."""
    reader = _reader(path)
    group = _column(reader.columns, GROUP_COLUMNS)
    listed = _column(reader.columns, LIST_COLUMNS)
    if listed is not None:
        for record in _records(found, reader):
            name = _text(record.values.get(group)) if group else None
            found.add(name or f"line {record.line}", _split(record, listed), str(path), record.line)
        return
    sku = _column(reader.columns, SKU_COLUMNS)
    if group is None or sku is None:
        wanted = "look_id, order_id or session_id" if group is None else "sku or product_id"
        raise InvalidInput(
            f"{path} has no column {wanted}.",
            hint=f"It has {', '.join(reader.columns)}. {EXAMPLE}",
        )
    kind = _column(reader.columns, KIND_COLUMNS)
    baskets: dict[str, list[str]] = {}
    for record in _records(found, reader):
        name, product = _text(record.values.get(group)), _text(record.values.get(sku))
        if kind is not None and not _bought(record.values.get(kind)):
            continue
        if not name or not product:
            missing = group if not name else sku
            message = f"The row has no {missing}."
            found.problems.add(Problem(record.line, None, str(path), "incomplete_row", message))
            continue
        baskets.setdefault(name, []).append(product)
    for name, skus in baskets.items():
        found.add(name, skus, str(path))


def _reader(path: Path) -> DelimitedFile | JsonFile:
    start = path.read_bytes()[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return JsonFile(path) if start[:1] in (b"{", b"[") else DelimitedFile(path)


def _records(found: LookFile, reader: DelimitedFile | JsonFile) -> Iterator[Record]:
    for record in reader.records():
        if isinstance(record, Problem):
            found.problems.add(record)
        else:
            yield record


def _split(record: Record, column: str) -> list[str]:
    value = record.values.get(column)
    if isinstance(value, tuple | list):
        return [text for one in value if (text := _text(one))]
    text = _text(value) or ""
    separator = next((one for one in SEPARATORS if one in text), ",")
    return [part.strip() for part in text.split(separator) if part.strip()]


def _bought(value: object) -> bool:
    text = (_text(value) or "").casefold().replace("_", " ")
    return text in BOUGHT


def _column(columns: Sequence[str], names: Sequence[str]) -> str | None:
    by_plain = {_plain(column): column for column in reversed(columns)}
    return next((by_plain[_plain(name)] for name in names if _plain(name) in by_plain), None)


def _ordered(content: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    by_plain = {_plain(key): key for key in content}
    return [by_plain[_plain(name)] for name in names if _plain(name) in by_plain]


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def _plain(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())


_PLAIN_LISTS = frozenset(_plain(name) for name in LIST_COLUMNS)
