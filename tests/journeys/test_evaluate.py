"""What an evaluation promises, on the sample shop, whose truth is known."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from lookalike import Engine, InvalidInput, NotFound, ProductAnchor, Retrieval, Settings
from lookalike.cli.evaluate import evaluate
from lookalike.domain.evaluation import LabelColumn
from lookalike.domain.filter_parsing import parse_filter
from lookalike.journeys.catalog.ledger import image_attributes


def write(path, rows, header=("sku", "label")):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


@pytest.fixture
def labels(shop, tmp_path):
    """A file with a field of the truth, of all products or of those that `keep` names."""

    def written(field, *, keep=lambda _: True):
        rows = [(sku, one[field]) for sku, one in shop.truth.items() if keep(sku)]
        return LabelColumn(write(tmp_path / f"{field}.csv", rows), "label")

    return written


@pytest.fixture
def run(shop):
    def running(*arguments):
        return CliRunner().invoke(evaluate, arguments, obj=shop.settings())

    return running


def naive_retrieval(engine, truth, weights):
    """From the lists that a shopper gets: sku -> whether each of ten places is relevant."""
    found = {}
    for sku, label in truth.items():
        relevant = sum(other == label for other in truth.values()) - 1
        if not relevant:
            continue
        answer = engine.similar(
            Retrieval(
                ProductAnchor(sku),
                limit=500,
                diversity=0,
                collapse_variants=False,
                explain=False,
                weights=weights,
            )
        )
        shown = [one.sku for one in answer.recommendations if one.sku in truth][:10]
        hits = [truth[other] == label for other in shown]
        precision = [sum(hits[: place + 1]) / (place + 1) for place in range(len(hits))]
        mean = sum(p for p, hit in zip(precision, hits, strict=True) if hit) / min(relevant, 10)
        found[sku] = (float(hits[0]), sum(hits) / 10, mean)
    return found


@pytest.mark.parametrize(
    ("field", "weights"),
    [("product_type", None), ("color_family", {"color": 1.0, "look": -0.2})],
)
def test_retrieval_scores_the_lists_that_are_served(engine, shop, labels, field, weights):
    some = set(sorted(shop.truth)[::3]) if weights else set(shop.truth)
    truth = {sku: one[field] for sku, one in shop.truth.items() if sku in some}
    expected = naive_retrieval(engine, truth, weights)
    asked = labels(field, keep=some.__contains__)
    found = engine.quality().evaluate_retrieval(asked, weights=weights)
    assert (found.n, found.candidates) == (len(expected), len(truth))
    assert found.left_out.alone == len(truth) - len(expected)
    means = np.mean(list(expected.values()), axis=0)
    assert [found.p_at_1, found.p_at_10, found.map_at_10] == pytest.approx(means)
    by_sku = {one.sku: one.scores for one in found.items}
    assert {sku: (s["p_at_1"], s["p_at_10"], s["map_at_10"]) for sku, s in by_sku.items()} == {
        sku: pytest.approx(scores) for sku, scores in expected.items()
    }
    for low, high in found.intervals.values():
        assert 0 <= low <= high <= 1
    assert found.intervals["p_at_1"][0] < found.p_at_1 < found.intervals["p_at_1"][1]


def test_per_label_scores_average_to_the_whole_and_to_the_macro_mean(engine, labels):
    found = engine.quality().evaluate_retrieval(labels("product_type"))
    parts = list(found.per_label.values())
    assert sum(one["n"] for one in parts) == found.n
    assert sum(one["n"] * one["p_at_10"] for one in parts) / found.n == pytest.approx(found.p_at_10)
    assert found.macro["p_at_10"] == pytest.approx(np.mean([one["p_at_10"] for one in parts]))


def test_looks_find_the_kind_far_better_than_chance(engine, labels):
    found = engine.quality().evaluate_retrieval(labels("product_type"))
    assert found.chance < 0.1 < 0.5 < found.intervals["p_at_1"][0]


@pytest.fixture(scope="module")
def twin_shop(shop, tmp_path_factory):
    """A and A2 show one file, B and C others; one label on A and A2, another on B and C."""
    folder = tmp_path_factory.mktemp("twins")
    images = [one["images"][0]["file"] for one in list(shop.truth.values())[:3]]
    rows = [("A", images[0]), ("A2", images[0]), ("B", images[1]), ("C", images[2])]
    catalog = write(folder / "catalog.csv", rows, header=("sku", "image"))
    with Engine.open(Settings.load({"workspace": str(folder / "workspace")})) as opened:
        opened.index(catalog, images=str(shop.folder))
        yield opened, folder


def test_an_identical_image_is_neither_a_find_nor_a_miss(twin_shop):
    engine, folder = twin_shop
    file = write(folder / "labels.csv", [("A", "x"), ("A2", "x"), ("B", "y"), ("C", "y")])
    found = engine.quality().evaluate_retrieval(LabelColumn(file, "label"))
    assert (found.n, found.left_out.alone) == (2, 2)
    same = write(folder / "same.csv", [(sku, "x") for sku in ("A", "A2", "B", "C")])
    found = engine.quality().evaluate_retrieval(LabelColumn(same, "label"))
    lists = {one.sku: set(one.nearest) for one in found.items}
    assert lists["A"] == lists["A2"] == {"B", "C"}
    assert lists["B"] == {"A", "A2", "C"}
    assert found.map_at_10 == pytest.approx(1)


def test_labels_that_never_repeat_are_refused(engine, shop, tmp_path):
    file = write(tmp_path / "labels.csv", [(sku, sku) for sku in shop.truth])
    with pytest.raises(InvalidInput, match="two products"):
        engine.quality().evaluate_retrieval(LabelColumn(file, "label"))


def image_values(engine, attribute):
    """sku -> what the images say together."""
    quality = engine.quality()
    return {
        stored.product.sku: image_attributes(stored)[attribute]
        for stored in quality.collection.catalog(quality.live.view().fingerprint)
    }


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_attribute_scores_equal_counting_by_hand(engine, shop, labels):
    truth = {sku: one["color_family"] for sku, one in shop.truth.items()}
    said = image_values(engine, "color_family")
    found = engine.quality().evaluate_attributes(labels("color_family"), attribute="color_family")
    right = [said[sku].value == label for sku, label in truth.items()]
    known = [said[sku].value != "unknown" for sku in truth]
    assert (found.n, found.missing) == (len(truth), 0)
    assert found.accuracy == pytest.approx(sum(right) / len(truth))
    assert found.coverage == pytest.approx(sum(known) / len(truth))
    assert found.accuracy_known == pytest.approx(sum(right) / sum(known))
    in_two = [label in list(said[sku].probabilities)[:2] for sku, label in truth.items()]
    assert found.top2 == pytest.approx(sum(in_two) / len(truth), abs=0.03)  # the value leads
    assert found.accuracy <= found.top2 + 1e-9
    counts = list(truth.values())
    most = max(counts.count(label) for label in counts)
    assert found.majority_baseline["accuracy"] == pytest.approx(most / len(counts))
    assert sum(sum(row.values()) for row in found.confusion.values()) == len(truth)
    assert sum(one["support"] for one in found.per_class.values()) == len(truth)
    assert found.accuracy > found.majority_baseline["accuracy"]


def test_a_draw_without_a_class_that_is_never_met_does_not_raise_the_interval(engine, tmp_path):
    said = image_values(engine, "color_family")
    rows = [(sku, one.value) for sku, one in said.items() if one.value in ("black", "blue")]
    rows[0] = (rows[0][0], "no color")  # one product in all; two thirds of F1 are perfect
    asked = LabelColumn(write(tmp_path / "labels.csv", rows), "label")
    found = engine.quality().evaluate_attributes(asked, attribute="color_family")
    assert len(found.per_class) == 3
    assert found.macro_f1 < 2 / 3
    assert found.intervals["macro_f1"][1] <= 2 / 3 + 1e-9


def test_labels_taken_from_the_images_agree_fully_whatever_their_case(engine, tmp_path):
    said = image_values(engine, "pattern")
    rows = [(sku, f" {one.value.upper()}") for sku, one in said.items() if one.value != "unknown"]
    asked = LabelColumn(write(tmp_path / "labels.csv", rows), "label")
    found = engine.quality().evaluate_attributes(asked, attribute="pattern")
    assert found.accuracy == found.macro_f1 == found.top2 == found.coverage == 1
    assert found.never_said == ()
    assert found.intervals["accuracy"] == (1, 1)


def test_a_map_joins_classes_leaves_labels_out_and_says_which_labels_no_answer_has(
    engine, shop, labels, tmp_path
):
    map_file = tmp_path / "map.json"
    colors = sorted({one["color_family"] for one in shop.truth.values()})
    left_out = colors[0]
    both = {
        "labels": {name: None if name == left_out else f"any {name}" for name in colors},
        "values": {name: f"any {name}" for name in colors[1:]},
    }
    map_file.write_text(json.dumps(both))
    asked = labels("color_family")
    found = engine.quality().evaluate_attributes(
        asked, attribute="color_family", map_file=str(map_file)
    )
    count = sum(one["color_family"] == left_out for one in shop.truth.values())
    assert (found.left_out.unlabeled, found.n) == (count, len(shop.truth) - count)
    assert set(found.per_class) == {f"any {name}" for name in colors[1:]}
    map_file.write_text(json.dumps(both["labels"]))
    found = engine.quality().evaluate_attributes(
        asked, attribute="color_family", map_file=str(map_file)
    )
    assert found.accuracy == 0
    assert set(found.never_said) == {f"any {name}" for name in colors[1:]}


def test_the_believed_value_hears_the_feed_and_the_image_value_does_not(engine, shop, labels):
    asked = labels("color_family")
    quality = engine.quality()
    believed = quality.evaluate_attributes(asked, attribute="color_family", source="believed")
    shown = {one.sku: one.value for one in believed.items}
    for sku, value in shown.items():
        assert value == engine.product(sku).document["visual_attributes"]["color_family"]
    assert all(one.ranking[0] == one.value for one in believed.items if one.value != "unknown")
    assert believed.top2 >= believed.accuracy
    seen = quality.evaluate_attributes(asked, attribute="color_family")
    said = image_values(engine, "color_family")
    assert {one.sku: one.value for one in seen.items} == {
        sku: one.value for sku, one in said.items()
    }


def test_one_seed_draws_one_sample_and_a_filter_keeps_its_products(engine, shop, labels):
    asked = labels("color_family")
    in_stock = parse_filter({"in_stock": True})
    drawn = LabelColumn(asked.file, "label", where=in_stock, sample=9, seed=4)
    first, again = (
        engine.quality().evaluate_attributes(drawn, attribute="color_family") for _ in range(2)
    )
    assert first == again
    assert first.n == 9
    assert all(shop.truth[one.sku]["in_stock"] for one in first.items)
    stocked = sum(one["in_stock"] for one in shop.truth.values())
    assert first.left_out.filtered == len(shop.truth) - stocked
    assert first.left_out.sampled == stocked - 9


def test_an_attribute_nobody_says_is_refused_with_those_there_are(engine, labels):
    with pytest.raises(InvalidInput, match="color_family"):
        engine.quality().evaluate_attributes(labels("color_family"), attribute="colour")


def test_a_file_without_the_column_or_the_products_is_refused(engine, tmp_path):
    quality = engine.quality()
    file = write(tmp_path / "labels.csv", [("NO-SUCH", "red")])
    with pytest.raises(InvalidInput, match="no column colour"):
        quality.evaluate_retrieval(LabelColumn(file, "colour"))
    with pytest.raises(InvalidInput, match="No product is left"):
        quality.evaluate_retrieval(LabelColumn(file, "label"))
    with pytest.raises(NotFound, match="none"):
        quality.evaluate_retrieval(LabelColumn(str(tmp_path / "none.csv"), "label"))


def test_the_command_counts_what_is_missing_and_reports_bad_rows_by_line(run, shop, tmp_path):
    skus = list(shop.truth)[:30]
    rows = [(sku, shop.truth[sku]["color_family"]) for sku in skus]
    rows += [("NO-SUCH", "red"), ("", "red"), (skus[0], "red"), (skus[1], "")]
    file = write(tmp_path / "labels.csv", rows, header=("ID", "color"))
    done = run(
        *("attributes", file, "--attribute", "color_family", "--column", "color", "--json"),
        *("--out", str(tmp_path / "out")),
    )
    assert done.exit_code == 6, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["n"], told["missing"]) == (30, 1)
    assert [(one["line"], one["code"]) for one in told["problems"]] == [
        (33, "no_sku"),
        (34, "duplicate_sku"),
        (35, "duplicate_sku"),
    ]
    assert {"lookalike", "encoder", "extractor", "generation"} <= told["versions"].keys()
    table = rows_of(tmp_path / "out" / "attributes.csv")
    assert sorted(row["sku"] for row in table) == sorted(skus)
    judged = [row["is_right"] for row in table]
    assert judged == sorted(judged)  # errors stand first
    assert judged.count("true") == round(told["accuracy"] * 30)


def test_the_command_prints_for_people_and_writes_the_lists(run, shop, labels, tmp_path):
    asked = labels("product_type")
    told = json.loads(
        run("retrieval", asked.file, "--label", "label", "--weights", "look=1", "--json").stdout
    )
    assert told["versions"]["weights"] == {"look": 1}
    arguments = ("retrieval", asked.file, "--label", "label", "--weights", "look=1")
    shown = run(*arguments, "--sample", "20", "--out", str(tmp_path / "out"))
    assert shown.exit_code == 0, shown.output
    assert "20 queries among 90 products" in shown.stdout
    table = rows_of(tmp_path / "out" / "retrieval.csv")
    assert len(table) == 20
    for row in table:
        nearest = json.loads(row["nearest"])
        assert row["sku"] not in nearest
        types = [shop.truth[sku]["product_type"] for sku in nearest]
        assert types == json.loads(row["nearest_labels"])
    assert [float(row["map_at_10"]) for row in table] == sorted(
        float(row["map_at_10"]) for row in table
    )


def test_the_help_of_the_group_shows_the_options_of_its_commands(run):
    shown = run("--help").output
    for option in ("--label", "--attribute", "--map", "--weights", "--sample", "--out", "--json"):
        assert option in shown
