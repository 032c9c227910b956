"""A real server on a small sample shop, and a headless Chromium that visits it."""

import csv
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from chromium import QUIET, chromium
from visit import HOSTILE_NAME, PRODUCTS, Visit

from lookalike.engine import Engine
from lookalike.sample.shop import sample_shop
from lookalike.sample.write import write_shop
from lookalike.server.app import create_app
from lookalike.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURE_PX = 160  # a quarter of the time to draw and to encode; enough to tell products apart


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample shop on disk; its first product carries a name that is an attack."""
    folder = tmp_path_factory.mktemp("shop")
    write_shop(sample_shop(PRODUCTS), folder, size_px=PICTURE_PX, workers=1)
    path = folder / "catalog.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows[0]["name"] = HOSTILE_NAME
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def products(catalog: Path) -> list[dict[str, str]]:
    """The rows of the catalog as the merchant wrote them."""
    with catalog.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def storefront_url(catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the storefront answers, on a free port of the loopback."""
    workspace = str(tmp_path_factory.mktemp("workspace"))
    with Engine.open(replace(Settings(), workspace=workspace)) as engine:
        engine.index(str(catalog))
        config = uvicorn.Config(create_app(engine), host="127.0.0.1", port=0, log_level="error")
        listening = config.bind_socket()
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            listening.close()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no playwright; install it: pip install 'lookalike[test]'"
    )
    path = chromium()
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: "Browser", storefront_url: str) -> Iterator[Visit]:
    """A fresh shopper with an empty history; any error on the console fails the test."""
    context = browser.new_context(
        base_url=storefront_url,
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
        locale="en-US",
    )
    visit = Visit(context.new_page(), storefront_url)
    yield visit
    context.close()
    assert visit.errors == []
