"""Everything that must hold before a change lands: linters, types, tests."""

import subprocess
import sys

GATES = (
    ("ruff check", ["ruff", "check", "."]),
    ("ruff format", ["ruff", "format", "--check", "."]),
    ("mypy", ["mypy"]),
    ("advisories", ["tests.audit"]),
)
COVERAGE = ["--cov", "--cov-report=term:skip-covered"]
NIGHTLY = (["-m", "nightly or not nightly"], ["training/tests"])
"""Two processes: the training code's tests are a suite of their own."""


def main(arguments: list[str]) -> int:
    """Run the gates, then pytest with the other arguments; the first failure is the answer."""
    nightly = "--nightly" in arguments
    chosen = [argument for argument in arguments if argument != "--nightly"]
    for name, command in GATES:
        print(f"== {name}", flush=True)
        code = subprocess.run([sys.executable, "-m", *command], check=False).returncode
        if code:
            return code
    for suite in NIGHTLY if nightly else (COVERAGE,):
        print("== pytest", *suite, flush=True)
        command = [sys.executable, "-m", "pytest", *suite, *chosen]
        code = subprocess.run(command, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
