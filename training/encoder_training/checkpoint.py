"""The file between `fit` and `export`: weights in half precision with their class names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from encoder_training.encoder import Encoder
from encoder_training.problems import TrainingError
from encoder_training.recipe import Recipe
from encoder_training.vocabulary import Classes

# The shipped model.pt was written by an earlier script, with other names for the same arguments.
EARLIER_NAMES = {"lr": "learning_rate", "keep": "keep_weight", "init_alpha": "init_share"}


@dataclass(frozen=True)
class Checkpoint:
    """A trained encoder and how it came about."""

    state: dict[str, Tensor]
    classes: Classes
    kept_share: float
    alpha: float
    arguments: dict[str, Any]  # numbers and texts, as they came from the command line
    provenance: dict[str, Any] | None  # whatever the owner of the data wrote

    def encoder(self) -> Encoder:
        """The network on the CPU in float32, ready to be exported."""
        encoder = Encoder(self.classes)
        encoder.load_state_dict({name: tensor.float() for name, tensor in self.state.items()})
        encoder.kept_share = self.kept_share
        return encoder.eval()


def halved(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Copies in half precision on the CPU."""
    return {name: tensor.half().cpu() for name, tensor in state.items()}


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    torch.save(
        {
            "state": halved(checkpoint.state),
            "classes": checkpoint.classes.to_mapping(),
            "w_keep": checkpoint.kept_share,
            "alpha": checkpoint.alpha,
            "args": checkpoint.arguments,
            "provenance": checkpoint.provenance,
        },
        path,
    )


def read_checkpoint(path: Path) -> Checkpoint:
    """Read model.pt; the one of the shipped encoder too, whose class lists have older names."""
    if not path.exists():
        raise TrainingError(f"{path} is missing.", hint="Run fit first; it writes model.pt.")
    content = torch.load(path, map_location="cpu", weights_only=True)
    arguments = {EARLIER_NAMES.get(name, name): v for name, v in content["args"].items()}
    arguments = {name: v for name, v in arguments.items() if name in Recipe.ARGUMENTS}
    return Checkpoint(
        state=content["state"],
        classes=Classes.from_mapping(content["classes"]),
        kept_share=float(content["w_keep"]),
        alpha=float(content["alpha"]),
        arguments=arguments,
        provenance=content.get("provenance"),
    )
