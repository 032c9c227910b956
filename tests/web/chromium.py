"""Where the browser of these tests comes from."""

import os
import shutil
import subprocess

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "apt-get update && apt-get install -y chromium"
INSTALL_LIMIT_S = 600  # 100 MB through a slow mirror
QUIET = (
    "--no-sandbox",  # root in a container has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Flags with which Chromium talks to nobody but the server under test."""


def chromium() -> str:
    """The path of a Chromium, installed first where we may; else the test is skipped."""
    found = _on_path()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(INSTALL, shell=True, check=False, timeout=INSTALL_LIMIT_S)
        found = _on_path()
    if not found:
        pytest.skip(f"no Chromium to drive; install one: sudo sh -c '{INSTALL}'")
    return found


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
