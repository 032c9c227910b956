"""What lies under deploy/ is true of the program, and tools that read such files accept it.

There is no container engine here: the images are linted, not run.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lookalike import Settings
from lookalike.cli.settings_page import settings_example, settings_page
from lookalike.domain.census import Census
from lookalike.server.metrics import Metrics

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()


def instructions():
    """(word, rest) of every instruction, continued lines joined."""
    text = re.sub(r"\\\n", " ", DOCKERFILE)
    lines = [line.strip() for line in text.splitlines()]
    return [tuple(line.split(None, 1)) for line in lines if line and not line.startswith("#")]


def test_the_reference_of_settings_is_as_the_settings_are():
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert page == settings_page(Settings().described()), "run: lookalike settings --reference"


def test_the_example_holds_every_setting_and_changes_none(tmp_path):
    text = (DEPLOY / "lookalike.toml").read_text()
    assert text == settings_example(Settings().described()), "run: lookalike settings --example"
    as_it_is = Settings.load(file=str(DEPLOY / "lookalike.toml"))
    assert as_it_is == Settings()
    without = tmp_path / "all.toml"
    without.write_text(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.M))
    spelled_out = Settings.load(file=str(without))
    assert spelled_out == Settings()
    assert spelled_out.origins.keys() == {one["name"] for one in Settings().described()}


def test_the_container_is_pinned_runs_as_nobody_special_and_copies_what_is_there():
    found = instructions()
    bases = [rest.split()[0] for word, rest in found if word == "FROM"]
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert len(set(bases)) == 1
    users = [rest for word, rest in found if word == "USER"]
    assert users[-1].split(":")[0].isdecimal()
    assert users[-1].split(":")[0] != "0"
    assert "ADD" not in {word for word, _ in found}
    for word, rest in found:
        if word == "COPY" and "--from" not in rest:
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
    words = [word for word, _ in found]
    assert words.index("ENTRYPOINT") > words.index("USER")
    installs = [rest for word, rest in found if word == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)


def test_what_the_container_is_told_are_settings_and_its_health_is_a_route(engine):
    from lookalike.server.app import create_app

    names = {one["name"] for one in Settings().described()}
    compose = (DEPLOY / "compose.yaml").read_text()
    unit = (DEPLOY / "lookalike.service").read_text()
    for name in re.findall(r"LOOKALIKE_(\w+)", DOCKERFILE + compose + unit):
        assert name.lower() in names, name
    (path,) = re.findall(r"127\.0\.0\.1:8000(/\S+?)'", DOCKERFILE)
    assert path in create_app(engine).openapi()["paths"]


def test_only_what_is_copied_reaches_the_builder():
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    copied = {
        source
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_the_container_waits_longer_than_the_service_takes_to_end():
    told = Settings()
    longest = told.drain_s + told.shutdown_timeout_s
    compose = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())
    grace = compose["services"]["lookalike"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > longest
    (stop,) = re.findall(r"TimeoutStopSec=(\d+)", (DEPLOY / "lookalike.service").read_text())
    assert int(stop) > longest


def test_the_compose_file_is_one_and_publishes_to_this_machine_only():
    subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec",
         str(DEPLOY / "compose.yaml")],
        check=True, capture_output=True,
    )  # fmt: skip
    told = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())
    service = told["services"]["lookalike"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert told["services"]["database"]["profiles"] == ["postgres"]


def emitted():
    """The name of every sample that a service can show."""
    metrics = Metrics(lambda: [Census("c", 1, generation_at=0.0)], version="1")
    metrics.answered({"method": "GET", "path": "/x"}, 200, 0.1)
    metrics.synced("a.csv", "c", failed=False)
    with metrics.stage("search"):
        metrics.count("searches", "exact", 1)
    for name in ("degraded", "events", "images", "runs"):
        metrics.count(name, "x", 1)
    return set(re.findall(r"^(\w+)", metrics.text().decode(), flags=re.M))


def test_alerts_and_dashboard_speak_of_metrics_that_are_there():
    rules = YAML(typ="safe").load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
    panels = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    asked = [rule["expr"] for rule in rules]
    asked += [target["expr"] for panel in panels for target in panel["targets"]]
    names = {name for text in asked for name in re.findall(r"(?:lookalike|process)_\w+", text)}
    assert names
    assert names <= emitted()
    for rule in rules:
        assert {"summary", "action"} - rule["annotations"].keys() <= {"action"}, rule["alert"]
        for command in re.findall(r"`lookalike ([a-z-]+)", rule["annotations"].get("action", "")):
            from lookalike.cli.main import COMMANDS

            assert command in COMMANDS


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"),
    reason="needs systemd-analyze; run: apt-get install systemd",
)
def test_systemd_accepts_the_units_and_finds_the_service_hardened(tmp_path):
    for path in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")):
        text = path.read_text().replace("/opt/lookalike/bin/lookalike", "/bin/true")
        (tmp_path / path.name).write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert (done.returncode, ours) == (0, [])
    security = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20",
         str(tmp_path / "lookalike.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert security.returncode == 0, security.stdout[-400:]


@pytest.mark.nightly
@pytest.mark.skipif(
    not shutil.which("promtool"), reason="needs promtool; run: apt-get install prometheus"
)
def test_prometheus_accepts_its_files_and_our_metrics(engine):
    from fastapi.testclient import TestClient

    from lookalike.server.app import create_app

    subprocess.run(["promtool", "check", "config", "prometheus.yml"], cwd=DEPLOY, check=True)
    with TestClient(create_app(engine)) as client:
        client.get("/v1/ready")
        text = client.get("/metrics").content
    subprocess.run(["promtool", "check", "metrics"], input=text, check=True)
