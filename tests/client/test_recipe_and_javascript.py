"""The recipe's calls end to end in both languages, and the JavaScript client's own tests."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENOUGH_S = 300
CLIENT_VARIABLES = ("LOOKALIKE_URL", "LOOKALIKE_API_KEY", "LOOKALIKE_COLLECTION")


@pytest.fixture(scope="module")
def node():
    """Node 18 or newer, whose own test runner is all that the JavaScript tests need."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("no Node; install one: sudo apt-get install -y nodejs")
    version = subprocess.run(
        [found, "--version"], capture_output=True, text=True, check=True
    ).stdout
    if int(version.strip("v\n").split(".")[0]) < 18:
        pytest.skip(f"Node is {version.strip()}; install 18 or newer: https://nodejs.org/download")
    return found


def run(*command, url, **variables):
    plain = {name: one for name, one in os.environ.items() if name not in CLIENT_VARIABLES}
    done = subprocess.run(
        command,
        env={**plain, "LOOKALIKE_URL": url, **variables},
        capture_output=True,
        text=True,
        timeout=ENOUGH_S,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_javascript_client_passes_its_own_tests_under_node(node, own_service, shop):
    said = run(
        node,
        "--test",
        "clients/js/test/",
        url=own_service,
        LOOKALIKE_TEST_CATALOG=shop.catalog,
        LOOKALIKE_TEST_SAID=str(Path(__file__).parent / "explained.json"),
    )
    assert re.search(r"# skipped 0\b", said), said
    assert int(re.search(r"# pass (\d+)", said)[1]) >= 15


def test_the_recipes_calls_print_the_same_in_python_and_in_javascript(node, own_service, shop):
    """Each indexes, finds similar products, completes a look, learns and recommends."""
    told = {}
    dress = min(sku for sku in shop.truth if sku.startswith("DRE"))
    for name, command in (
        ("python", [sys.executable, "examples/recipe.py"]),
        ("javascript", [node, "examples/recipe.mjs"]),
    ):
        told[name] = run(*command, str(shop.folder), name, dress, url=own_service)
    split = {name: said.partition("\nfor recipe-reader: ") for name, said in told.items()}
    said = split["python"][0]
    assert said == split["javascript"][0]
    lines = said.splitlines()
    assert lines[0].startswith(f"indexed {len(shop.truth)} products")
    assert re.search(r"like (\S+) ", said)[1] == dress
    similar = [line.split()[0] for line in lines if re.match(r"  \S+ 0\.\d\d ", line)]
    assert len(similar) == 5
    assert dress not in similar
    completing = re.search(rf"with {dress}: (.*)", said)[1].split()
    assert len(completing) == 6
    assert {*completing} <= {*shop.truth}
    for _, _, feed in split.values():  # new products are drawn, so two feeds are not the same
        assert len(feed.split()) == 20
        assert all(shop.truth[sku]["in_stock"] for sku in feed.split())
