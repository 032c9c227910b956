"""What counts of a product: people before the feed, the feed before rules, rules before images."""

import csv
import json
import shutil
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from tests.features import tiny_models

from lookalike import Engine, InvalidInput, NotFound, Options, Product, ProductAnchor, Retrieval
from lookalike.domain.attributes import VISUAL_ATTRIBUTES, believed
from lookalike.domain.features import AttributeValue, ImageFeatures, Swatch
from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.where_parsing import parse_where
from lookalike.journeys.catalog.conflicts import of_product
from lookalike.journeys.catalog.ledger import Told, image_attributes, leading_image, ledger
from lookalike.server.app import create_app
from lookalike.storage.features import IndexedProduct, StoredImage
from lookalike.wire import ledger as wire

FEW = 6


class Catalog:
    """A few products of the sample shop in a folder of their own, with columns to change."""

    def __init__(self, shop, folder):
        (folder / "images").mkdir(parents=True)
        with open(shop.catalog, newline="", encoding="utf-8") as file:  # noqa: PTH123
            rows = [row for row in csv.DictReader(file) if _plain_color(shop, row["sku"])][:FEW]
        for row in rows:
            row["images"] = row["images"].split("|")[0]
            shutil.copy(shop.folder / row["images"], folder / row["images"])
        self.folder, self.rows = folder, rows
        self.path = str(folder / "catalog.csv")
        self.write()

    def write(self):
        with open(self.path, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123
            writer = csv.DictWriter(file, self.rows[0])
            writer.writeheader()
            writer.writerows(self.rows)


def _plain_color(shop, sku):
    """A product whose color nobody mistakes: one strong color all over."""
    truth = shop.truth[sku]
    return truth["pattern"] == "solid" and truth["color_family"] in {"red", "yellow", "blue"}


@pytest.fixture
def catalog(shop, tmp_path):
    return Catalog(shop, tmp_path / "catalog")


@pytest.fixture
def engine_here(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as engine:
        yield engine


def known(engine, sku):
    return believed(engine.product(sku).ledger)


def shown(engine, sku):
    return engine.product(sku).document["visual_attributes"]


def found(engine, clause):
    return {one["sku"] for one in engine.products(where=parse_where(clause)).products}


# On values made by hand


def features(weights=1.0, mask="encoder", **attributes):
    given = {name: AttributeValue(*one) for name, one in attributes.items()}
    return ImageFeatures(
        None, (Swatch("#c02020", weights, "red"),), given, {"mask": mask}, width_px=9, height_px=9
    )


def stored(*images, **fields):
    pictures = tuple(StoredImage(f"{n}", f"{n}", one, None) for n, one in enumerate(images))
    return IndexedProduct(Product("a", **fields), 1, pictures)


RED = ("red", 0.9, {"red": 0.9, "pink": 0.05})
BLUE = ("blue", 0.9, {"blue": 0.9, "green": 0.05})


def test_every_source_stands_in_the_ledger_with_its_evidence():
    one = stored(
        features(color_family=RED, pattern=("solid", 0.9, {"solid": 0.9})),
        name="Striped shirt",
        category="Women > Shirts",
        extra={"colour": "Navy"},
    )
    entries = ledger(one, Told(fingerprint="v1"))
    told = {(entry.name, entry.source): entry for entry in entries}
    assert told["color_family", "feed"].value == "blue"
    assert told["color_family", "feed"].evidence == {
        "column": "colour",
        "said": "Navy",
        "also": "black",
    }
    assert told["color_family", "image"].version == "v1"
    assert told["pattern", "rule"].value == "striped"
    assert believed(entries)["pattern"].source == "rule"
    assert believed(entries)["product_type"].value == "Shirts"


def test_a_title_tells_home_goods_from_what_a_fashion_encoder_sees():
    lamp = stored(features(product_type=("Skirts", 0.9, {"Skirts": 0.9})), name="Oslo table lamp")
    assert believed(ledger(lamp, Told()))["product_type"].value == "lamp"
    shoes = stored(
        features(product_type=("Casual Shoes", 0.9, {"Casual Shoes": 0.9})), name="Red shoes"
    )
    assert believed(ledger(shoes, Told()))["product_type"].value == "Casual Shoes"


def test_the_image_that_shows_the_product_alone_speaks_for_it():
    scene = features(mask="whole", color_family=BLUE)
    packshot = features(mask="border", color_family=RED)
    one = stored(scene, packshot)
    assert leading_image(one) is packshot
    assert image_attributes(one)["color_family"].value == "red"


def test_a_synonym_a_second_meaning_and_a_close_call_are_no_conflicts():
    def contradicted(said, seen):
        one = stored(features(color_family=seen, weights=0.2), extra={"color": said})
        return [conflict.said.value for conflict in of_product(one, Told())]

    assert contradicted("white", BLUE) == ["white"]
    assert contradicted("navy", BLUE) == []
    assert contradicted("teal", BLUE) == []
    assert contradicted("white/blue", BLUE) == []
    assert contradicted("green", ("blue", 0.5, {"blue": 0.5, "green": 0.4})) == []
    assert contradicted("white", ("unknown", 0.9, {"blue": 0.9})) == []
    assert contradicted("white", ("blue", 0.3, {"blue": 0.3})) == []
    assert contradicted("red", BLUE) == ["red"]
    assert contradicted("multi", BLUE) == []  # one swatch of a fifth: it may well be
    large = stored(features(color_family=BLUE, weights=0.4), extra={"color": "red"})
    assert [*of_product(large, Told())] == []  # red is two fifths of the palette


def test_a_fashion_word_does_not_contradict_furniture_nor_a_near_kind():
    def contradicted(said, seen):
        one = stored(features(product_type=(seen, 0.9, {seen: 0.9})), category=said)
        return bool([*of_product(one, Told())])

    assert contradicted("Shirts", "Watches")
    assert not contradicted("Table lamps", "Skirts")
    assert not contradicted("Tops", "Tshirts")
    assert not contradicted("T-shirts", "Tshirts")
    assert not contradicted("Kaftane", "Dresses")


# On the sample shop


def test_the_feeds_color_counts_and_the_picture_stands_beside_it(catalog, engine_here):
    row = catalog.rows[0]
    row["color"] = "snow white"
    catalog.write()
    engine_here.index(catalog.path)
    entry = known(engine_here, row["sku"])["color_family"]
    assert (entry.value, entry.source) == ("white", "feed")
    assert shown(engine_here, row["sku"])["color_family"] == "white"
    assert row["sku"] in found(engine_here, "color_family=white")
    assert row["sku"] in found(engine_here, "color=snow white")
    first = engine_here.quality().conflicts(attribute="color_family")
    assert [one.sku for one in first.conflicts] == [row["sku"]]
    assert first.conflicts[0].palette
    assert first.counts == {"color_family": 1}
    assert first.products == FEW


def test_a_decision_counts_in_the_next_question_and_settles_the_conflict(catalog, engine_here):
    row = catalog.rows[0]
    row["color"] = "snow white"
    catalog.write()
    engine_here.index(catalog.path)
    engine_here.quality().decide_attribute(row["sku"], "color_family", "Green", by="ann")
    assert found(engine_here, "color_family=green") == {row["sku"]}
    asked = Retrieval(
        ProductAnchor(catalog.rows[1]["sku"]), where=parse_filter({"color_family": "green"})
    )
    assert [one.sku for one in engine_here.similar(asked).recommendations] == [row["sku"]]
    entry = known(engine_here, row["sku"])["color_family"]
    assert (entry.value, entry.source, entry.version) == ("green", "human", "ann")
    assert engine_here.quality().conflicts(attribute="color_family").conflicts == ()
    engine_here.quality().forget_attribute(row["sku"], "color_family")
    assert found(engine_here, "color_family=green") == set()
    with pytest.raises(NotFound, match="Nobody has decided"):
        engine_here.quality().forget_attribute(row["sku"], "color_family")


def test_decisions_survive_a_new_run_a_new_encoder_and_other_processes(
    catalog, engine_here, shop, tmp_path
):
    sku = catalog.rows[0]["sku"]
    engine_here.index(catalog.path)
    engine_here.quality().decide_attribute(sku, "pattern", "dotted")
    catalog.rows[1]["price"] = "1.23"
    catalog.write()
    engine_here.index(catalog.path, options=Options(refresh=True))
    assert shown(engine_here, sku)["pattern"] == "dotted"
    model = tmp_path / "tiny.onnx"
    model.write_bytes(tiny_models.model(extra=True))
    model.with_suffix(".json").write_text(tiny_models.card())
    settings = shop.settings(workspace=str(tmp_path / "workspace"), encoder=f"onnx:{model}")
    with Engine.open(settings) as other:
        other.index(catalog.path)
        entry = known(other, sku)["pattern"]
        assert (entry.value, entry.source) == ("dotted", "human")
        assert found(other, "pattern=dotted") >= {sku}


def test_only_words_of_the_vocabulary_can_be_decided(catalog, engine_here):
    engine_here.index(catalog.path)
    sku = catalog.rows[0]["sku"]
    with pytest.raises(InvalidInput, match=r'"gren" is not a value.*Did you mean "green"'):
        engine_here.quality().decide_attribute(sku, "color_family", "gren")
    with pytest.raises(InvalidInput, match='Did you mean "pattern"'):
        engine_here.quality().decide_attribute(sku, "patern", "solid")
    with pytest.raises(InvalidInput, match="forget it"):
        engine_here.quality().decide_attribute(sku, "pattern", "unknown")
    with pytest.raises(NotFound, match="no product"):
        engine_here.quality().decide_attribute("nothing", "pattern", "solid")
    engine_here.quality().decide_attribute(sku, "product_type", "Loungewear")
    assert shown(engine_here, sku)["product_type"] == "Loungewear"


def test_a_column_can_be_named_for_an_attribute_and_stays_a_field(catalog, engine_here):
    for row in catalog.rows:
        row["shade_of_supplier"] = "lemon"
        row["color"] = ""
    catalog.write()
    engine_here.index(catalog.path, mapping={"color_family": "shade_of_supplier"})
    everything = {row["sku"] for row in catalog.rows}
    assert found(engine_here, "color_family=yellow") == everything
    assert found(engine_here, "shade_of_supplier=lemon") == everything
    with pytest.raises(InvalidInput, match='no column "shade"'):
        engine_here.index(catalog.path, mapping={"color_family": "shade"})
    with pytest.raises(InvalidInput, match='Did you mean "pattern"'):
        engine_here.index(catalog.path, mapping={"patern": "color"})


def test_a_collection_keeps_the_attributes_it_was_told_to(catalog, engine_here):
    engine_here.index(catalog.path, options=Options(extract_attributes=("color_family",)))
    sku = catalog.rows[0]["sku"]
    assert set(shown(engine_here, sku)) == {"color_family", "accent_colors"}
    again = engine_here.index(catalog.path)
    assert set(shown(engine_here, sku)) == {"color_family", "accent_colors"}
    more = engine_here.index(catalog.path, options=Options(extract_attributes=("all",)))
    assert more.generation > again.generation
    assert set(shown(engine_here, sku)) > {"color_family", "pattern", "product_type"}
    engine_here.index(catalog.path, options=Options(extractors=("image-embedding",)))
    assert shown(engine_here, sku) == {}
    with pytest.raises(InvalidInput, match="no extractor"):
        engine_here.index(catalog.path, options=Options(extractors=("colors!",)))


def test_words_that_no_table_knows_are_counted(catalog, engine_here):
    for row in catalog.rows[:2]:
        row["color"] = "Misty lagoon"
    catalog.write()
    engine_here.index(catalog.path)
    words = engine_here.quality().unknown_words()
    assert [(one.word, one.count) for one in words] == [("lagoon", 2), ("misty", 2)]


def test_documents_agree_with_the_ledger_of_every_product(engine):
    for one in engine.products(limit=500).products:
        entries = engine.product(one["sku"]).ledger
        told = {name: entry.value for name, entry in believed(entries).items()}
        assert told == {k: v for k, v in one["visual_attributes"].items() if k != "accent_colors"}
        assert [a["name"] for a in wire.attributes(entries)] == [
            name for name in VISUAL_ATTRIBUTES if name in told
        ]


def test_http_gives_decides_and_forgets_an_attribute(catalog, engine_here):
    engine_here.index(catalog.path)
    sku = catalog.rows[0]["sku"]
    here = "/v1/collections/default"
    with TestClient(create_app(engine_here)) as client:
        place = f"{here}/products/{sku}/attributes/color_family"
        before = client.get(place).json()
        assert before["source"] == "feed"
        assert "image" in {one["source"] for one in before["others"]}
        put = client.put(place, json={"value": "green", "by": "ann"}).json()
        assert (put["value"], put["source"]) == ("green", "human")
        product = client.get(f"{here}/products/{sku}").json()
        assert product["attributes"][0] == put
        assert product["visual_attributes"]["color_family"] == "green"
        assert client.delete(place).status_code == 204
        assert client.get(place).json() == before
        assert client.delete(place).status_code == 404
        assert client.put(place, json={"value": "gren"}).status_code == 422
        conflicts = client.get(f"{here}/conflicts?attribute=color_family").json()
        expected = engine_here.quality().conflicts(attribute="color_family")
        assert conflicts == json.loads(json.dumps(wire.conflicts(expected, "default")))
        assert client.get(f"{here}/conflicts?attribute=colour").status_code == 422
        assert client.get(f"{here}/unknown-words").json() == {"unknown_words": []}
        body = {"bucket_uri": catalog.path, "extractors": ["colour"]}
        assert client.post(f"{here}/connect", json=body).status_code == 422


def test_a_ledger_does_not_change_what_it_was_given():
    one = stored(features(color_family=RED), features(color_family=BLUE))
    before = replace(one)
    ledger(one, Told())
    assert one == before
