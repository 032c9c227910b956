"""The shop that most tests stand on: drawn once a session, indexed once a session."""

import json
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from lookalike.engine import Engine
from lookalike.sample.shop import sample_shop
from lookalike.sample.write import write_shop
from lookalike.settings import Settings

hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None)
hypothesis.settings.load_profile("fixed")  # seeds are fixed: a run fails for its change alone

PRODUCTS = 90  # three of nearly every product type


@dataclass(frozen=True)
class Shop:
    """A written and indexed sample shop; `truth` is sku -> what is known of the product."""

    folder: Path
    workspace: Path
    truth: dict[str, dict]

    @property
    def catalog(self) -> str:
        return str(self.folder / "catalog.csv")

    def settings(self, **arguments) -> Settings:
        return Settings.load({"workspace": str(self.workspace), **arguments})


@pytest.fixture(scope="session")
def drawn_shop(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sample-shop")
    write_shop(sample_shop(PRODUCTS, seed=7), folder, size_px=224)
    return folder


@pytest.fixture(scope="session")
def shop(drawn_shop, tmp_path_factory) -> Shop:
    """Indexed once; tests that change it index a copy of their own."""
    workspace = tmp_path_factory.mktemp("workspace")
    found = Shop(drawn_shop, workspace, _truth(drawn_shop))
    with Engine.open(found.settings()) as engine:
        assert engine.index(found.catalog).problems == ()
    return found


@pytest.fixture(scope="session")
def engine(shop):
    with Engine.open(shop.settings()) as opened:
        yield opened


def _truth(folder: Path) -> dict[str, dict]:
    truth = json.loads((folder / "truth.json").read_text())
    products: dict[str, dict] = truth["products"]
    return products
