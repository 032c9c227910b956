"""JSON files with one error message when they are missing."""

import json
from pathlib import Path
from typing import Any

from encoder_training.problems import TrainingError


def read_json(path: Path) -> Any:  # the shape is the caller's to know
    if not path.exists():
        raise TrainingError(f"{path} is missing.", hint="training/README.md shows the layout.")
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:  # anything json can write
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
