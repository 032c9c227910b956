from decimal import Decimal

import pytest

from lookalike.domain.query import (
    AttributeAnchor,
    ImageAnchor,
    MixAnchor,
    MixPart,
    ProductAnchor,
    TextAnchor,
)
from lookalike.errors import Conflict, InvalidInput, LookalikeError, NotFound, Unavailable
from lookalike.wire.errors import exit_code, http_status, problem_document
from lookalike.wire.products import product_from
from lookalike.wire.questions import question
from lookalike.wire.schema import ProductInput, RetrieveBody


def asked(**body):
    return question(RetrieveBody.model_validate(body), upload=lambda name: name.encode())


@pytest.mark.parametrize(
    ("family", "status", "code"),
    [(InvalidInput, 422, 2), (NotFound, 404, 3), (Conflict, 409, 4), (Unavailable, 503, 5)],
)
def test_each_family_of_errors_has_one_status_and_one_exit_code(family, status, code):
    class Special(family):
        code = "special"

    for kind in (family, Special):
        error = kind("It happened.", hint="Do this.")
        assert (http_status(error), exit_code(error)) == (status, code)
        assert problem_document(error).model_dump(include={"code", "detail", "hint"}) == {
            "code": kind.code,
            "detail": "It happened.",
            "hint": "Do this.",
        }


def test_what_nobody_foresaw_is_a_500_without_details():
    assert http_status(LookalikeError("?")) == 500


def test_a_question_has_the_same_defaults_as_in_python():
    from lookalike import ProductAnchor, Retrieval

    assert asked(query={"product_id": "A"}) == Retrieval(ProductAnchor("A"))


def test_owned_products_are_excluded_like_any_others():
    body = asked(query={"product_id": "A"}, exclude=["B", "C"], exclude_owned=["C", "D"])
    assert body.exclude == ("B", "C", "D")


@pytest.mark.parametrize(
    ("embedding", "rows"),
    [
        ([1, 2], ((1.0, 2.0),)),
        ({"row": [1, 2], "channels": {}}, ((1.0, 2.0),)),
        ({"row": [1, 2], "rows": [[1, 2], [3, 4]]}, ((1.0, 2.0), (3.0, 4.0))),
    ],
)
def test_an_embedding_may_come_in_every_shape_we_send(embedding, rows):
    assert asked(query={"type": "image", "embedding": embedding}).anchor.rows == rows


@pytest.mark.parametrize("embedding", [{"row": ["x"]}, {"row": None}, {"no": 1}])
def test_an_embedding_of_another_shape_is_refused(embedding):
    with pytest.raises(InvalidInput, match="embedding"):
        asked(query={"type": "image", "embedding": embedding})


def test_prices_stay_exact_on_their_way_in():
    assert product_from("A", ProductInput(price=19.99)).price == Decimal("19.99")
    assert product_from("A", ProductInput(price="0.10")).price == Decimal("0.10")


@pytest.mark.parametrize("price", ["NaN", "-1", "free", float("inf")])
def test_a_price_that_is_none_is_refused(price):
    with pytest.raises(InvalidInput, match="price"):
        product_from("A", ProductInput(price=price))


def test_extra_fields_hold_what_a_filter_can_use():
    made = product_from("A", ProductInput(extra={"tags": ["a", "b"], "year": 2011, "none": None}))
    assert made.extra == {"tags": ("a", "b"), "year": 2011}
    with pytest.raises(InvalidInput, match="nested"):
        product_from("A", ProductInput(extra={"nested": {"a": 1}}))


def test_a_query_can_be_steered_described_and_mixed():
    query = {
        "type": "mix",
        "parts": [
            {"query": {"product_id": "A", "but": {"price": "cheaper"}}},
            {"query": {"type": "image", "data": "QQ==", "but": {"pattern": "solid"}}},
            {"query": {"type": "attributes", "attributes": {"color_family": "red"}}, "weight": -1},
            {"query": {"type": "text", "text": "dress"}},
        ],
    }
    assert asked(query=query).anchor == MixAnchor(
        (
            MixPart(ProductAnchor("A", {"price": "cheaper"})),
            MixPart(ImageAnchor(b"A", None, {"pattern": "solid"})),
            MixPart(AttributeAnchor({"color_family": "red"}), -1.0),
            MixPart(TextAnchor("dress")),
        )
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"product_id": "A", "attributes": {"pattern": "solid"}}, "has no attributes"),
        ({"type": "attributes", "attributes": {"pattern": "solid"}, "but": {}}, "has no but"),
        ({"type": "image", "embedding": [1], "but": {"pattern": "solid"}}, "cannot be steered"),
        ({"type": "text"}, "has no text"),
        ({"type": "mix", "parts": []}, "1 to 50 parts"),
    ],
)
def test_a_query_never_ignores_what_it_was_given(query, said):
    with pytest.raises(InvalidInput, match=said):
        asked(query=query)
