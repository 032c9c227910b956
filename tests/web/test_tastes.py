"""Your tastes: seen, muted, paused, downloaded, and everything forgotten with a receipt."""

import json
from pathlib import Path

import pytest
from test_for_you import FEED, pick
from visit import Visit, wait_until

TASTE = ".taste"


@pytest.fixture
def known(visit: Visit) -> Visit:
    """A visitor who took the quiz and went on to their tastes."""
    pick(visit, 4)
    visit.page.get_by_role("link", name="Your tastes").click()
    visit.page.wait_for_selector(TASTE)
    return visit


def shares(visit: Visit) -> list[str]:
    return visit.page.locator(".taste-share").all_inner_texts()


def press(visit: Visit, name: str) -> None:
    visit.page.locator(".rights").evaluate("one => { one.dataset.old = ''; }")
    with visit.page.expect_response("**/controls"):
        visit.page.get_by_role("button", name=name).first.click()
    visit.page.wait_for_selector(".rights:not([data-old])")  # drawn anew


def test_of_nobody_nothing_is_known_and_the_page_says_so(visit: Visit) -> None:
    visit.page.goto("/#/default/tastes")
    visit.page.get_by_text("Nothing is known of you").wait_for()
    assert not [address for address in visit.asked if "/users/" in address]


def test_tastes_are_told_in_words_with_the_pictures_they_come_from(known: Visit) -> None:
    assert "4 things you did here" in known.page.locator(".tastes-said").inner_text()
    words = known.page.locator(".taste h2").all_inner_texts()
    assert words
    assert all(words)
    assert known.page.locator(".taste-pictures img").count() == 4
    assert sum(int(share.split("%")[0]) for share in shares(known)) in range(97, 104)
    wait_until(
        known.page,
        "[...document.querySelectorAll('.taste-pictures img')].every(one => one.naturalWidth > 0)",
    )


def test_a_taste_can_be_muted_and_forgotten(known: Visit) -> None:
    count = known.page.locator(TASTE).count()
    press(known, "Mute ")
    assert "Muted" in shares(known)
    press(known, "Unmute ")
    assert "Muted" not in shares(known)
    press(known, "Forget ")
    assert known.page.locator(TASTE).count() == count - 1


def test_while_paused_the_feed_is_not_personal(known: Visit) -> None:
    press(known, "Pause learning")
    known.page.get_by_text("Paused: nothing is learned").wait_for()
    known.page.goto("/#/default")
    known.page.wait_for_selector(FEED)
    reasons = known.page.locator(".feed-list .reason").all_inner_texts()
    assert not any("because you" in reason.lower() for reason in reasons)
    known.page.goto("/#/default/tastes")
    press(known, "Learn again")
    assert known.page.locator(".tastes-paused").count() == 0


def test_starting_over_asks_first(known: Visit) -> None:
    known.page.get_by_role("button", name="Start over").click()
    assert known.page.locator(TASTE).count() > 0
    press(known, "Really start over?")
    assert known.page.locator(TASTE).count() == 0


def test_all_that_is_kept_can_be_downloaded(known: Visit) -> None:
    with known.page.expect_download() as waited:
        known.page.get_by_role("button", name="Download all of it").click()
    told = json.loads(Path(waited.value.path()).read_text())
    assert [one["kind"] for one in told["events"]] == ["save"] * 4


def test_to_be_forgotten_leaves_nothing_and_gives_a_receipt(known: Visit) -> None:
    user = known.page.evaluate("localStorage.getItem('lookalike-visitor-default')")
    known.page.get_by_role("button", name="Forget me").click()
    with known.page.expect_response(f"**/users/{user}") as waited:
        known.page.get_by_role("button", name="Really forget everything?").click()
    known.page.get_by_text("You are forgotten").wait_for()
    receipt = waited.value.json()
    assert receipt["scan"]["verdict"] == "clean"
    assert user not in known.page.inner_text("body")
    assert known.page.evaluate("localStorage.length") == 0
    with known.page.expect_download() as saved:
        known.page.get_by_role("button", name="Keep the receipt").click()
    assert json.loads(Path(saved.value.path()).read_text()) == receipt
    again = known.page.request.get(f"/v1/collections/default/users/{user}/export")
    assert again.status == 404
