"""Calls that recommend: look-alikes, feeds, what completes a look; and why."""

from collections.abc import Sequence
from typing import Unpack

from lookalike.client.answers import (
    Complementary,
    Piece,
    Product,
    Recommendation,
    Recommendations,
    Record,
    listed,
)
from lookalike.client.arguments import Looks, Question, Scene
from lookalike.client.choosing import arguments_of, chosen
from lookalike.client.link import Link
from lookalike.client.plan import Plan, Request, path


def retrieve(
    link: Link, request: Question | None = None, /, **arguments: Unpack[Question]
) -> Plan[Recommendations]:
    """The products nearest to `query`, best first; `query` may be a product, image, user, ..."""
    asked = arguments_of(request, arguments)
    name = yield from chosen(link, asked.pop("collection_id", None))
    body = yield Request("POST", path("collections", name, "retrieve"), body=asked, is_safe=True)
    return listed(Recommendations, Recommendation, body, "recommendations")


def why_not(
    link: Link, sku: str, request: Question | None = None, /, **arguments: Unpack[Question]
) -> Plan[Record]:
    """Why a product is not in the answer to a question, or where it stands."""
    asked = arguments_of(request, arguments)
    name = yield from chosen(link, asked.pop("collection_id", None))
    where = path("collections", name, "why-not", sku)
    found: Record = yield Request("POST", where, body=asked, is_safe=True)
    return found


def get_complementary(
    link: Link, request: Looks | None = None, /, **arguments: Unpack[Looks]
) -> Plan[Complementary]:
    """Products that complete an anchor, in the order of how well; `looks` are whole looks."""
    asked = arguments_of(request, arguments)
    name = yield from chosen(link, asked.pop("collection_id", None))
    body = yield Request("POST", path("collections", name, "looks"), body=asked, is_safe=True)
    found = listed(Complementary, Piece, body, "complementary_items")
    if found.beside.get("anchor_product") is not None:
        found.beside["anchor_product"] = Piece(found.beside["anchor_product"])
    return found


def from_scene(
    link: Link, request: Scene | None = None, /, **arguments: Unpack[Scene]
) -> Plan[Record]:
    """The parts of a photo of an outfit or a room, what looks like each, and a look of that."""
    asked = arguments_of(request, arguments)
    name = yield from chosen(link, asked.pop("collection_id", None))
    where = path("collections", name, "looks", "scene")
    found: Record = yield Request("POST", where, body=asked, is_safe=True)
    return found


def match(link: Link, sku: str, other: str, /, *, collection_id: str | None = None) -> Plan[Record]:
    """Where the images of two products are alike: rows of patches, which sum to `similarity`."""
    name = yield from chosen(link, collection_id)
    asked = {"sku": sku, "other": other}
    where = path("collections", name, "match")
    found: Record = yield Request("GET", where, params=asked, is_safe=True)
    return found


def quiz(
    link: Link, /, *, where: Sequence[str] = (), limit: int = 24, collection_id: str | None = None
) -> Plan[list[Product]]:
    """Pictures that tell most about a taste; ask with what was picked as `product_ids`."""
    name = yield from chosen(link, collection_id)
    asked = {"where": list(where), "limit": limit}
    body = yield Request("GET", path("collections", name, "quiz"), params=asked, is_safe=True)
    return [Product(one) for one in body.products]


def upload(link: Link, data: bytes, /, *, collection_id: str | None = None) -> Plan[Record]:
    """Keep a photo for an hour; its `upload_id` can be named in a query of the type image."""
    name = yield from chosen(link, collection_id)
    files = {"file": ("photo", data)}
    found: Record = yield Request("POST", path("collections", name, "uploads"), files=files)
    return found
