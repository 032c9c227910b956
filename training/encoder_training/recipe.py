"""What can be set about one training run."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from encoder_training.problems import TrainingError

# Shares of the time: everything first, then the heads alone on the averaged backbone.
MAIN_SHARE, HEADS_SHARE = 0.78, 0.22
# Peak rates, chosen by hand for the shipped encoder.
EARLY_RATE = 0.35  # of the learning rate, for the first blocks
EMBEDDING_RATE = 2.0  # of the learning rate
HEAD_RATE, HEAD_REFIT_RATE = 2e-3, 1.2e-3
BACKBONE_DECAY, HEAD_DECAY = 0.01, 0.02
PCA_VIEWS, PCA_ROUND = 12288, 512


@dataclass(frozen=True)
class TinySize:
    """The smoke run: enough to pass through every line, far too little to learn."""

    photos_a_pack: int = 60
    products_a_batch: int = 16
    pca_views: int = 170  # at least the 160 components of the embedding
    pca_round: int = 34
    held_out_a_set: int = 20
    steps_a_phase: int = 2


@dataclass(frozen=True)
class Recipe:
    """One training run.

    seconds        time for both phases together, without loading and measuring
    batch          products a step; each is seen in two views
    learning_rate  peak rate of the backbone
    keep_weight    how much staying close to the ImageNet features counts
    alpha          share of the tuned weights in the average, or None to choose it on held-out sets
    kept_share     share of the kept part in the embedding, when alpha is given
    init           tuned.pt of an earlier run to go on from, with init_share of its weights
    """

    # What is worth keeping beside the weights; paths are not.
    ARGUMENTS: ClassVar = (
        "seconds",
        "batch",
        "learning_rate",
        "keep_weight",
        "seed",
        "init_share",
    )

    seconds: float = 480.0
    batch: int = 384
    learning_rate: float = 4e-4
    keep_weight: float = 1.0
    seed: int = 1
    alpha: float | None = None
    kept_share: float = 0.5
    init: Path | None = None
    init_share: float = 1.0
    tiny: TinySize | None = None

    def __post_init__(self) -> None:
        for name in ("alpha", "kept_share", "init_share"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise TrainingError(f"{name} is {value}; it is a share and lies in 0..1.")
        if self.seconds <= 0 or self.batch < 16:
            raise TrainingError(
                f"seconds is {self.seconds} and batch {self.batch}.",
                hint="Seconds must be above 0 and a batch hold at least 16 products.",
            )

    @property
    def products_a_batch(self) -> int:
        return self.tiny.products_a_batch if self.tiny else self.batch

    @property
    def steps_a_phase(self) -> int | None:
        return self.tiny.steps_a_phase if self.tiny else None

    def as_arguments(self) -> dict[str, float | int | None]:
        """The part worth keeping beside the weights."""
        return {name: value for name, value in asdict(self).items() if name in self.ARGUMENTS}
