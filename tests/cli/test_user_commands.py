"""`lookalike events` and `users`: what they print and how they end."""

import gzip
import json
import subprocess
import sys

import pytest

RUN = "from lookalike.cli.main import main; main()"
HER = "customer-anna"


@pytest.fixture(scope="module")
def run(shop, tmp_path_factory):
    import shutil

    folder = tmp_path_factory.mktemp("commands") / "workspace"
    shutil.copytree(shop.workspace, folder)

    def running(*arguments, stdin=None):
        return subprocess.run(
            [sys.executable, "-c", RUN, "--workspace", str(folder), *arguments],
            capture_output=True,
            text=True,
            input=stdin or "",
            timeout=120,
            check=False,
        )

    return running


def row(number, sku, **more):
    told = {
        "event_id": f"e{number}",
        "user_id": HER,
        "kind": "save",
        "product_id": sku,
        "time": f"2026-05-01T10:{number:02}:00Z",
    }
    return json.dumps({**told, **more})


@pytest.fixture(scope="module")
def history(shop, tmp_path_factory):
    skus = list(shop.truth)[:5]
    lines = [row(n, sku) for n, sku in enumerate(skus)]
    lines[2:2] = ["", "{broken", '{"event": "Page Viewed", "userId": "x"}', row(9, None)]
    lines += [row(0, skus[1]), '{"name": "view_item", "client_id": "c", "items": [{"id": "a"}]}']
    path = tmp_path_factory.mktemp("events") / "history.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_import_names_bad_lines_goes_on_and_says_so_in_its_status(run, history):
    done = run("events", "import", str(history), "--json")
    assert done.returncode == 6, done.stderr
    told = json.loads(done.stdout)
    assert (told["accepted"], told["ignored"], told["conflicts"]) == (5, 1, 1)
    assert [(one["line"], one["code"]) for one in told["problems"]] == [
        (4, "bad_json"),
        (6, "bad_event"),
        (11, "bad_event"),
        (10, "conflict"),
    ]
    again = run("events", "import", str(history))
    assert "0 events accepted, 5 known already" in again.stdout
    assert "line 4: The line is not JSON" in again.stderr.replace("\n", " ")


def test_import_reads_gzip_and_standard_input(run, history, tmp_path):
    packed = tmp_path / "history.jsonl.gz"
    packed.write_bytes(gzip.compress(history.read_bytes()))
    assert "5 known already" in run("events", "import", str(packed)).stdout
    assert "5 known already" in run("events", "import", "-", stdin=history.read_text()).stdout
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(packed.read_bytes()[:-20])
    assert run("events", "import", str(cut)).returncode == 2
    assert run("events", "import", str(tmp_path / "no.jsonl")).returncode == 3


def test_list_shows_events_of_a_user(run, history, shop):
    run("events", "import", str(history))
    told = json.loads(run("events", "list", "--user", HER, "--json").stdout)
    assert [one["product_id"] for one in told["events"]] == list(shop.truth)[:5]
    assert HER in run("events", "list", "--limit", "3").stdout


def test_the_rights_of_a_user_on_the_command_line(run, history, tmp_path):
    run("events", "import", str(history))
    shown = json.loads(run("users", "show", HER, "--json").stdout)
    first = shown["tastes"][0]["taste"]
    muted = run("users", "mute", HER, first)
    assert "muted" in muted.stdout
    assert "muted" not in run("users", "unmute", HER, first).stdout
    assert "Paused" in run("users", "pause", HER).stdout
    assert "Paused" not in run("users", "resume", HER).stdout
    wrong = run("users", "mute", HER, "nothing")
    assert (wrong.returncode, wrong.stdout) == (3, "")
    out = tmp_path / "mine.json"
    assert run("users", "export", HER, "--out", str(out)).returncode == 0
    assert len(json.loads(out.read_text())["events"]) == 5
    deleted = json.loads(run("users", "delete", HER, first, "--json").stdout)
    assert len(deleted["tastes"]) < len(shown["tastes"])
    assert "Nothing is known of their taste" in run("users", "reset", HER).stdout
    assert run("users", "login", HER, "cookie-0001").returncode == 0
    receipt = tmp_path / "receipt.json"
    receipt.write_text(run("users", "erase", HER, "--json").stdout)
    told = json.loads(receipt.read_text())
    assert (told["rows"]["events"], told["scan"]["verdict"]) == (5, "clean")
    assert run("users", "verify", str(receipt), "--user", HER).returncode == 0
    assert run("users", "verify", str(receipt), "--user", "somebody").returncode == 1
    receipt.write_text(json.dumps({**told, "anonymous_ids": 7}))
    assert "NOT signed here" in run("users", "verify", str(receipt)).stdout
    assert told["pseudonym"][:16] in run("users", "receipts").stdout
    assert run("users", "export", HER).returncode == 3
