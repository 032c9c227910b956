"""Planted copies are found, and nothing else is called one."""

import csv
import io
import json

import pytest
from click.testing import CliRunner
from PIL import Image

from lookalike import Engine, Settings
from lookalike.cli.main import cli
from lookalike.errors import InvalidInput


@pytest.fixture(scope="module")
def planted(shop, tmp_path_factory):
    """The sample shop without its variant groups, but with copies of three products."""
    folder = tmp_path_factory.mktemp("copies")
    with (shop.folder / "catalog.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    originals = [row for row in rows if not row["variant_group"]][:3]
    added = []
    for number, row in enumerate(originals):
        source = shop.folder / row["images"].split("|")[0]
        copy = folder / f"copy-{number}.jpg"
        copy.write_bytes(source.read_bytes() if number == 0 else _saved_again(source, number))
        added.append({**row, "sku": f"zz-copy-{number}", "images": str(copy)})
    for row in rows:
        row["images"] = str(shop.folder / row["images"].split("|")[0])
        row["variant_group"] = ""
    catalog = folder / "catalog.csv"
    with catalog.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows + added)
    workspace = folder / "workspace"
    with Engine.open(Settings.load({"workspace": str(workspace)})) as engine:
        done = engine.index(str(catalog), images="/")
        assert done.problems == ()
        yield workspace, engine.quality().duplicates(), [row["sku"] for row in originals]


def _saved_again(source, number):
    picture = Image.open(source)
    if number == 2:
        picture = picture.crop((4, 4, picture.width - 4, picture.height - 4))
    saved = io.BytesIO()
    picture.save(saved, "JPEG", quality=70)
    return saved.getvalue()


def of(found, kind):
    return [{g.sku, *(o.sku for o in g.others)} for g in found.groups if g.kind == kind]


def test_the_same_file_on_two_products_is_the_same_photo(planted):
    _, found, originals = planted
    assert of(found, "same-photo") == [{originals[0], "zz-copy-0"}]


def test_a_copy_saved_again_or_trimmed_is_near_identical_and_nothing_else_is(planted):
    _, found, originals = planted
    expected = [{originals[1], "zz-copy-1"}, {originals[2], "zz-copy-2"}]
    assert sorted(of(found, "near-identical"), key=sorted) == sorted(expected, key=sorted)


def test_suggested_variants_are_mostly_one_design(planted, shop):
    _, found, _ = planted
    pairs = of(found, "variants")
    planted_too = {sku for pair in pairs for sku in pair} - shop.truth.keys()
    assert not planted_too
    designs = [{shop.truth[sku]["design_seed"] for sku in pair} for pair in pairs]
    assert len(pairs) >= 3
    assert sum(len(one) == 1 for one in designs) / len(pairs) >= 0.8


def test_evidence_says_how_alike_and_what_differs(planted):
    _, found, originals = planted
    (photo,) = [group for group in found.groups if group.kind == "same-photo"]
    (copy,) = photo.others
    assert copy.score == pytest.approx(1, abs=1e-5)
    assert copy.similarity["look"] == pytest.approx(1, abs=1e-5)
    assert "name" not in copy.differs
    assert photo.sku == originals[0]


def test_explicit_groups_are_never_reported(engine, shop):
    group_of = {sku: product["variant_group"] for sku, product in shop.truth.items()}
    for group in engine.quality().duplicates().groups:
        named = [group_of[sku] for sku in (group.sku, *(one.sku for one in group.others))]
        named = [name for name in named if name]
        assert len(named) == len(set(named))


def test_only_the_kinds_asked_for_are_told(planted, engine):
    with pytest.raises(InvalidInput, match="twins"):
        engine.quality().duplicates(kinds=["twins"])
    workspace, _, _ = planted
    done = CliRunner().invoke(
        cli, ["--workspace", str(workspace), "duplicates", "--kind", "same-photo", "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert [group["kind"] for group in told["groups"]] == ["same-photo"]


def test_all_groups_are_written_to_a_file(planted, tmp_path):
    workspace, found, _ = planted
    out = tmp_path / "found.csv"
    done = CliRunner().invoke(cli, ["--workspace", str(workspace), "duplicates", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with out.open() as file:
        assert len(list(csv.DictReader(file))) == sum(len(g.others) for g in found.groups)
