"""Learning from looks, in the sample shop, whose looks keep to a line and its colors."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from lookalike import Engine, InvalidInput, NotFound, ProductAnchor
from lookalike.cli.evaluate import evaluate
from lookalike.cli.looks import looks
from lookalike.domain.looks import LookAnchor, LookRequest
from lookalike.journeys.looks.models import LookModels
from lookalike.sample.looks import TEMPLATES, harmonious
from lookalike.sample.shop import sample_shop
from tests.conftest import PRODUCTS

MADE = 260


def planted(rng, count):
    """Looks as the sample shop plants them: within a line, a piece for each slot, harmonious."""
    products = sample_shop(PRODUCTS, seed=7).products
    lines = sorted({one.line for one in products})
    found = {}
    while len(found) < count:
        line = lines[int(rng.integers(len(lines)))]
        domain = next(one.domain for one in products if one.line == line)
        templates = TEMPLATES["outfit" if domain == "fashion" else "room"]
        needed, extra = templates[int(rng.integers(len(templates)))]
        pieces = []
        for slot in (*needed, *extra):
            shelf = [one for one in products if one.line == line and one.slot == slot]
            if shelf and (slot in needed or rng.random() < 0.7):
                pieces.append(shelf[int(rng.integers(len(shelf)))])
        if len(pieces) > 2 and harmonious(pieces):
            found[f"L{len(found)}"] = [one.sku for one in pieces]
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("looks")
    rng = np.random.default_rng(11)
    made = planted(rng, MADE)
    skus = [one.sku for one in sample_shop(PRODUCTS, seed=7).products]
    noise = {
        name: rng.choice(skus, len(look), replace=False).tolist() for name, look in made.items()
    }
    parts = {
        "taught": dict(list(made.items())[:200]),
        "held_out": dict(list(made.items())[200:]),
        "noise": noise,
        "few": dict(list(made.items())[:10]),
    }
    for name, part in parts.items():
        (folder / f"{name}.json").write_text(json.dumps(part))
    return {name: str(folder / f"{name}.json") for name in parts}


@pytest.fixture(scope="module")
def settings(shop, tmp_path_factory):
    """A copy of the indexed shop, so that no other test sees what is learned."""
    workspace = tmp_path_factory.mktemp("learned") / "workspace"
    shutil.copytree(shop.workspace, workspace)
    return shop.settings(workspace=str(workspace))


@pytest.fixture
def stylist(settings):
    with Engine.open(settings) as engine:
        yield engine.stylist()


@pytest.fixture(scope="module")
def learned(settings, files):
    """rules, what learning reported, and the figures after it, on looks it never saw."""
    with Engine.open(settings) as engine:
        stylist = engine.stylist()
        before = stylist.evaluate(files["held_out"], times=3)
        report = stylist.learn(files["taught"])
        after = stylist.evaluate(files["held_out"], times=3)
    return before, report, after


def test_planted_looks_are_learnable(learned):
    before, report, after = learned
    assert report.switched_on
    assert report.gain[0] > 0
    assert after.intervals["fitb"][0] > before.fitb + 0.05
    assert after.auc > 0.9


def test_the_report_names_the_figures_before_and_after(learned):
    _, report, _ = learned
    assert report.looks == 200
    assert report.missing == report.alone == 0
    assert set(report.before) == set(report.after) == {"random", "same_category"}
    for figures in (*report.before.values(), *report.after.values()):
        assert set(figures) == {"fitb", "auc"}
    assert 0 < report.share < 1


def test_the_rules_figures_are_a_baseline_and_did_not_change(learned):
    before, _, after = learned
    assert before.learned is None
    assert after.baselines["rules"].fitb == before.fitb
    assert after.baselines["rules"].auc == before.auc


def test_looks_that_were_learned_from_are_counted(learned, stylist, files):
    flattered = stylist.evaluate(files["taught"])
    assert flattered.learned_looks == flattered.n
    _, _, after = learned
    assert after.learned_looks < after.n / 2


def test_every_engine_uses_what_one_learned(learned, settings):
    with Engine.open(settings) as another:
        stylist = another.stylist()
        basis = stylist.basis(stylist.seen().view)
        assert basis.learned is not None
        shelf = another.products(limit=1).products[0]["sku"]
        looks_of = stylist.look(LookRequest((LookAnchor(ProductAnchor(shelf)),)))
        assert looks_of.looks
        assert not any("learned from looks" in one for one in looks_of.degraded)


def test_what_no_looks_hold_is_switched_off_and_the_rules_answer(settings, files, learned):
    with Engine.open(settings) as engine:
        stylist = engine.stylist()
        report = stylist.learn(files["noise"])
        assert not report.switched_on
        assert "The rules answer alone" in report.reason
        assert report.share == 0
        found = stylist.evaluate(files["held_out"], times=3)
        assert found.learned is None
        assert found.fitb == learned[0].fitb
        stylist.learn(files["taught"])  # for the tests that follow, in whatever order


def test_forgetting_brings_the_rules_back_for_every_engine(settings, files, learned):
    with Engine.open(settings) as one, Engine.open(settings) as other:
        one.stylist().learn(files["taught"])
        version = one.stylist().forget()
        assert version > 0
        models = LookModels(other.stylist().collection)
        assert models.newest() is None
        found = one.stylist().evaluate(files["held_out"], times=3)
        assert found.fitb == learned[0].fitb
        with pytest.raises(NotFound):
            one.stylist().forget()
        one.stylist().learn(files["taught"])


def test_maps_of_another_encoder_are_not_used_and_the_answer_says_so(settings, learned):
    with Engine.open(settings) as engine:
        stylist = engine.stylist()
        view = stylist.seen().view
        model, notes = stylist.models.of(view)
        assert model is not None
        assert notes == ()
        model, notes = stylist.models.of(replace(view, fingerprint="another"))
        assert model is None
        assert "looks learn" in notes[0]


def test_too_few_looks_are_refused_with_a_reason(stylist, files):
    with pytest.raises(InvalidInput, match="at least 20"):
        stylist.learn(files["few"])


def test_learning_twice_from_one_file_gives_the_same_figures(stylist, files):
    one, other = stylist.learn(files["taught"]), stylist.learn(files["taught"])
    assert one.after == other.after
    assert other.version == one.version + 1


def test_the_command_line_learns_measures_and_forgets(settings, files):
    def run(command, *arguments):
        done = CliRunner().invoke(command, [*arguments, "--json"], obj=settings)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout.splitlines()[-1])

    assert run(looks, "learn", files["taught"])["switched_on"]
    found = run(evaluate, "looks", files["held_out"], "--negatives", "same_category", "--seed", "3")
    assert found["n"] == MADE - 200 - found["left_out"]
    assert found["intervals"]["fitb"][0] <= found["fitb"] <= found["intervals"]["fitb"][1]
    assert {"random", "similarity", "popularity", "types", "rules"} <= set(found["baselines"])
    assert run(looks, "forget")["forgot"] > 0
    assert run(evaluate, "looks", files["held_out"])["learned"] is None
