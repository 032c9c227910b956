"""The command line over the sample shop: what it prints and how it ends."""

import json
import subprocess
import sys

import pytest

RUN = "from lookalike.cli.main import main; main()"


@pytest.fixture
def run(shop):
    def running(*arguments, workspace=None):
        place = str(workspace or shop.workspace)
        return subprocess.run(
            [sys.executable, "-c", RUN, "--workspace", place, *arguments],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return running


def test_similar_prints_a_table_with_reasons_and_the_same_as_json(run, shop):
    sku = next(iter(shop.truth))
    table = run("similar", sku, "--limit", "5")
    assert table.returncode == 0, table.stderr
    assert "why" in table.stdout
    told = json.loads(run("similar", sku, "--limit", "5", "--json").stdout)
    assert len(told["recommendations"]) == 5
    assert all(one["sku"] in table.stdout for one in told["recommendations"])


def test_options_of_similar_reach_the_engine(run, shop):
    sku = next(iter(shop.truth))
    told = json.loads(
        run(
            *("similar", sku, "--json", "--limit", "4", "--where", "price<=100"),
            *("--where", "in_stock", "--weights", "color=1,look=0.5", "--max-per", "brand=1"),
        ).stdout
    )
    shown = [shop.truth[one["sku"]] for one in told["recommendations"]]
    assert all(float(p["price"]) <= 100 and p["in_stock"] for p in shown)
    assert len({p["brand"] for p in shown}) == len(shown)
    assert set(told["recommendations"][0]["explanation"]["contributions"]) >= {"color", "look"}


def test_a_photo_is_an_anchor(run, shop):
    sku, product = next(iter(shop.truth.items()))
    photo = str(shop.folder / product["images"][0]["file"])
    told = json.loads(run("similar", "--image", photo, "--json").stdout)
    assert told["recommendations"][0]["sku"] == sku


def test_the_lists_of_all_products_are_written_to_a_file(run, shop, tmp_path):
    out = tmp_path / "lists.jsonl"
    done = run("similar", "--all", "--out", str(out), "--limit", "3", "--json")
    assert json.loads(done.stdout) == {"lists": len(shop.truth), "file": str(out)}
    lists = [json.loads(line) for line in out.read_text().splitlines()]
    assert [one["sku"] for one in lists] == sorted(shop.truth)
    assert all(len(one["recommendations"]) == 3 for one in lists)


def test_index_reports_as_json_and_ends_with_6_when_something_was_wrong(run, shop, tmp_path):
    catalog = tmp_path / "two.csv"
    image = next(iter(shop.truth.values()))["images"][0]["file"]
    catalog.write_text(f"sku,image,price\nA,{image},1\nB,no-such.jpg,2\n")
    done = run(
        *("index", str(catalog), "--images", str(shop.folder), "--json"),
        workspace=tmp_path / "workspace",
    )
    report = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 6
    assert (report["products"], report["encoded"]) == (2, 1)
    assert [one["code"] for one in report["problems"]] == ["missing"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["similar", "NO-SUCH"], 3, "NO-SUCH"),
        (["similar"], 2, "SKU"),
        (["similar", "x", "--where", "price<<5"], 2, "price"),
        (["similar", "x", "--weights", "color=much"], 2, "much"),
        (["similar", "--image", "/no/such.jpg"], 3, "such.jpg"),
        (["index", "/no/such.csv"], 3, "such.csv"),
        (["show", "NO-SUCH"], 3, "NO-SUCH"),
        (["export", "out.xlsx"], 2, "xlsx"),
        (["--collection", "NOT OK", "products"], 2, "NOT OK"),
        (["--encoder", "defualt", "doctor"], 2, "default"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_errors_name_the_value_and_have_their_exit_code(run, arguments, code, said):
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_on_no_workspace_says_how_to_make_one(run, tmp_path):
    done = run("products", workspace=tmp_path / "none")
    assert done.returncode == 3
    assert "lookalike index" in done.stderr
    assert not (tmp_path / "none").exists()


def test_show_products_settings_and_doctor_answer(run, shop):
    sku = next(iter(shop.truth))
    assert sku in run("show", sku).stdout
    assert "color_family" in run("show", sku).stdout
    listed = json.loads(run("products", "--limit", "3", "--json").stdout)
    assert (len(listed["products"]), listed["count"]) == (3, len(shop.truth))
    settings = json.loads(run("settings", "--json").stdout)["settings"]
    assert next(one for one in settings if one["name"] == "workspace")["origin"] == "argument"
    assert run("doctor").returncode == 0
