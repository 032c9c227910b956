"""The grid of products: pictures, filters, paging and the way back."""

import csv
from pathlib import Path

from visit import CARD, HOSTILE_NAME, PRODUCTS, Visit, wait_until


def test_the_grid_shows_products_with_names_prices_and_loaded_pictures(
    visit: Visit, products: list[dict[str, str]]
) -> None:
    visit.catalog()
    names = {row["sku"]: row["name"] for row in products}
    cards = visit.page.locator(CARD)
    assert cards.count() == 24
    for sku, card in zip(visit.skus(), cards.all(), strict=True):
        assert card.locator(".card-name").inner_text() == names[sku]
        assert any(digit in card.locator(".price").inner_text() for digit in "0123456789")
        card.scroll_into_view_if_needed()
    wait_until(
        visit.page, "[...document.querySelectorAll('.grid img')].every(one => one.naturalWidth > 0)"
    )
    assert visit.page.locator(".grid img").count() == 24


def test_every_picture_of_a_product_has_words_that_begin_with_its_name(
    visit: Visit, products: list[dict[str, str]]
) -> None:
    visit.catalog()
    names = {row["sku"]: row["name"] for row in products}
    for sku, card in zip(visit.skus(), visit.page.locator(CARD).all(), strict=True):
        assert card.locator("img").get_attribute("alt").startswith(names[sku])


def test_show_more_appends_pages_until_every_product_was_shown_once(visit: Visit) -> None:
    visit.catalog()
    more = visit.page.get_by_role("button", name="Show more")
    while more.is_visible():
        shown = visit.page.locator(CARD).count()
        more.click()
        wait_until(
            visit.page,
            "([selector, shown]) => document.querySelectorAll(selector).length > shown",
            arg=[f".grid[aria-busy=false] {CARD}", shown],
        )
    skus = visit.skus()
    assert len(skus) == len(set(skus)) == PRODUCTS
    assert visit.page.locator(".count").inner_text() == f"{PRODUCTS} products"


def test_a_category_chip_leaves_exactly_the_products_of_that_category(
    visit: Visit, products: list[dict[str, str]]
) -> None:
    visit.catalog()
    chip = visit.page.locator(".chip[data-facet=category]:visible").first
    category = chip.get_attribute("data-value")
    wanted = {row["sku"] for row in products if row["category"] == category}
    with visit.page.expect_response("**/products?*"):
        chip.click()
    visit.page.wait_for_selector(f".grid[aria-busy=false] {CARD}")
    assert set(visit.skus()) == wanted
    assert chip.get_attribute("aria-pressed") == "true"
    noun = "product" if len(wanted) == 1 else "products"
    assert visit.page.locator(".count").inner_text() == f"{len(wanted)} {noun}"


def test_two_values_of_one_facet_show_the_products_of_either(
    visit: Visit, products: list[dict[str, str]]
) -> None:
    visit.catalog()
    chosen = [
        chip.get_attribute("data-value")
        for chip in visit.page.locator(".chip[data-facet=category]:visible").all()[:2]
    ]
    for value in chosen:
        with visit.page.expect_response("**/products?*"):
            visit.page.locator(f'.chip[data-value="{value}"]').click()
        visit.page.wait_for_selector(f".grid[aria-busy=false] {CARD}")
    assert set(visit.skus()) == {row["sku"] for row in products if row["category"] in chosen}


def test_filters_live_in_the_address_so_a_link_and_the_back_button_restore_them(
    visit: Visit, products: list[dict[str, str]]
) -> None:
    visit.catalog("?in_stock=1&max=40")
    expected = {
        row["sku"] for row in products if row["in_stock"] == "true" and float(row["price"]) <= 40
    }
    assert set(visit.skus()) == set(sorted(expected)[:24])
    assert visit.page.get_by_role("switch", name="In stock only").is_checked()
    with visit.page.expect_response("**/products?*"):
        visit.page.get_by_role("button", name="Clear all").click()
    visit.page.wait_for_selector(f".grid[aria-busy=false] {CARD}")
    assert visit.page.locator(".count").inner_text() == f"{PRODUCTS} products"
    visit.page.go_back()
    wait_until(
        visit.page,
        "count => document.querySelector('.count').textContent.startsWith(count)",
        arg=f"{len(expected)} ",
    )


def test_the_way_back_from_a_product_finds_the_grid_as_it_was_left(visit: Visit) -> None:
    visit.catalog()
    visit.page.get_by_role("button", name="Show more").click()
    card = visit.page.locator(CARD).nth(40).locator(".card-link")
    card.scroll_into_view_if_needed()
    before = visit.page.evaluate("scrollY")
    card.click()
    visit.page.wait_for_selector(".product-page .reason")
    visit.page.go_back()
    visit.page.wait_for_selector(".catalog")
    assert visit.page.locator(CARD).count() == 48
    wait_until(visit.page, "before => Math.abs(scrollY - before) < 40", arg=before)


def test_nothing_that_fits_is_said_with_a_way_out(visit: Visit) -> None:
    visit.page.goto("/#/default?max=0")
    visit.page.get_by_text("Nothing fits all of this").wait_for()
    visit.page.get_by_role("link", name="Clear all filters").click()
    visit.page.wait_for_selector(f".grid[aria-busy=false] {CARD}")


def test_the_keyboard_reaches_a_card_and_opens_it(
    visit: Visit, products: list[dict[str, str]]
) -> None:
    visit.catalog()
    for key in ("Tab", "Enter", "Tab"):  # the skip link comes first and leads to the grid
        visit.page.keyboard.press(key)
    focused = visit.page.evaluate("document.activeElement.closest('[data-sku]')?.dataset.sku")
    assert focused == visit.skus()[0]
    outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector(".product-page h1")
    names = {row["sku"]: row["name"] for row in products}
    assert visit.page.locator("h1").inner_text() == names[focused]
    assert visit.page.title().startswith(names[focused])


def test_a_name_that_is_markup_is_shown_as_text(visit: Visit, catalog: Path) -> None:
    with catalog.open(newline="", encoding="utf-8") as file:
        hostile = next(csv.DictReader(file))
    attacks: list[str] = []
    visit.page.on("dialog", lambda dialog: (attacks.append(dialog.message), dialog.dismiss()))
    visit.product(hostile["sku"])
    assert visit.page.locator("h1").inner_text() == HOSTILE_NAME
    assert visit.page.locator("img[src=x]").count() == 0
    assert visit.page.title() == f"{HOSTILE_NAME} · Lookalike"
    other = visit.lookalikes()[0]
    visit.product(other, "?look=100&variety=0")
    assert attacks == []


def test_pages_ask_nobody_but_their_own_server(visit: Visit) -> None:
    visit.catalog()
    visit.product(visit.skus()[1])
    assert {address for address in visit.asked if not address.startswith(visit.url)} == set()


def test_no_page_is_wider_than_a_small_phone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.catalog()
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
    visit.page.locator(".filters summary").click()
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
    visit.product(visit.skus()[1])
    visit.page.locator(".steer summary").click()
    for summary in visit.page.locator(".why summary").all()[:2]:
        summary.click()
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 360


def test_an_address_that_names_nothing_says_so(visit: Visit) -> None:
    visit.page.goto("/#/default/product/no-such-sku")
    alert = visit.page.get_by_role("alert")
    alert.wait_for()
    assert "no-such-sku" in alert.inner_text()
    assert visit.page.get_by_role("link", name="See all products").is_visible()
    assert [error for error in visit.errors if "404" not in error] == []
    visit.errors.clear()  # Chromium itself logs the 404
