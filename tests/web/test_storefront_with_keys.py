"""The storefront of a service that asks for keys."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from visit import CARD, Visit, wait_until

from lookalike.domain.access import Grants, scopes_of
from lookalike.engine import Engine
from lookalike.server.app import served_app
from lookalike.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def guarded(
    catalog: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, str]]:
    """(address of a page with a key of its own, of one without, a key to give)."""
    workspace = str(tmp_path_factory.mktemp("guarded"))
    settings = replace(Settings(), workspace=workspace)
    with Engine.open(settings) as engine:
        engine.index(str(catalog))
        public = engine.access.create(
            "page", Grants(scopes_of(["storefront"]), origins=("https://shop.example",))
        )
        private = engine.access.create("me", Grants(scopes_of(["admin"])))
    with (
        Engine.open(replace(settings, storefront_key=public.secret)) as with_key,
        Engine.open(settings) as without,
    ):
        servers, urls = [], []
        for engine in (with_key, without):
            app = served_app(engine, "127.0.0.1")
            config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")
            listening = config.bind_socket()
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
            thread.start()
            servers.append((server, thread, listening))
            urls.append(f"http://127.0.0.1:{listening.getsockname()[1]}")
        yield urls[0], urls[1], private.secret
        for server, thread, listening in servers:
            server.should_exit = True
            thread.join()
            listening.close()


@pytest.fixture
def visiting(browser: "Browser") -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    yield Visit(context.new_page(), "")
    context.close()


def test_a_page_with_a_key_of_its_own_shows_the_shop_and_its_pictures(
    visiting: Visit, guarded: tuple[str, str, str]
) -> None:
    page = visiting.page
    page.goto(guarded[0])
    page.wait_for_selector(f".catalog .grid[aria-busy=false] {CARD}")
    wait_until(page, "document.querySelector('.grid img').naturalWidth > 0")
    page.locator(CARD).first.click()
    page.wait_for_selector(".lookalikes .grid[aria-busy=false] .card:not(.placeholder)")
    assert visiting.errors == []


def test_a_page_without_a_key_asks_for_one_and_keeps_it_for_the_visit(
    visiting: Visit, guarded: tuple[str, str, str]
) -> None:
    page = visiting.page
    page.goto(guarded[1])
    page.get_by_label("API key").fill("lk_wrong")
    page.get_by_role("button", name="Open the shop").click()
    page.get_by_label("API key").fill(guarded[2])  # it is asked for again
    page.get_by_role("button", name="Open the shop").click()
    page.wait_for_selector(f".catalog .grid[aria-busy=false] {CARD}")
    page.reload()
    page.wait_for_selector(f".catalog .grid[aria-busy=false] {CARD}")
    assert all("401" in one for one in visiting.errors)
    assert guarded[2] not in "".join(visiting.asked)
