"""The section "Complete the look" on a product's page."""

from decimal import Decimal

import pytest
from visit import Visit, wait_until

PIECE = ".look-pieces .card"


@pytest.fixture
def sku(products: list[dict[str, str]]) -> str:
    """A top in stock, for which there is an outfit with swaps."""
    return next(
        row["sku"]
        for row in products[1:]
        if row["category"].endswith(("T-shirts", "Shirts", "Hoodies")) and row["in_stock"] == "true"
    )


def total(visit: Visit) -> Decimal:
    return Decimal(visit.page.locator(".look-amount").inner_text().strip("\u20ac").replace(",", ""))


def opened(visit: Visit, sku: str) -> list[str]:
    visit.product(sku)
    visit.page.wait_for_selector(PIECE)
    return visit.skus(PIECE)


def test_the_pieces_their_reasons_and_the_total_are_shown(
    visit: Visit, sku: str, products: list[dict[str, str]]
) -> None:
    prices = {row["sku"]: Decimal(row["price"]) for row in products}
    shown = opened(visit, sku)
    assert len(shown) >= 2
    assert sku not in shown
    assert total(visit) == prices[sku] + sum(prices[one] for one in shown)
    for text in visit.page.locator(f"{PIECE} .reason").all_inner_texts():
        assert text.strip()


def test_a_swap_shows_the_other_piece_and_the_total_it_promised(visit: Visit, sku: str) -> None:
    before = opened(visit, sku)
    button = visit.page.locator(".look-swap").first
    promised = button.get_attribute("aria-label").split("\u20ac")[-1].replace(",", "")
    with visit.page.expect_response("**/looks"):
        button.click()
    wait_until(
        visit.page,
        "shown => document.querySelector('.look-amount').textContent.includes(shown)",
        arg=promised,
    )
    after = visit.skus(PIECE)
    assert total(visit) == Decimal(promised)
    assert len(set(before) - set(after)) == 1
    assert len(after) == len(before)


def test_another_look_has_other_pieces(visit: Visit, sku: str) -> None:
    before = opened(visit, sku)
    visit.page.get_by_role("button", name="Another look").click()
    assert visit.skus(PIECE) != before


def test_a_page_without_a_look_is_whole(visit: Visit, sku: str) -> None:
    empty = {"looks": [], "complementary_items": [], "limits": [], "degraded": []}
    visit.page.route("**/looks", lambda asked: asked.fulfill(status=200, json=empty))
    visit.product(sku)
    assert visit.page.locator(".look").is_hidden()
