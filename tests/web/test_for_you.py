"""The style quiz, the feed on the start page, and shopping as somebody."""

from visit import Visit

FEED = ".feed-list[aria-busy=false] .card:not(.placeholder)"


def pick(visit: Visit, count: int) -> list[str]:
    """Take the quiz: pick pictures and wait for the feed; returns the skus picked."""
    visit.page.goto("/#/default/quiz")
    visit.page.wait_for_selector(".quiz-tile")
    tiles = visit.page.locator(".quiz-tile")
    picked = []
    for row in range(count):
        tiles.nth(row).click()
        picked.append(tiles.nth(row).get_attribute("data-sku"))
    visit.page.get_by_role("button", name="Show my feed").click()
    visit.page.wait_for_selector(FEED)
    return picked


def test_nobody_is_known_before_they_do_something(visit: Visit) -> None:
    visit.catalog()
    visit.page.wait_for_selector(".feed-invitation")
    visit.product(visit.skus()[0])
    assert not [address for address in visit.asked if "/events" in address or "/users/" in address]
    assert visit.page.evaluate("localStorage.length") == 0


def test_the_quiz_shows_pictures_and_waits_for_a_pick(visit: Visit) -> None:
    visit.page.goto("/#/default/quiz")
    visit.page.wait_for_selector(".quiz-tile")
    done = visit.page.get_by_role("button", name="Show my feed")
    assert visit.page.locator(".quiz-tile").count() == 24
    assert done.is_disabled()
    first = visit.page.locator(".quiz-tile").first
    first.click()
    assert first.get_attribute("aria-pressed") == "true"
    assert done.is_enabled()
    first.click()
    assert done.is_disabled()


def test_picks_become_a_feed_that_says_because_of_which(visit: Visit) -> None:
    picked = pick(visit, 3)
    reasons = visit.page.locator(".feed-list .reason").all_inner_texts()
    assert any("because you saved" in text.lower() for text in reasons)
    assert not set(picked) & set(visit.skus(FEED))


def test_what_is_not_for_me_is_gone_from_the_feed(visit: Visit) -> None:
    pick(visit, 3)
    sku = visit.skus(FEED)[0]
    with visit.page.expect_response("**/feed?*"):
        visit.page.locator(FEED).first.get_by_role("button", name="Do not show").click()
    visit.page.wait_for_selector(FEED)
    assert sku not in visit.skus(FEED)


def test_a_saved_product_shapes_the_feed(visit: Visit) -> None:
    visit.catalog()
    sku = visit.skus()[3]
    visit.product(sku)
    visit.page.get_by_role("button", name="Save", exact=True).click()
    visit.page.get_by_role("button", name="Saved").wait_for()
    visit.page.goto("/#/default")
    visit.page.wait_for_selector(FEED)
    assert sku not in visit.skus(FEED)
    assert visit.page.locator(".feed-list .reason").first.inner_text()


def test_the_shop_can_be_seen_as_somebody_and_left_again(visit: Visit) -> None:
    visit.page.goto("/#/default?as=shopper-001")
    visit.page.wait_for_selector(FEED)
    assert "As shopper-001 sees the shop." in visit.page.locator(".feed-who").inner_text()
    visit.page.get_by_role("button", name="Stop").click()
    visit.page.wait_for_selector(".feed-invitation")
    assert visit.page.evaluate("localStorage.length") == 0
