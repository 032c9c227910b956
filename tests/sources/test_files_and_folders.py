"""Images and catalogues as files: folders, links, pipes, paths that lead astray; Parquet."""

import datetime
import os
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from outcomes import split

from lookalike.errors import InvalidInput, NotFound
from lookalike.sources.catalog import open_source
from lookalike.sources.images import LocalImages
from lookalike.sources.protocol import FetchProblem, FetchRefused


def touch(path, data=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.fixture
def shop(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    return root


def test_a_file_is_a_product_and_a_sub_folder_is_one_with_several_images(shop):
    for name in ["b.jpg", "a.PNG", "K9/10.jpg", "K9/2.jpg", "Women/Dresses/D1/x.webp", "notes.txt",
                 ".hidden.jpg", ".cache/y.jpg", "__MACOSX/z.jpg"]:  # fmt: skip
        touch(shop / name)
    products, problems = split(open_source(shop))
    assert problems == []
    assert [(product.sku, product.category) for product in products] == [
        ("a", None), ("b", None), ("K9", None), ("D1", "Women > Dresses"),
    ]  # fmt: skip
    assert products[2].images == (str(shop / "K9/2.jpg"), str(shop / "K9/10.jpg"))


def test_a_folder_of_classes_is_reported_not_read_as_one_product(shop):
    for number in range(101):
        touch(shop / f"Dresses/{number}.jpg")
    touch(shop / "K9/1.jpg")
    products, [problem] = split(open_source(shop))
    assert [product.sku for product in products] == ["K9"]
    assert problem.code == "many_images"
    assert problem.skipped
    assert "CSV" in problem.message


def test_two_folders_of_one_name_are_not_merged(shop):
    touch(shop / "A/S1/1.jpg")
    touch(shop / "B/S1/1.jpg")
    touch(shop / "S1.png")
    products, problems = split(open_source(shop))
    assert [product.sku for product in products] == ["S1"]
    assert [problem.code for problem in problems] == ["duplicate_sku"] * 2


def test_links_that_leave_the_folder_or_turn_in_circles_are_problems(shop, tmp_path):
    secret = touch(tmp_path / "secret.jpg")
    touch(shop / "a.jpg")
    (shop / "inside.jpg").symlink_to(shop / "a.jpg")
    (shop / "outside.jpg").symlink_to(secret)
    (shop / "gone.jpg").symlink_to(shop / "nothing.jpg")
    (shop / "self.jpg").symlink_to(shop / "self.jpg")
    (shop / "circle").symlink_to(shop)
    (shop / "up").symlink_to(tmp_path)
    os.mkfifo(shop / "pipe.jpg")
    products, problems = split(open_source(shop))
    assert [product.sku for product in products] == ["a", "inside"]
    assert {Path(problem.location).name: problem.code for problem in problems} == {
        "outside.jpg": "outside_root", "gone.jpg": "unreadable", "self.jpg": "unreadable",
        "circle": "link_not_followed", "up": "link_not_followed", "pipe.jpg": "not_a_file",
    }  # fmt: skip


def test_file_names_that_are_no_text_are_problems(shop):
    touch(shop / "good.jpg")
    touch(shop / "line\nend.jpg")
    touch(shop / os.fsdecode(b"\xff\xfe.jpg"))
    products, problems = split(open_source(shop))
    assert [product.sku for product in products] == ["good"]
    assert [problem.code for problem in problems] == ["bad_sku", "bad_sku"]
    for problem in problems:
        (problem.message + problem.location).encode()


def test_a_folder_without_images_is_refused(shop):
    touch(shop / "readme.txt")
    with pytest.raises(InvalidInput, match="holds no images"):
        open_source(shop)


def test_a_folder_with_a_catalog_file_is_read_by_that_file(shop):
    touch(shop / "catalog.csv", b"id,image\nhat,images/a.jpg\n")
    touch(shop / "images/a.jpg")
    for location in (shop, f"file://{shop}", f"file://localhost{shop}/catalog.csv"):
        [product], problems = split(open_source(location, mapping={"sku": "id"}))
        assert (product.sku, problems) == ("hat", [])
        assert product.images == (str(shop / "images/a.jpg"),)


def test_images_straight_in_a_folder_count_more_than_a_file_beside_them(shop):
    touch(shop / "catalog.csv", b"id,image\nhat,a.jpg\n")
    touch(shop / "a.jpg")
    assert [product.sku for product in split(open_source(shop))[0]] == ["a"]


def test_one_image_a_product_makes_every_file_of_a_folder_a_product(shop):
    touch(shop / "top.jpg")
    touch(shop / "shoes/boots/1.jpg")
    touch(shop / "shoes/boots/2.jpg")
    products, _ = split(open_source(shop, multiple_images=False, mapping={"sku": "whatever"}))
    assert [(one.sku, one.category, len(one.images)) for one in products] == [
        ("top", None, 1),
        ("1", "shoes > boots", 1),
        ("2", "shoes > boots", 1),
    ]


def test_one_image_a_product_keeps_the_first_of_a_table(shop):
    touch(shop / "c.csv", b"sku,image\nhat,a.jpg|b.jpg\ncap,c.jpg\n")
    source = open_source(shop / "c.csv", multiple_images=False)
    assert [[Path(image).name for image in one.images] for one in split(source)[0]] == [
        ["a.jpg"],
        ["c.jpg"],
    ]


def test_what_lies_elsewhere_is_read_only_where_copies_are_kept(shop):
    for location in ("s3://catalog/images/", "https://shop.example/feed.xml", "file://host/c.csv"):
        with pytest.raises(InvalidInput, match="not read here"):
            open_source(location)


def test_a_missing_file_names_the_nearest(shop):
    touch(shop / "catalogue.csv")
    with pytest.raises(NotFound, match=r"Did you mean .*catalogue\.csv"):
        open_source(shop / "catalog.csv")
    with pytest.raises(NotFound):
        open_source(shop / "no\0name")
    with pytest.raises(NotFound):
        open_source("x" * 5000)
    with pytest.raises(InvalidInput, match="not read here"):
        open_source("https://shop.example/feed.csv")


def test_a_missing_images_folder_names_the_nearest(shop):
    touch(shop / "photos/a.jpg")
    touch(shop / "c.csv", b"sku,image\na,a.jpg\n")
    with pytest.raises(NotFound, match=r"Did you mean .*photos"):
        open_source(shop / "c.csv", images_root=shop / "photo")
    [product], _ = split(open_source(shop / "c.csv", images_root=shop / "photos"))
    assert product.images == (str(shop / "photos/a.jpg"),)


def test_a_source_can_be_read_twice_and_hints_at_its_size(shop):
    text = "sku,image,text\n" + "".join(f"s{i},{i}.jpg,some words\n" for i in range(9000))
    source = open_source(touch(shop / "c.csv", text.encode()))
    assert [*source.products()] == [*source.products()]
    assert source.count_hint() == pytest.approx(9000, rel=0.1)
    assert source.mapping == {"sku": ("sku",), "image": ("image",)}
    assert source.images_root == str(shop)


def test_rows_below_a_product_without_a_name_add_its_images(read):
    products, problems = read(
        "Handle,Title,Image Src\nhat,Hat,1.jpg\nhat,,2.jpg\nhat,,\ncap,Cap,3.jpg\nhat,,4.jpg\n"
    )
    assert [len(product.images) for product in products] == [2, 1]
    assert [(problem.line, problem.code) for problem in problems] == [(6, "duplicate_sku")]


def test_other_columns_are_kept_as_they_are(read):
    [product], _ = read(
        '{"id": 7, "image": ["a.jpg", "b.jpg"], "title": "T", "name": "other", "size": 4,'
        ' "ok": true, "tags": ["x", "y"], "none": null, "blank": "", "deep": {"a": {"b": 1.5}},'
        ' "big": 12345678901234567890}\n',
        "c.jsonl",
        mapping={"name": "title"},
    )
    assert product.sku == "7"
    assert [Path(image).name for image in product.images] == ["a.jpg", "b.jpg"]
    assert product.extra == {
        "name_column": "other", "size": 4, "ok": True, "tags": ("x", "y"), "deep.a.b": 1.5,
        "big": "12345678901234567890",
    }  # fmt: skip


def test_parquet_keeps_types(shop):
    table = pyarrow.table({
        "id": [1.0, 2.0, 3.0],
        "images": [["a.jpg", "b.jpg"], ["c.jpg"], []],
        "price": [Decimal("9.90"), None, Decimal("-1.00")],
        "day": [datetime.date(2026, 1, 2), None, None],
        "at": pyarrow.array([1_700_000_000_123_456_789] * 3, pyarrow.timestamp("ns")),
        "clock": pyarrow.array([5] * 3, pyarrow.time64("ns")),
        "score": [0.5, float("nan"), 2.0],
        "raw": [b"x", None, None],
    })  # fmt: skip
    pyarrow.parquet.write_table(table, shop / "c.parquet")
    source = open_source(shop / "c.parquet")
    products, problems = split(source)
    assert source.count_hint() == 3
    assert [product.sku for product in products] == ["1", "2", "3"]
    assert [product.price for product in products] == [Decimal("9.90"), None, None]
    assert [len(product.images) for product in products] == [2, 1, 0]
    assert products[0].extra["day"] == "2026-01-02"
    assert products[0].extra["at"].startswith("2023-11-14T22:13:20")
    assert "score" not in products[1].extra
    assert [(problem.line, problem.code) for problem in problems] == [
        (1, "nested_value"), (3, "bad_price"), (3, "no_image"),
    ]  # fmt: skip


def test_parquet_that_breaks_off_stops_the_run_so_that_nothing_looks_removed(shop):
    table = pyarrow.table({"sku": [f"s{i}" for i in range(20_000)], "image": ["a.jpg"] * 20_000})
    pyarrow.parquet.write_table(table, shop / "c.parquet", row_group_size=5000)
    data = bytearray((shop / "c.parquet").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = b"\xff" * 2000
    (shop / "c.parquet").write_bytes(data)
    with pytest.raises(InvalidInput, match="cannot be read"):
        split(open_source(shop / "c.parquet"))


@pytest.fixture
def images(shop, tmp_path):
    touch(tmp_path / "secret.jpg")
    touch(tmp_path / "shop-other/a.jpg")
    touch(shop / "a.jpg", b"picture")
    touch(shop / "empty.jpg", b"")
    touch(shop / "large.jpg", b"x" * 2000)
    touch(shop / "deep/b.jpg", b"deep")
    (shop / "inside.jpg").symlink_to("a.jpg")
    (shop / "outside.jpg").symlink_to(tmp_path / "secret.jpg")
    (shop / "self.jpg").symlink_to("self.jpg")
    (shop / "null.jpg").symlink_to("/dev/zero")
    os.mkfifo(shop / "pipe.jpg")
    return LocalImages(shop, max_bytes=1000)


def test_files_below_the_root_are_read(images, shop):
    assert images.read("a.jpg") == b"picture"
    assert images.read(str(shop / "a.jpg")) == b"picture"
    assert images.read("deep/../inside.jpg") == b"picture"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("none.jpg", "missing"),
        ("deep/none/b.jpg", "missing"),
        ("../secret.jpg", "outside_root"),
        ("../../../../../../etc/passwd", "outside_root"),
        ("deep/../../secret.jpg", "outside_root"),
        ("../shop-other/a.jpg", "outside_root"),
        ("/etc/passwd", "outside_root"),
        ("/dev/zero", "outside_root"),
        ("/proc/self/environ", "outside_root"),
        ("outside.jpg", "outside_root"),
        ("null.jpg", "outside_root"),
        ("pipe.jpg", "not_a_file"),
        ("deep", "not_a_file"),
        ("", "not_a_file"),
        (".", "not_a_file"),
        ("a.jpg/b.jpg", "unreadable"),
        ("self.jpg", "unreadable"),
        ("a\0.jpg", "unreadable"),
        ("x" * 300 + ".jpg", "unreadable"),
        ("y/" * 3000, "unreadable"),
        ("\udcff.jpg", "missing"),
        ("file:///etc/passwd", "bad_scheme"),
        ("s3://bucket/a.jpg", "bad_scheme"),
        ("data:image/png;base64,AAAA", "bad_scheme"),
        ("large.jpg", "too_many_bytes"),
        ("empty.jpg", "empty"),
    ],
)
def test_every_other_path_has_one_clear_outcome(images, location, reason):
    with pytest.raises(FetchProblem) as raised:
        images.read(location)
    assert (raised.value.reason, type(raised.value)) == (reason, FetchRefused)
    raised.value.message.encode()
    images.stamp(location)  # never raises


def test_a_stamp_changes_with_the_file(images, shop):
    before = images.stamp("a.jpg")
    assert before == images.stamp(str(shop / "a.jpg"))
    touch(shop / "a.jpg", b"another")
    os.utime(shop / "a.jpg", ns=(1, 1))
    assert images.stamp("a.jpg") != before
    assert images.stamp("none.jpg") is None
    assert images.stamp("../secret.jpg") is None
