"""The list of look-alikes: reasons, proof and steering."""

from itertools import pairwise

import pytest
from visit import CARD, LOOKALIKE, Visit

from lookalike.domain.query import DEFAULT_DIVERSITY
from lookalike.domain.steering import CHANNEL_OF_ATTRIBUTE, RELATIVE
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS


@pytest.fixture
def sku(products: list[dict[str, str]]) -> str:
    """A product that has variants, a category and a price."""
    return next(row["sku"] for row in products[1:] if row["variant_group"])


def test_a_click_on_a_product_shows_twelve_lookalikes_each_with_its_reason(visit: Visit) -> None:
    visit.catalog()
    visit.page.locator(f"{CARD} .card-link").nth(3).click()
    shown = visit.lookalikes()
    assert len(shown) == len(set(shown)) == 12
    reasons = visit.page.locator(f"{LOOKALIKE} .reason")
    assert reasons.count() == 12
    for reason in reasons.all():
        assert reason.is_visible()
        assert reason.inner_text().strip()


def test_show_more_continues_the_list_without_repeating(visit: Visit, sku: str) -> None:
    visit.product(sku)
    visit.answer_after(visit.page.get_by_role("button", name="Show more").click)
    shown = visit.lookalikes()
    assert len(shown) == len(set(shown)) == 24
    assert sku not in shown


def test_why_shows_parts_that_sum_to_the_score_longest_first(visit: Visit, sku: str) -> None:
    visit.product(sku)
    visit.page.locator(".why summary").first.click()
    body = visit.page.locator(".why-body").first
    body.locator(".bar-value").first.wait_for()  # drawn when the browser says that it is open
    parts = [
        float(text.replace("\N{MINUS SIGN}", "-"))
        for text in body.locator(".bar-value").all_inner_texts()
    ]
    score = float(body.locator(".bars b").inner_text())
    assert sum(parts) == pytest.approx(score, abs=0.005 * (len(parts) + 1))
    assert all(abs(first) >= abs(second) for first, second in pairwise(parts))
    widths = [bar.bounding_box()["width"] for bar in body.locator(".bar").all()]
    assert widths == sorted(widths, reverse=True)
    assert body.locator(".delta").first.inner_text().startswith("ΔE ")


def test_one_reason_is_open_at_a_time_and_escape_closes_it(visit: Visit, sku: str) -> None:
    visit.product(sku)
    summaries = visit.page.locator(".why summary")
    summaries.nth(0).click()
    summaries.nth(3).click()
    assert visit.page.locator(".why[open]").count() == 1
    visit.page.keyboard.press("Escape")
    assert visit.page.locator(".why[open]").count() == 0


def test_the_color_slider_changes_the_weight_and_with_it_the_list(visit: Visit, sku: str) -> None:
    visit.product(sku)
    before = visit.lookalikes()
    slider = visit.page.get_by_role("slider", name="Color")
    asked, answer = visit.answer_after(lambda: slider.press("End"))
    assert asked["weights"]["color"] > DEFAULT_WEIGHTS["color"]
    assert asked["weights"]["shape"] == DEFAULT_WEIGHTS["shape"]
    after = visit.lookalikes()
    assert after == [one["sku"] for one in answer["recommendations"]]
    assert after != before
    assert slider.get_attribute("aria-valuetext") == "Most of all"


def test_steering_survives_a_reload_and_reset_undoes_it(visit: Visit, sku: str) -> None:
    visit.product(sku)
    before = visit.lookalikes()
    visit.answer_after(lambda: visit.page.get_by_role("slider", name="Overall look").press("Home"))
    steered = visit.lookalikes()
    assert steered != before
    visit.page.reload()
    assert visit.lookalikes() == steered
    assert visit.page.get_by_role("slider", name="Overall look").input_value() == "0"
    visit.answer_after(visit.page.get_by_role("button", name="Reset").click)
    assert visit.lookalikes() == before


def test_limits_of_the_panel_reach_the_question(
    visit: Visit, sku: str, products: list[dict[str, str]]
) -> None:
    rows = {row["sku"]: row for row in products}
    visit.product(sku)
    visit.answer_after(lambda: visit.page.get_by_role("switch", name="In stock").click())
    assert {rows[one]["in_stock"] for one in visit.lookalikes()} == {"true"}
    field = visit.page.get_by_role("spinbutton", name="To price")
    field.fill("60")
    visit.answer_after(lambda: field.press("Enter"))
    assert max(float(rows[one]["price"]) for one in visit.lookalikes()) <= 60


def test_like_this_but_in_another_color_starts_with_that_color(visit: Visit, sku: str) -> None:
    visit.product(sku)
    button = visit.page.locator(".dot-button").nth(2)
    family = button.get_attribute("aria-label").lower()
    asked, answer = visit.answer_after(button.click)
    assert asked["query"] == {
        "type": "product",
        "product_id": sku,
        "but": {"color_family": family},
    }
    shown = [one["visual_attributes"]["color_family"] for one in answer["recommendations"]]
    assert shown[0] == family  # few of a small shop are a bed and white
    assert button.get_attribute("aria-pressed") == "true"


def test_chips_wish_for_cheaper_and_another_pattern_until_tapped_again(
    visit: Visit, sku: str, products: list[dict[str, str]]
) -> None:
    rows = {row["sku"]: row for row in products}
    visit.product(sku)
    before = visit.lookalikes()
    cheaper = visit.page.get_by_role("button", name="Cheaper")
    asked, answer = visit.answer_after(cheaper.click)
    assert asked["query"]["but"] == {"price": "cheaper"}
    prices = [float(rows[one["sku"]]["price"]) for one in answer["recommendations"]]
    assert max(prices) < float(rows[sku]["price"])
    asked, _ = visit.answer_after(visit.page.get_by_role("button", name="Pricier").click)
    assert asked["query"]["but"] == {"price": "pricier"}  # one of a pair at a time
    pattern = visit.page.get_by_role("group", name="Another pattern").get_by_role("button").first
    asked, _ = visit.answer_after(pattern.click)
    assert asked["query"]["but"]["pattern"] == pattern.inner_text().lower()
    steered = visit.lookalikes()
    visit.page.reload()
    assert visit.lookalikes() == steered
    visit.answer_after(visit.page.get_by_role("button", name="Pricier").click)
    visit.answer_after(pattern.click)
    assert visit.lookalikes() == before


def test_every_wish_of_the_panel_is_one_that_the_server_grants(visit: Visit) -> None:
    visit.catalog()
    wishes = visit.page.evaluate('async () => (await import("/storefront/steering.js")).WISHES')
    compared = {name: tuple(words) for name, words in wishes.items() if words}
    assert {name: tuple(sorted(words)) for name, words in compared.items()} == {
        name: tuple(sorted(words)) for name, words in RELATIVE.items()
    }
    assert {name for name, words in wishes.items() if not words} <= set(CHANNEL_OF_ATTRIBUTE)


def test_a_slider_in_its_middle_stands_for_the_default_of_the_server(visit: Visit) -> None:
    visit.catalog()
    weights, middle, ends = visit.page.evaluate(
        """async () => {
            const steering = await import("/storefront/steering.js");
            const middle = steering.diversity(steering.MIDDLE);
            return [steering.DEFAULT_WEIGHTS, middle, [0, 100].map(steering.diversity)];
        }"""
    )
    assert weights == dict(DEFAULT_WEIGHTS)
    assert middle == DEFAULT_DIVERSITY
    assert ends == [0, 1]


def test_the_variants_of_a_product_are_offered_beside_it(
    visit: Visit, sku: str, products: list[dict[str, str]]
) -> None:
    group = next(row["variant_group"] for row in products if row["sku"] == sku)
    others = {row["name"] for row in products if row["variant_group"] == group} - {
        row["name"] for row in products if row["sku"] == sku
    }
    visit.product(sku)
    visit.page.wait_for_selector(".variant-list a")
    links = visit.page.locator(".variant-list a").all()
    assert {link.get_attribute("title") for link in links} == others


@pytest.mark.parametrize("route", ["**/retrieve", "**/products/*"])
def test_a_server_that_fails_is_said_in_its_own_words_and_can_be_asked_again(
    visit: Visit, sku: str, route: str
) -> None:
    problem = {"title": "Unavailable", "status": 503, "code": "unavailable"}
    words = {"detail": "The index is being rebuilt.", "hint": "Try again in a minute."}
    visit.page.route(
        route,
        lambda asked: asked.fulfill(
            status=503, json=problem | words, content_type="application/problem+json"
        ),
    )
    visit.page.goto(f"/#/default/product/{sku}")
    alert = visit.page.get_by_role("alert")
    alert.wait_for()
    assert words["detail"] in alert.inner_text()
    assert words["hint"] in alert.inner_text()
    visit.page.unroute(route)
    visit.page.get_by_role("button", name="Try again").click()
    assert len(visit.lookalikes()) == 12
    assert [error for error in visit.errors if "503" not in error] == []
    visit.errors.clear()  # Chromium itself logs the 503
