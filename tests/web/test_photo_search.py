"""Search with a photo: choosing, dropping and pasting it, and the frame around what counts."""

import base64
from functools import partial
from pathlib import Path

import pytest
from visit import LOOKALIKE, Visit, wait_until

HAND_OVER = """
async ([event, data]) => {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "photo.jpg", {type: "image/jpeg"}));
    const handed = event === "paste"
        ? new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true})
        : new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true});
    document.body.dispatchEvent(handed);
}
"""


@pytest.fixture
def product(products: list[dict[str, str]]) -> dict[str, str]:
    return products[5]


@pytest.fixture
def photo(product: dict[str, str], catalog: Path) -> Path:
    """The first picture of a product of the shop."""
    return catalog.parent / product["images"].split("|")[0]


@pytest.mark.parametrize("way", ["choose", "drop", "paste"])
def test_a_photo_of_a_product_finds_that_very_product_first(
    visit: Visit, product: dict[str, str], photo: Path, way: str
) -> None:
    visit.catalog()
    if way == "choose":
        visit.choose_photo(str(photo))
    else:
        data = base64.b64encode(photo.read_bytes()).decode()
        visit.page.evaluate(HAND_OVER, [way, data])
        visit.page.wait_for_selector(f".photo-page {LOOKALIKE}")
    assert visit.lookalikes()[0] == product["sku"]
    assert visit.page.locator(f"{LOOKALIKE} .reason").count() == 12
    assert visit.page.evaluate("document.querySelector('.crop-stage img').naturalWidth") > 0


def test_the_frame_follows_the_arrow_keys_and_narrows_the_search(visit: Visit, photo: Path) -> None:
    visit.catalog()
    visit.choose_photo(str(photo))
    corner = visit.page.get_by_role("button", name="Move the top left corner")
    corner.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        asked, _ = visit.answer_after(partial(corner.press, key))
    crop = asked["query"]["crop"]
    assert crop == pytest.approx({"x": 0.04, "y": 0.02, "width": 0.96, "height": 0.98})
    asked, _ = visit.answer_after(
        visit.page.get_by_role("button", name="Use the whole photo").click
    )
    assert "crop" not in asked["query"]


def test_the_frame_follows_the_pointer_and_stays_inside_the_photo(
    visit: Visit, photo: Path
) -> None:
    visit.catalog()
    visit.choose_photo(str(photo))
    stage = visit.page.locator(".crop-stage").bounding_box()
    middle = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    mouse = visit.page.mouse

    def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=4)
        mouse.up()

    corner = (stage["x"] + stage["width"] - 4, stage["y"] + stage["height"] - 4)
    asked, _ = visit.answer_after(lambda: drag(corner, middle))
    assert asked["query"]["crop"]["width"] == pytest.approx(0.5, abs=0.04)
    inside = (stage["x"] + stage["width"] / 4, stage["y"] + stage["height"] / 4)
    asked, _ = visit.answer_after(lambda: drag(inside, (stage["x"] + 2_000, stage["y"] + 2_000)))
    crop = asked["query"]["crop"]
    assert crop["x"] + crop["width"] == pytest.approx(1)
    assert crop["y"] + crop["height"] == pytest.approx(1)


def test_a_reload_keeps_the_photo_the_frame_and_the_list(visit: Visit, photo: Path) -> None:
    visit.catalog()
    visit.choose_photo(str(photo))
    corner = visit.page.get_by_role("button", name="Move the bottom right corner")
    visit.answer_after(lambda: corner.press("ArrowLeft"))
    before = visit.lookalikes()
    visit.page.reload()
    assert visit.lookalikes() == before
    assert visit.page.locator(".crop-frame").evaluate("one => one.style.width") == "98%"
    wait_until(visit.page, "document.querySelector('.crop-stage img').naturalWidth > 0")


def test_a_file_that_is_no_picture_is_refused_with_a_hint(visit: Visit, tmp_path: Path) -> None:
    visit.catalog()
    text = tmp_path / "photo.jpg"
    text.write_text("not a picture")
    with visit.page.expect_file_chooser() as chooser:
        visit.page.get_by_role("button", name="Search with a photo").click()
    chooser.value.set_files(str(text))
    notice = visit.page.get_by_role("alert")
    notice.wait_for()
    assert len(notice.locator("p").all_inner_texts()) == 2
    visit.page.get_by_role("button", name="Dismiss").click()
    assert notice.count() == 0
    assert [error for error in visit.errors if "status of 4" not in error] == []
    visit.errors.clear()  # Chromium itself logs the refusal
