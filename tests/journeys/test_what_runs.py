"""Extractors that are switched off do not run; switched on, they catch up; others' join in."""

import csv
import shutil
import sys
from pathlib import Path

import pytest
from tests.features.brightness_extractor import Brightness

from lookalike import Engine, InvalidInput, Options
from lookalike.domain.where_parsing import parse_where
from lookalike.features import seen

FEW = 5
INSTALLED = """\
[lookalike.extractors]
brightness = tests.features.brightness_extractor:Brightness
"""


@pytest.fixture
def catalog(shop, tmp_path):
    folder = tmp_path / "catalog"
    (folder / "images").mkdir(parents=True)
    with (shop.folder / "catalog.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:FEW]
    for row in rows:
        row["images"] = row["images"].split("|")[0]
        shutil.copy(shop.folder / row["images"], folder / row["images"])
    with (folder / "catalog.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return str(folder / "catalog.csv")


@pytest.fixture
def engine_here(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as engine:
        yield engine


@pytest.fixture
def measured(monkeypatch):
    """How often the pattern was measured."""
    count = []
    guess = seen.pattern_guess
    monkeypatch.setattr(
        seen, "pattern_guess", lambda *args, **kw: (count.append(1), guess(*args, **kw))[1]
    )
    return count


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package beside the environment that brings an extractor by its entry point."""
    folder = tmp_path / "site" / "lookalike_brightness-1.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: lookalike-brightness\n")
    (folder / "entry_points.txt").write_text(INSTALLED)
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder.parent)])


def shown(engine):
    return [one["visual_attributes"] for one in map(dict, documents(engine))]


def documents(engine):
    return [engine.product(one["sku"]).document for one in engine.products().products]


def test_what_is_left_out_is_not_measured_and_what_is_added_later_is(
    engine_here, catalog, measured
):
    first = engine_here.index(catalog, options=Options(extractors=("color",)))
    assert (first.encoded, len(measured)) == (FEW, 0)
    assert all("pattern" not in one for one in shown(engine_here))
    again = engine_here.index(catalog)
    assert (again.encoded, again.reused, len(measured)) == (0, FEW, 0)
    more = engine_here.index(catalog, options=Options(extractors=("color", "pattern")))
    assert (more.encoded, len(measured)) == (FEW, FEW)
    assert all({"color_family", "pattern"} <= one.keys() for one in shown(engine_here))
    everything = shown(engine_here)
    fewer = engine_here.index(catalog, options=Options(extractors=("color",)))
    assert (fewer.encoded, fewer.reused) == (0, FEW)
    back = engine_here.index(catalog, options=Options(extractors=("color", "pattern")))
    assert (back.encoded, back.reused) == (0, FEW)
    assert shown(engine_here) == everything


def test_what_two_collections_measure_of_one_picture_adds_up(engine_here, catalog):
    engine_here.index(catalog, options=Options(extractors=("color",)), collection="colors")
    engine_here.index(catalog, options=Options(extractors=("pattern",)), collection="patterns")
    engine_here.index(catalog, options=Options(extractors=("color",)), collection="colors")
    both = engine_here.index(
        catalog, options=Options(extractors=("color", "pattern")), collection="both"
    )
    assert (both.encoded, both.reused) == (0, FEW)


def test_measured_in_steps_or_at_once_is_the_same(engine_here, catalog, shop, tmp_path):
    for extractors in (("color",), ("color", "pattern", "object", "style")):
        engine_here.index(catalog, options=Options(extractors=extractors))
    with Engine.open(shop.settings(workspace=str(tmp_path / "another"))) as fresh:
        fresh.index(catalog)
        for one, other in zip(documents(engine_here), documents(fresh), strict=True):
            assert one["visual_attributes"] == other["visual_attributes"]
            assert one["components"] == other["components"]


def test_an_installed_extractor_is_named_measured_filtered_and_told(
    engine_here, catalog, installed
):
    chosen = Options(extractors=("color", "brightness"))
    assert engine_here.index(catalog, options=chosen).encoded == FEW
    words = [one["brightness"] for one in shown(engine_here)]
    assert {*words} <= {"bright", "dark"}
    found = engine_here.products(where=parse_where("brightness=dark")).products
    assert len(found) == words.count("dark")
    entry = next(
        one
        for one in engine_here.product(engine_here.products().products[0]["sku"]).ledger
        if one.name == "brightness"
    )
    assert (entry.source, entry.version) == ("image", "brightness@1")
    assert engine_here.index(catalog).encoded == 0  # the collection keeps its choice
    assert "brightness" in shown(engine_here)[0]


def test_a_new_version_of_an_added_extractor_looks_again(
    engine_here, catalog, installed, shop, monkeypatch
):
    chosen = Options(extractors=("color", "brightness"))
    engine_here.index(catalog, options=chosen)
    monkeypatch.setattr(Brightness, "version", "2")
    workspace = str(Path(engine_here.settings.workspace))
    with Engine.open(shop.settings(workspace=workspace)) as later:
        assert later.index(catalog).encoded == FEW


def test_an_extractor_that_is_not_there_is_named_with_those_that_are(
    engine_here, catalog, installed
):
    with pytest.raises(InvalidInput, match="no extractor") as caught:
        engine_here.index(catalog, options=Options(extractors=("brightnes",)))
    assert 'Did you mean "brightness"' in caught.value.hint
    with pytest.raises(InvalidInput, match="comes from the extractor pattern"):
        engine_here.index(
            catalog,
            options=Options(extractors=("brightness",), extract_attributes=("pattern",)),
        )
    with pytest.raises(InvalidInput, match="no attribute"):
        engine_here.index(catalog, options=Options(extract_attributes=("brightness",)))
    assert engine_here.jobs() == ()
