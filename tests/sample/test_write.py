"""The written sample shop is a folder that any tool can read back."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from lookalike.sample.shop import sample_shop
from lookalike.sample.write import COLUMNS, write_shop

SIZE_PX = 64


@pytest.fixture(scope="module")
def shop():
    return sample_shop(14, seed=2)


@pytest.fixture(scope="module")
def folder(shop, tmp_path_factory):
    target = tmp_path_factory.mktemp("shop")
    write_shop(shop, target, size_px=SIZE_PX, workers=1)
    return target


@pytest.fixture(scope="module")
def rows(folder):
    with (folder / "catalog.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_catalog_lists_every_product_in_order(shop, rows):
    assert tuple(rows[0]) == COLUMNS
    assert [row["sku"] for row in rows] == [product.sku for product in shop.products]
    assert [row["price"] for row in rows] == [str(product.price) for product in shop.products]


def test_every_listed_image_exists_and_decodes(folder, rows):
    for row in rows:
        for name in row["images"].split("|"):
            with Image.open(folder / name) as picture:
                assert picture.format == "JPEG"
                assert np.asarray(picture).shape == (SIZE_PX, SIZE_PX, 3)


def test_the_truth_names_every_product_image_and_look(shop, folder, rows):
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert truth["seed"] == shop.seed
    assert [look["look_id"] for look in truth["looks"]] == [look.look_id for look in shop.looks]
    for row in rows:
        known = truth["products"][row["sku"]]
        assert [shot["file"] for shot in known["images"]] == row["images"].split("|")
        assert known["price"] == row["price"]
        for shot in known["images"]:
            assert 0 <= shot["main_share"] <= 1


def test_several_workers_write_the_same_bytes_as_one(shop, folder, tmp_path):
    write_shop(shop, tmp_path, size_px=SIZE_PX, workers=2)
    for path in folder.rglob("*.*"):
        assert path.read_bytes() == (tmp_path / path.relative_to(folder)).read_bytes()
