"""`certify` on the sample shop, whose photos are clean: what it measures and what it reports."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from lookalike import Engine, NotFound, Settings
from lookalike.cli.main import cli
from lookalike.domain.filter_parsing import parse_filter
from lookalike.errors import InvalidInput
from lookalike.features.image_fit import encode_jpeg


@pytest.fixture(scope="module")
def certificate(engine):
    return engine.quality().certify(sample=12, seed=3)


def test_every_product_is_tried_with_every_disturbance(certificate):
    assert certificate.products == 12
    assert len(certificate.by_disturbance) == 11
    whole = [one for one in certificate.by_disturbance.values() if one.products == 12]
    assert len(whole) >= 6
    assert certificate.photos == 12 * 11 - 5 * certificate.not_cut_out
    assert certificate.problems == ()


def test_the_sample_shops_products_are_found_whatever_happens_to_their_photos(certificate):
    assert certificate.overall.first.value >= 0.9
    assert certificate.overall.kept["color_family"].value >= 0.8


def test_what_is_reported_follows_from_the_trials(certificate):
    first = sum(trial.rank == 1 for trial in certificate.trials)
    assert certificate.overall.first.value == pytest.approx(first / certificate.photos)
    failing = {trial.sku for trial in certificate.trials if trial.failures}
    assert {worst.sku for worst in certificate.worst} <= failing


def test_one_seed_gives_one_answer(engine, certificate):
    again = engine.quality().certify(sample=12, seed=3)
    assert again.trials == certificate.trials


def test_a_filter_chooses_the_sample_and_an_empty_one_is_told(engine):
    where = parse_filter({"in_stock": True})
    few = engine.quality().certify(sample=2, where=where)
    assert all(engine.product(t.sku).document["in_stock"] for t in few.trials)
    with pytest.raises(NotFound):
        engine.quality().certify(where=parse_filter({"sku": "nothing"}))
    with pytest.raises(InvalidInput, match="0"):
        engine.quality().certify(sample=0)


def test_the_command_writes_its_report(shop, tmp_path):
    out = tmp_path / "report.md"
    place = ["--workspace", str(shop.workspace), "certify", "--sample", "2"]
    done = CliRunner().invoke(cli, [*place, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["products"] == 2
    assert "## By disturbance" in out.read_text()
    table = tmp_path / "trials.csv"
    assert CliRunner().invoke(cli, [*place, "--out", str(table)]).exit_code == 0
    assert len(table.read_text().splitlines()) == told["photos"] + 1


def test_a_photo_that_shows_nothing_once_disturbed_is_a_problem_and_not_the_end(tmp_path):
    """A nearly white picture with one faint corner is blank when it is 20% brighter."""
    folder = tmp_path / "photos"
    folder.mkdir()
    faint = np.full((64, 64, 3), 255, np.uint8)
    faint[:8, :8] = 236
    (folder / "faint.jpg").write_bytes(encode_jpeg(faint, quality=95))
    red = np.full((64, 64, 3), 255, np.uint8)
    red[16:48, 16:48] = (200, 20, 20)
    (folder / "red.jpg").write_bytes(encode_jpeg(red, quality=95))
    with Engine.open(Settings.load({"workspace": str(tmp_path / "workspace")})) as engine:
        engine.index(str(folder))
        report = engine.quality().certify(sample=2)
    assert {one.sku for one in report.problems} == {"faint"}
    assert report.photos > 10
