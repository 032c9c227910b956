"""The same action, told as each tool tells it, is the same event; what is wrong is named."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from lookalike.domain.event_parsing import parse_event, unwrapped
from lookalike.domain.event_words import KIND_OF, OF_NO_PRODUCT, plain
from lookalike.errors import InvalidInput

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
THEN = datetime(2026, 5, 1, 10, 30, tzinfo=UTC)
MICROS = int(THEN.timestamp() * 1e6)


def only(raw, **options):
    (event,) = parse_event(raw, now=NOW, **options).events
    return event


OURS = {
    "event_id": "e1",
    "user_id": "u1",
    "kind": "cart",
    "product_id": "SKU-1",
    "time": "2026-05-01T10:30:00Z",
}
TOLD_BY = {
    "ours": OURS,
    "ga4 measurement protocol": {
        "name": "add_to_cart",
        "user_id": "u1",
        "timestamp_micros": str(MICROS),
        "params": {"currency": "EUR", "items": [{"item_id": "SKU-1", "price": 9.5}]},
    },
    "ga4 bigquery": {
        "event_name": "add_to_cart",
        "event_timestamp": MICROS,
        "user_id": "u1",
        "event_params": [{"key": "currency", "value": {"string_value": "EUR", "int_value": None}}],
        "items": [{"item_id": "SKU-1", "price": 9.5}],
    },
    "ga4 data layer": {
        "event": "add_to_cart",
        "user_id": "u1",
        "time": MICROS / 1e6,
        "ecommerce": {"currency": "EUR", "items": [{"item_id": "SKU-1", "price": 9.5}]},
    },
    "segment": {
        "type": "track",
        "event": "Product Added",
        "userId": "u1",
        "messageId": "m1",
        "timestamp": "2026-05-01T12:30:00+02:00",
        "properties": {"product_id": "SKU-1", "price": 9.5, "currency": "EUR"},
    },
    "google retail": {
        "eventType": "add-to-cart",
        "visitorId": "u1",
        "eventTime": "2026-05-01T10:30:00Z",
        "productDetails": [{"product": {"id": "SKU-1"}, "quantity": 2}],
    },
    "google recommendations ai": {
        "eventType": "add-to-cart",
        "userInfo": {"visitorId": "u1"},
        "eventTime": "2026-05-01T10:30:00Z",
        "productEventDetail": {"productDetails": [{"id": "SKU-1", "displayPrice": 9.5}]},
    },
}


@pytest.mark.parametrize("tool", TOLD_BY)
def test_every_tool_says_the_same(tool):
    event = only(TOLD_BY[tool])
    said = (event.user_id, event.kind, event.product_id, event.time)
    assert said == ("u1", "cart", "SKU-1", THEN)
    assert event.price in {None, Decimal("9.5")}
    assert (event.raw_name is None) == (tool == "ours")


NAMES = """
view_item view | add_to_wishlist save | add_to_cart cart | remove_from_cart uncart
purchase purchase | refund return | view_item_list impression | select_item click
Product Viewed view | Product Added cart | Product Removed uncart | Order Completed purchase
Order Refunded return | Product List Viewed impression | Product Clicked click
Product Added to Wishlist save | detail-page-view view | add-to-cart cart
purchase-complete purchase | add-to-list save | category-page-view impression
ViewContent view | AddToCart cart
"""


def test_the_table_of_names():
    for pair in NAMES.replace("\n", "|").split("|"):
        if pair.strip():
            name, _, kind = pair.strip().rpartition(" ")
            assert KIND_OF[plain(name)] == kind, name
    assert not OF_NO_PRODUCT & KIND_OF.keys()
    assert all(plain(name) == name for name in (*KIND_OF, *OF_NO_PRODUCT))


def test_the_names_of_the_reference_are_those_of_the_code():
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "reference" / "events.md"
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in page.read_text().splitlines()
        if line.startswith("| `")
    ]
    spelled = {cells[0].strip("`"): cells[1:] for cells in rows}
    for kind, cells in spelled.items():
        for name in (one.strip(" `") for cell in cells for one in cell.split(",")):
            assert not name or KIND_OF.get(plain(name)) == kind, (kind, name)
    assert set(spelled) == {kind for kind in KIND_OF.values() if kind != "preference"}


def test_an_order_of_several_products_is_an_event_each_and_counts_once():
    raw = {
        "event_name": "purchase",
        "event_timestamp": MICROS,
        "user_id": "u1",
        "ecommerce": {"transaction_id": "T1"},
        "items": [{"item_id": "a", "price": 1}, {"item_id": "b"}, {"item_id": "a", "price": 2}],
    }
    first = parse_event(raw, now=NOW).events
    assert [one.product_id for one in first] == ["a", "b", "a"]
    assert len({one.event_id for one in first}) == 3
    later = {**raw, "event_timestamp": MICROS + 60_000_000}
    assert [one.event_id for one in parse_event(later, now=NOW).events] == [
        one.event_id for one in first
    ]


def test_a_cart_beside_the_product_is_not_what_was_added():
    raw = {
        **TOLD_BY["segment"],
        "properties": {"product_id": "socks", "products": [{"product_id": "shirt"}]},
    }
    assert only(raw).product_id == "socks"
    order = {**raw, "event": "Order Completed"}
    assert only(order).product_id == "shirt"


def test_a_product_without_a_product_id_is_named_by_its_sku():
    raw = {**TOLD_BY["segment"], "properties": {"sku": "SKU-1", "order_id": "O1"}}
    assert only(raw).product_id == "SKU-1"


def test_the_shop_says_where_its_sku_stands():
    raw = {**TOLD_BY["segment"], "properties": {"product_id": 507, "sku": "SKU-1"}}
    assert only(raw).product_id == "507"
    assert only(raw, product_field="sku").product_id == "SKU-1"


def test_a_resource_name_of_retail_is_cut_to_the_id():
    name = "projects/p/locations/global/catalogs/c/branches/0/products/SKU-1"
    raw = {**TOLD_BY["google retail"], "productDetails": [{"product": {"id": name}}]}
    assert only(raw).product_id == "SKU-1"


def test_the_same_content_without_an_id_is_the_same_event():
    raw = TOLD_BY["ga4 bigquery"]
    other = {**raw, "event_timestamp": MICROS + 1}
    ids = [only(one).event_id for one in (raw, dict(reversed(raw.items())), other)]
    assert ids[0] == ids[1] != ids[2]


def test_what_comes_live_without_a_time_happens_now_and_a_file_must_say_when():
    raw = {"name": "view_item", "client_id": "c", "params": {"items": [{"item_id": "a"}]}}
    first, second = only(raw, place=0), only(raw, place=1)
    assert first.time == NOW
    assert first.event_id != second.event_id
    with pytest.raises(InvalidInput, match="no time"):
        parse_event(raw, now=NOW)


def test_two_ids_in_one_event_are_a_login():
    for raw in (
        {**TOLD_BY["segment"], "anonymousId": "a1"},
        {**TOLD_BY["ga4 bigquery"], "user_pseudo_id": "a1"},
        {**OURS, "anonymous_id": "a1"},
        {**OURS, "kind": "identify", "anonymous_id": "a1"},
        {"type": "identify", "userId": "u1", "anonymousId": "a1", "timestamp": MICROS},
        {"type": "alias", "userId": "u1", "previousId": "a1", "timestamp": MICROS},
        {"event_name": "login", "user_id": "u1", "user_pseudo_id": "a1", "event_timestamp": MICROS},
    ):
        link = parse_event(raw, now=NOW).link
        assert (link.anonymous_id, link.user_id, link.time) == ("a1", "u1", THEN)


def test_what_says_nothing_of_a_product_is_left_out():
    for name in ("page_view", "session_start", "Cart Viewed", "home-page-view", "Order Cancelled"):
        assert parse_event({"event": name, "userId": "u"}, now=NOW).is_ignored


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"user_id": None}, "no user_id"),
        ({"event_id": ""}, "no event_id"),
        ({"time": None}, "no time"),
        ({"kind": "viwe"}, r'"view"'),
        ({"product_id": None}, "no product"),
        ({"produkt_id": "x"}, r'"product_id"'),
        ({"time": "yesterday"}, "time"),
        ({"time": 12}, "too early"),
        ({"time": "2026-05-01T13:01:00Z"}, "future"),
        ({"price": "-1"}, "price"),
        ({"price": "1e999"}, "price"),
        ({"position": -1}, "position"),
        ({"user_id": {"id": 1}}, "user_id"),
        ({"user_id": "a\nb"}, "control"),
        ({"product_id": "x" * 201}, "product_id"),
        ({"signal": {"weight": 1}}, "signal"),
    ],
)
def test_what_is_wrong_is_named(change, message):
    with pytest.raises(InvalidInput, match=message):
        parse_event({**OURS, **change}, now=NOW)


def test_a_clock_that_runs_an_hour_ahead_is_bounded():
    ahead = (NOW + timedelta(minutes=59)).isoformat()
    assert only({**OURS, "time": ahead}).time == NOW + timedelta(minutes=59)


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-01T10:30:00Z",
        "2026-05-01T10:30:00",
        "2026-05-01 10:30:00 UTC",
        "2026-05-01T12:30:00+02:00",
        MICROS,
        MICROS // 1000,
        MICROS // 1_000_000,
        str(MICROS),
        MICROS / 1e6,
    ],
)
def test_moments_are_read_in_every_usual_spelling(written):
    assert only({**OURS, "time": written}).time == THEN


def test_batches_of_every_tool_are_unwrapped_with_what_holds_for_all():
    inner = {"name": "view_item", "params": {"items": [{"item_id": "a"}]}}
    body = {"client_id": "c", "timestamp_micros": MICROS, "events": [inner, inner]}
    first, second = unwrapped(body)
    assert only(first).user_id == "c"
    assert second["timestamp_micros"] == MICROS
    assert unwrapped({"batch": [inner], "sentAt": "x"}) == [{**inner, "sentAt": "x"}]
    assert unwrapped([inner]) == [inner]
    assert unwrapped(OURS) == [OURS]
