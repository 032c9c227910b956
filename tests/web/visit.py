"""What a shopper does and sees, in the words of the tests."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

PRODUCTS = 52  # more than two pages of 24, and every list of look-alikes is full
HOSTILE_NAME = "<img src=x onerror=alert(1)>"

CARD = ".card:not(.placeholder)"
LOOKALIKE = f".lookalikes .grid[aria-busy=false] {CARD}"
PATIENCE_MS = 20_000  # two noisy cores; a page is there in well under a second


class Visit:
    """One tab.  `errors` collects what the console complained about, `asked` every address."""

    def __init__(self, page: Any, url: str) -> None:
        """`page` is a Playwright page; it is optional, hence untyped here."""
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.asked: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def _listen(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def catalog(self, tail: str = "") -> None:
        """Open the grid and wait for its first page."""
        self.page.goto(f"/#/default{tail}")
        self.page.wait_for_selector(f".catalog .grid[aria-busy=false] {CARD}")

    def product(self, sku: str, tail: str = "") -> None:
        """Open a product and wait for its look-alikes."""
        self.page.goto(f"/#/default/product/{quote(sku, safe='')}{tail}")
        self.page.wait_for_selector(LOOKALIKE)

    def skus(self, selector: str = CARD) -> list[str]:
        cards = self.page.locator(selector)
        return [sku for sku in cards.evaluate_all("all => all.map(one => one.dataset.sku)") if sku]

    def lookalikes(self) -> list[str]:
        """The skus of the list, once it is up to date."""
        self.page.wait_for_selector(LOOKALIKE)
        return self.skus(LOOKALIKE)

    def answer_after(self, act: Callable[[], object]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Do something that changes the list: the last question it led to, and its answer."""
        with self.page.expect_response("**/retrieve") as waited:
            act()
        answer = waited.value
        self.page.wait_for_selector(LOOKALIKE)
        return answer.request.post_data_json, answer.json()

    def choose_photo(self, path: str) -> None:
        """Pick a file as a shopper does and wait for the list."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Search with a photo").click()
        chooser.value.set_files(path)
        self.page.wait_for_selector(f".photo-page {LOOKALIKE}")


def wait_until(page: Any, expression: str, arg: object = None) -> None:
    """Until a JavaScript expression, or a function of `arg`, holds; at most ten seconds.

    The page's own policy forbids the repeated `eval` of Playwright's `wait_for_function`.
    """
    for _ in range(200):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")
