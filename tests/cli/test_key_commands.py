"""`lookalike keys`, and `serve` where anybody can reach it."""

import json
import os
import subprocess
import sys

import pytest

RUN = "from lookalike.cli.main import main; main()"


@pytest.fixture
def run(tmp_path):
    def running(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-c", RUN, "--workspace", str(tmp_path / "ws"), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **environment},
        )

    return running


def test_a_key_is_printed_once_listed_without_it_rotated_and_revoked(run):
    made = run("keys", "create", "--name", "till", "--scope", "recommend", "--expires", "90d")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert secret.startswith("lk_")
    assert secret not in made.stderr
    key_id = secret.split("_")[1]
    listed = run("keys", "list")
    assert key_id in listed.stdout
    assert secret not in listed.stdout
    turned = json.loads(run("keys", "rotate", key_id, "--grace", "1h", "--json").stdout)
    assert turned["secret"] != secret
    assert turned["old_secret_until"]
    assert run("keys", "revoke", key_id).returncode == 0
    (told,) = json.loads(run("keys", "list", "--json").stdout)["keys"]
    assert (told["state"], told["scopes"]) == ("revoked", ["recommend"])
    again = run("keys", "rotate", key_id)
    assert (again.returncode, "revoked" in again.stderr) == (2, True)
    assert run("keys", "revoke", key_id, "--forget").returncode == 0
    assert json.loads(run("keys", "list", "--json").stdout)["keys"] == []
    assert run("keys", "revoke", key_id).returncode == 3


def test_a_storefront_key_asks_for_its_origin(run):
    refused = run("keys", "create", "--name", "page", "--scope", "storefront")
    assert refused.returncode == 2
    assert "--origin https://shop.example" in refused.stderr


def test_serve_refuses_a_public_address_without_a_key_and_says_how_to_make_one(run):
    refused = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 2
    assert "lookalike keys create" in refused.stderr
    assert "--insecure" in refused.stderr
    assert "Storefront:" not in refused.stdout
