"""What the documents say is true: their code runs, their commands and links exist."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lookalike
from lookalike.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "SECURITY.md",
]
PAGES += sorted((ROOT / "docs").rglob("*.md"))


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), flags=re.S)


def test_the_readme_python_runs_as_it_stands(drawn_shop, tmp_path):
    (tmp_path / "demo-shop").mkdir()
    (tmp_path / "demo-shop" / "catalog").symlink_to(drawn_shop)
    (code,) = blocks(ROOT / "README.md", "python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5


def test_the_page_on_rules_runs_as_it_stands(drawn_shop, tmp_path):
    (tmp_path / "demo-shop").mkdir()
    (tmp_path / "demo-shop" / "catalog").symlink_to(drawn_shop)
    (code,) = blocks(ROOT / "docs" / "how-to" / "rules.md", "python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    changed, standing, rules = done.stdout.splitlines()
    assert re.fullmatch(r"[1-9]\d* of 40 lists would change", changed)
    assert (standing, rules) == ("acting", "('quiet-colors',)")


def test_every_command_line_in_the_documents_is_a_command_with_these_options():
    from click.testing import CliRunner

    from lookalike.cli.main import cli

    told = {}
    for page in PAGES:
        for line in re.findall(r"(?:\./)?lookalike ([a-z-]+)((?: [^`\n]*)?)", page.read_text()):
            told.setdefault(line[0], set()).update(re.findall(r"--[a-z-]+", line[1]))
    told = {name: options for name, options in told.items() if name in COMMANDS}
    assert {"index", "similar", "serve", "demo"} <= told.keys()
    for name, options in told.items():
        inner = cli.get_command(None, name)
        paths = [[name], *([name, one] for one in getattr(inner, "commands", {}))]
        shown = "".join(CliRunner().invoke(cli, [*path, "--help"]).output for path in paths)
        for option in options:
            assert option in shown, f"{name} has no {option}"


def test_the_reference_names_every_command_and_no_other():
    text = (ROOT / "docs" / "reference" / "commands.md").read_text()
    named = re.findall(r"^\| `([a-z-]+)", text, flags=re.M)
    assert sorted(named) == sorted(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page):
    text = page.read_text()
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in link:
            assert (page.parent / link).exists(), link
    for path in re.findall(r"`((?:bench|tests|docs|training)/[\w/.-]+)`", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"`((?:domain|journeys|index|ranking|storage|features)/\w+\.py)`", text):
        assert (ROOT / "src" / "lookalike" / path).exists(), path


def test_every_public_name_resolves_and_importing_stays_quick():
    for name in lookalike.__all__:
        assert getattr(lookalike, name) is not None
    with pytest.raises(AttributeError, match="Nothing"):
        importlib.import_module("lookalike").Nothing  # noqa: B018


def test_the_how_to_secure_runs_as_it_stands(tmp_path):
    """Its commands one after another in a workspace of their own, then its Python."""
    import shlex

    from click.testing import CliRunner

    from lookalike.cli.main import cli

    page = ROOT / "docs" / "how-to" / "secure.md"
    lines = re.findall(r"^    lookalike (.*)$", page.read_text(), flags=re.M)
    assert sum(line.startswith("keys") for line in lines) == len(lines) - 1
    key_id, known = "", []
    for line in lines:
        if line.startswith("serve"):
            continue
        told = shlex.split(line.replace("KEY_ID", key_id))
        done = CliRunner().invoke(cli, ["--workspace", str(tmp_path), *told])
        assert done.exit_code == 0, (line, done.exception)
        if line.startswith("keys create"):
            key_id = done.stdout.split("_")[1]
            known.append(key_id)
        if line == "keys list":
            assert all(one in done.stdout for one in known)
    assert len(known) == 4
    (code,) = blocks(page, "python")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stdout == "['lut', 'abcdefgh']\n", done.stderr
