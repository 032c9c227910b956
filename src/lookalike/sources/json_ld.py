"""Schema.org products in JSON-LD: a document, a list, a graph, or the scripts of a web page."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from json.decoder import JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput
from lookalike.sources.encoding import text_encoding
from lookalike.sources.feed_format import is_no
from lookalike.sources.nested import Unreadable, flat
from lookalike.sources.protocol import Record

MAX_DOCUMENT_CHARACTERS = 64 << 20
"""A document is held in memory as a whole; larger catalogues are written one product a line."""
PLACE = "\0place"
"""The key under which an object keeps where it begins; no document can hold it unseen."""

PRODUCT_TYPES = {
    "Product", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle", "Car", "Book",
}  # fmt: skip
GROUP = "ProductGroup"
SKUS = ("sku", "productID", "mpn", "gtin", "gtin13", "gtin14", "gtin12", "gtin8", "@id", "url")
INHERITED = ("name", "brand", "category", "image", "material", "pattern", "color", "description")
_SCRIPT = re.compile(
    r"<script\b[^>]*\btype\s*=\s*[\"']?application/ld\+json\b[^>]*>(.*?)</script\s*>",
    re.IGNORECASE | re.DOTALL,
)


def looks_like_one(start: str) -> bool:
    """Whether the first characters of a file are those of JSON-LD or of a page with some."""
    if start.lstrip().startswith("<"):
        return "ld+json" in start or bool(re.match(r"\s*<(!doctype html|html|head)", start, re.I))
    return bool(re.search(r'"@(context|graph|type)"\s*:', start))


@dataclass
class _Document:
    """One JSON text, where it begins, and its objects by @id."""

    text: str
    line: int
    by_id: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def line_of(self, node: Mapping[str, Any]) -> int:
        return self.line + self.text.count("\n", 0, int(node.get(PLACE, 0)))


class JsonLdFile:
    """A RecordReader of the products of a file; variants inherit what their group says."""

    def __init__(self, path: Path) -> None:
        self.location = str(path)
        if path.stat().st_size > MAX_DOCUMENT_CHARACTERS:
            raise InvalidInput(
                f"{path} has more than {MAX_DOCUMENT_CHARACTERS >> 20} MB of JSON-LD.",
                hint="Write one product a line (JSON Lines), or split it.",
            )
        self._encoding = text_encoding(path)
        self._path = path
        self._outcomes = list(self._read())
        names = (n for one in self._outcomes if isinstance(one, Record) for n in one.values)
        self.columns = tuple(dict.fromkeys(names))
        if not self.columns:
            told = next((one.message for one in self._outcomes if isinstance(one, Problem)), "")
            raise InvalidInput(
                f"{path} is JSON-LD or HTML without a Schema.org product. {told}".strip(),
                hint='Products are objects with "@type": "Product" or "ProductGroup".',
            )

    def records(self) -> Iterator[Record | Problem]:
        yield from self._outcomes

    def count_hint(self) -> int | None:
        return len(self._outcomes)

    def _read(self) -> Iterator[Record | Problem]:
        if self._encoding.problem:
            yield self._encoding.problem
        text = self._path.read_text(encoding=self._encoding.name, errors="replace")
        for document in _documents(text.lstrip("\ufeff")):
            try:
                found = _parsed(document.text)
            except (ValueError, RecursionError) as error:
                line = document.line + getattr(error, "lineno", 1) - 1
                what = "is nested too deep" if isinstance(error, RecursionError) else str(error)
                message = f"The JSON-LD that begins on line {document.line} cannot be read: {what}."
                yield Problem(line, None, self.location, "bad_json", message)
                continue
            _remember(found, document.by_id)
            for node in _products(found, document, depth=0):
                yield from self._records(node, document)

    def _records(self, node: Mapping[str, Any], document: _Document) -> Iterator[Record]:
        variants = [
            _resolved(one, document)
            for one in _list(node.get("hasVariant"))
            if isinstance(one, Mapping)
        ]
        if not variants:
            yield Record(document.line_of(node), self.location, _values(node, None, document))
        for one in variants:
            yield Record(document.line_of(one), self.location, _values(one, node, document))


def _documents(text: str) -> Iterator[_Document]:
    if text.lstrip().startswith("<"):
        for script in _SCRIPT.finditer(text):
            body = script[1].strip()
            if body.startswith("<!--"):
                body = body.removeprefix("<!--").removesuffix("-->")
            if "&quot;" in body and '"' not in body:
                body = html.unescape(body)
            yield _Document(body, 1 + text.count("\n", 0, script.start(1)))
        return
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        yield _Document(text, 1)
        return
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _Document(line, number)


class _Decoder(json.JSONDecoder):
    """Notes in each object where it begins, so that a product can be told by its line."""

    def __init__(self) -> None:
        super().__init__(strict=False, parse_constant=_constant)
        self.parse_object = self._placed
        self.scan_once = py_make_scanner(self)

    @staticmethod
    def _placed(place: tuple[str, int], *rest: Any) -> tuple[dict[str, Any], int]:
        found, end = JSONObject(place, *rest)
        found[PLACE] = place[1]
        return found, end


def _constant(name: str) -> Unreadable:
    return Unreadable("not_a_number", f"{name} is no value.")


def _parsed(text: str) -> Any:
    return _Decoder().decode(text.rstrip("; \t\r\n"))


def _remember(found: Any, by_id: dict[str, Mapping[str, Any]], depth: int = 0) -> None:
    for node in _list(found):
        if isinstance(node, Mapping) and depth < 32:
            name = node.get("@id")
            if isinstance(name, str) and len(node) > 2 + (name not in by_id):
                by_id.setdefault(name, node)
            for value in node.values():
                _remember(value, by_id, depth + 1)


def _resolved(node: Mapping[str, Any], document: _Document) -> Mapping[str, Any]:
    """The object that a bare reference {"@id": ...} stands for."""
    if set(node) <= {"@id", "@type", PLACE}:
        return document.by_id.get(str(node.get("@id")), node)
    return node


def _types(node: Mapping[str, Any]) -> set[str]:
    return {str(one).rsplit("/", 1)[-1].rsplit(":", 1)[-1] for one in _list(node.get("@type"))}


def _products(found: Any, document: _Document, *, depth: int) -> Iterator[Mapping[str, Any]]:
    """Products and groups, wherever lists, graphs and pages keep them; never a related product."""
    if depth > 16:
        return
    in_groups = {
        str(one.get("@id"))
        for node in _list(found)
        if isinstance(node, Mapping) and GROUP in _types(node)
        for one in _list(node.get("hasVariant"))
        if isinstance(one, Mapping) and one.get("@id")
    }
    for node in _list(found):
        if not isinstance(node, Mapping):
            continue
        kinds = _types(node)
        if kinds & PRODUCT_TYPES or GROUP in kinds:
            if str(node.get("@id")) not in in_groups:
                yield node
            continue
        for name in ("@graph", "itemListElement", "item", "mainEntity", "itemOffered", "offers"):
            if name in node:
                inner = [
                    _resolved(one, document) if isinstance(one, Mapping) else one
                    for one in _list(node[name])
                ]
                yield from _products(inner, document, depth=depth + 1)


def _values(
    node: Mapping[str, Any], group: Mapping[str, Any] | None, document: _Document
) -> dict[str, object]:
    """The product's fields in plain columns; what is nested otherwise is named with points."""
    whole = dict(node)
    if group:
        for name in INHERITED:
            if not whole.get(name):
                whole[name] = group.get(name)
    values: dict[str, object] = {}
    for name, value in whole.items():
        if name in CONSUMED or value is None:
            continue
        values[name] = _word(value) if _word(value) is not None else _without_places(value)
    values = flat(values)
    values["sku"] = next((w for name in SKUS if (w := _word(node.get(name)))), None)
    values["image"] = tuple(_images(whole.get("image"), document))
    values["item_group_id"] = _group_id(node, group)
    values = {**_offer(whole.get("offers"), document), **values}
    audience = whole.get("audience")
    if isinstance(audience, Mapping) and "gender" not in values:
        values["gender"] = _word(audience.get("suggestedGender"))
    for one in _list(whole.get("additionalProperty")):
        if isinstance(one, Mapping) and _word(one.get("name")):
            values.setdefault(str(_word(one["name"])), _word(one.get("value")))
    return {name: value for name, value in values.items() if value is not None}


CONSUMED = {
    PLACE, "@context", "@type", "@id", "sku", "image", "offers", "hasVariant", "isVariantOf",
    "inProductGroupWithID", "productGroupID", "variesBy", "additionalProperty", "audience",
    "review", "isSimilarTo", "isRelatedTo", "mainEntityOfPage", "subjectOf", "positiveNotes",
    "negativeNotes", "isAccessoryOrSparePartFor", "hasMerchantReturnPolicy", "shippingDetails",
    "potentialAction",
}  # fmt: skip


def _word(value: Any) -> Any:
    """The plain value of a property: itself, or the name of the thing it points to."""
    if isinstance(value, list) and value:
        if len(value) == 1:
            return _word(value[0])
        found = [_word(one) for one in value]
        return found if all(isinstance(one, str | int | float) for one in found) else None
    if isinstance(value, Mapping):
        return _word(value.get("name", value.get("@value", value.get("value"))))
    return value if isinstance(value, str | int | float | bool) and value != "" else None


def _without_places(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_places(one) for name, one in value.items() if name != PLACE}
    if isinstance(value, list):
        return [_without_places(one) for one in value]
    return value


def _images(value: Any, document: _Document) -> Iterator[str]:
    for one in _list(value):
        if isinstance(one, Mapping):
            one = _resolved(one, document)
            one = one.get("contentUrl") or one.get("url") or one.get("@id")
        if isinstance(one, str) and one.strip():
            yield one.strip()


def _group_id(node: Mapping[str, Any], group: Mapping[str, Any] | None) -> Any:
    of = group if group is not None else node.get("isVariantOf")
    said = of.get("productGroupID", of.get("@id")) if isinstance(of, Mapping) else None
    return _word(node.get("inProductGroupWithID")) or _word(said)


def _offer(offers: Any, document: _Document) -> dict[str, object]:
    """Price, currency and stock: the cheapest offer that can be had; an aggregate's low price."""
    found = [_resolved(one, document) for one in _list(offers) if isinstance(one, Mapping)]
    inner = [one for offer in found for one in _list(offer.get("offers")) if isinstance(one, dict)]
    priced = [_terms(one) for one in (*inner, *found)]
    priced = [one for one in priced if one.get("price") is not None] or priced
    if not priced:
        return {}

    def rank(terms: dict[str, object]) -> tuple[bool, float]:
        said = str(terms.get("availability", "")).rsplit("/", 1)[-1].casefold()
        try:
            amount = float(str(terms.get("price")))
        except ValueError:
            amount = float("inf")
        return said in {"outofstock", "soldout", "discontinued"} or is_no(said), amount

    return min(priced, key=rank)


def _terms(offer: Mapping[str, Any]) -> dict[str, object]:
    terms: dict[str, object] = {
        "price": _word(offer.get("price", offer.get("lowPrice"))),
        "currency": _word(offer.get("priceCurrency")),
        "availability": _word(offer.get("availability")),
        "url": _word(offer.get("url")),
    }
    for one in _list(offer.get("priceSpecification")):
        if isinstance(one, Mapping) and terms["price"] is None:
            terms["price"] = _word(one.get("price"))
            terms["currency"] = terms["currency"] or _word(one.get("priceCurrency"))
    return {name: value for name, value in terms.items() if value is not None}


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
