"""From catalogue rows to labels and packs."""

import csv

import numpy as np
import pytest
from PIL import Image

from encoder_training.name_words import material_of, pattern_of, words
from encoder_training.packs import Photo, decode, read_packs, write_packs
from encoder_training.photo_labels import PhotoLabels
from encoder_training.prepare import prepare
from encoder_training.problems import TrainingError
from encoder_training.sources.catalog import is_held_out, product_types, read_manifest
from encoder_training.vocabulary import MATERIALS, PATTERNS, Classes, read_classes


def patterns_in(name, product_type="Shirts", category="apparel"):
    numbers, weight = pattern_of(words(name), product_type, category)
    return [PATTERNS[number] for number in numbers], weight


def test_a_word_of_the_name_tells_the_pattern():
    assert patterns_in("Men Striped Blue Shirt") == (["striped"], 1.0)
    assert patterns_in("Checked and Striped Shirt") == (["striped", "checked"], 0.5)


def test_printed_means_a_graphic_on_a_t_shirt_and_many_things_elsewhere():
    assert patterns_in("Printed Tee", "Tshirts") == (["graphic"], 1.0)
    several, _ = patterns_in("Printed Dress", "Dresses")
    assert {"graphic", "floral", "abstract"} <= set(several)


def test_a_check_outside_apparel_is_no_pattern():
    assert patterns_in("Check Watch", "Watches", "accessories") == ([], 0.0)


def test_a_named_material_outweighs_the_usual_one_of_the_type():
    assert material_of(["leather", "jeans"], "Jeans", "Black") == (MATERIALS.index("leather"), 1.0)
    assert material_of([], "Jeans", "Black") == (MATERIALS.index("denim"), 1.0)
    assert material_of([], "Candles", "Black") == (-1, 0.0)


def test_ids_ending_in_seven_are_held_out_and_other_ids_by_a_fixed_hash():
    assert [n for n in range(30) if is_held_out(str(n))] == [7, 17, 27]
    names = [f"sku-{n}" for n in range(1000)]
    assert 60 < sum(is_held_out(name) for name in names) < 140


def test_a_type_needs_eighteen_training_photos():
    rows = [{"id": f"{n}0", "articleType": "Shirts"} for n in range(18)]
    rows += [{"id": f"{n}0", "articleType": "Rare"} for n in range(17)]
    rows += [{"id": f"{n}7", "articleType": "Rare"} for n in range(9)]
    assert product_types(rows) == ["Shirts"]


def test_a_manifest_without_a_required_column_is_refused_by_name(tmp_path):
    (tmp_path / "manifest.csv").write_text("id,name\n1,x\n")
    with pytest.raises(TrainingError, match="articleType"):
        read_manifest(tmp_path)


def photo_file(path, size=(60, 80), color=(200, 30, 30)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path)
    return path


def test_packs_give_back_photos_and_labels_and_tell_what_they_left_out(tmp_path):
    labels = [
        PhotoLabels(source="catalog", id=str(n), split="train", types=(n,), name_words=("red",))
        for n in range(3)
    ]
    paths = [photo_file(tmp_path / f"{n}.png") for n in range(2)] + [tmp_path / "missing.png"]
    photos = [
        Photo(path, label, side_px=96, quality=90)
        for path, label in zip(paths, labels, strict=True)
    ]
    told = []
    write_packs(photos, tmp_path, "catalog-train", told.append)
    blobs, read = read_packs(tmp_path, "catalog-train")
    assert read == labels[:2]
    assert len(blobs) == 2
    assert any("1 missing" in line and "missing.png" in line for line in told)


def test_decoded_photos_lie_centered_on_white(tmp_path):
    labels = PhotoLabels(source="catalog", id="1", split="train")
    files = [photo_file(tmp_path / "1.png"), photo_file(tmp_path / "2.png", (80, 60))]
    photos = [Photo(file, labels, side_px=96, quality=90) for file in files]
    write_packs(photos, tmp_path, "x-train", lambda _: None)
    (tall, wide), sizes = decode(read_packs(tmp_path, "x-train")[0], 80)
    assert tall.shape == wide.shape == (3, 80, 80)
    assert sizes.tolist() == [[60, 80], [80, 60]]
    for margin in (tall[:, :, :10], tall[:, :, -10:], wide[:, :10], wide[:, -10:]):
        assert (margin == 255).all()
    assert np.abs(tall[:, 40, 40].astype(int) - [200, 30, 30]).max() < 10


@pytest.fixture
def own_catalog(tmp_path):
    """Twenty lamps and two held out, as a shop without fashion would bring them."""
    folder = tmp_path / "data" / "catalog"
    rows = [
        {"id": f"lamp-{n}", "articleType": "Lamps", "masterCategory": "Lighting"} for n in range(40)
    ]
    for row in rows:
        photo_file(folder / "images" / f"{row['id']}.png", (200, 100))
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path / "data"


def test_a_catalog_alone_is_enough_and_large_photos_are_packed_in_both_sizes(own_catalog):
    packs = own_catalog.parent / "packs"
    prepare(own_catalog, packs, lambda _: None)
    small, large = (read_packs(packs, f"{s}-train")[1] for s in ("catalog", "catalog_large"))
    assert len(small) == len(large) > 20
    assert read_classes(packs).product_type == ("Lamps",)
    assert {photo.category for photo in small} == {-1}


def test_a_shop_may_bring_its_own_categories(own_catalog):
    (own_catalog / "classes.json").write_text('{"category": ["Lighting", "Seating"]}')
    packs = own_catalog.parent / "packs"
    prepare(own_catalog, packs, lambda _: None)
    assert read_classes(packs).category == ("lighting", "seating")
    assert {photo.category for photo in read_packs(packs, "catalog-train")[1]} == {0}


def test_classes_tied_to_drawing_code_cannot_be_replaced(own_catalog):
    (own_catalog / "classes.json").write_text('{"pattern": ["wavy"]}')
    with pytest.raises(TrainingError, match="pattern"):
        prepare(own_catalog, own_catalog.parent / "packs", lambda _: None)


def test_classes_survive_a_trip_through_json():
    classes = Classes(product_type=("a", "b"), fine=("c",))
    assert Classes.from_mapping(classes.to_mapping()) == classes
