"""Chooses how far to move from ImageNet, and how much of the embedding keeps its geometry."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from encoder_training.encoder import Encoder, joined
from encoder_training.held_out import HeldOutSet, answers
from encoder_training.packs import Report
from encoder_training.problems import TrainingError
from encoder_training.start import State, blended

# 25 combinations; the shipped encoder came out at 0.8 and 0.25.
SHARES_OF_TUNED = (0.0, 0.4, 0.6, 0.8, 1.0)
KEPT_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
BLOCK = 1024  # queries at once, by memory


@dataclass(frozen=True)
class Choice:
    """alpha: share of the tuned weights; kept_share: of the embedding's squared norm."""

    alpha: float
    kept_share: float


@dataclass(frozen=True)
class Measurement:
    """What one choice gives on one label of one held-out set."""

    choice: Choice
    set_name: str
    label: str
    is_near: bool
    recall_at_1: float
    precision_at_10: float

    @property
    def score(self) -> float:
        return self.recall_at_1 + self.precision_at_10


def move_to(student: Encoder, start: State, tuned: State, choice: Choice) -> None:
    """Set the student's backbone and embedding to the chosen average; its heads stay."""
    student.load_state_dict({**student.state_dict(), **blended(start, tuned, choice.alpha)})
    student.kept_share = choice.kept_share


def measure_choices(
    student: Encoder, start: State, tuned: State, sets: Sequence[HeldOutSet]
) -> list[Measurement]:
    """Measure all combinations; leaves the student at the last one."""
    measurements = []
    for alpha in SHARES_OF_TUNED:
        move_to(student, start, tuned, Choice(alpha, student.kept_share))
        for held_out in sets:
            given = answers(student, held_out.images)
            for kept_share in KEPT_SHARES:
                embeddings = joined(given.tuned, given.kept, kept_share=kept_share)
                choice = Choice(alpha, kept_share)
                for label, values in held_out.label_columns().items():
                    measurements.append(
                        Measurement(
                            choice,
                            held_out.name,
                            label,
                            held_out.is_near,
                            *neighbor_agreement(embeddings, values),
                        )
                    )
    return measurements


def best_choice(measurements: Sequence[Measurement], report: Report) -> Choice:
    """The choice with the largest gain over the untouched ImageNet weights.

    The gain is the mean over sets like the training data plus the mean over sets unlike it, so
    that neither kind wins by the number of its sets.
    """
    if not measurements:
        raise TrainingError(
            "No held-out photos with labels were found, so nothing can be chosen.",
            hint="Fix the weight average with --alpha, or hold photos out in prepare.",
        )
    base = {(m.set_name, m.label): m.score for m in measurements if m.choice == Choice(0.0, 0.5)}
    gains: dict[Choice, tuple[list[float], list[float]]] = {}
    for m in measurements:
        near, far = gains.setdefault(m.choice, ([], []))
        (near if m.is_near else far).append(m.score - base[m.set_name, m.label])
    totals = {
        choice: sum(float(np.mean(group)) for group in groups if group)
        for choice, groups in gains.items()
    }
    best = max(totals, key=lambda choice: totals[choice])
    for m in measurements:
        if m.choice in (best, Choice(0.0, best.kept_share), Choice(1.0, best.kept_share)):
            report(
                f"{m.set_name} {m.label}: alpha {m.choice.alpha},"
                f" R@1 {m.recall_at_1:.3f}, P@10 {m.precision_at_10:.3f}"
            )
    report(f"chosen alpha {best.alpha}, kept share {best.kept_share}; gain {totals[best]:.3f}")
    return best


def neighbor_agreement(
    embeddings: Tensor, values: Sequence[object | None], limit: int = 10
) -> tuple[float, float]:
    """How often the nearest row has the same label, and the mean share among the `limit` nearest.

    embeddings  (n, d) unit length
    values      n labels; rows without one (None) leave the gallery too

    Labels that occur once ask no question but can be found.  On the device, because all 25 choices
    are measured; `evaluation.retrieval` is the full measurement.
    """
    known = [row for row, value in enumerate(values) if value is not None]
    device = embeddings.device
    embeddings = embeddings[known]
    _, inverse = np.unique([str(values[row]) for row in known], return_inverse=True)
    numbers = torch.as_tensor(inverse, device=device)
    is_asked = (torch.bincount(numbers)[numbers] > 1).float()
    first, share = 0.0, 0.0
    for start in range(0, len(known), BLOCK):
        cosines = embeddings[start : start + BLOCK] @ embeddings.t()
        rows = torch.arange(len(cosines), device=device)
        cosines[rows, start + rows] = -torch.inf
        nearest = cosines.topk(min(limit, len(known) - 1), 1)[1]
        is_hit = (numbers[nearest] == numbers[start : start + BLOCK, None]).float()
        weight = is_asked[start : start + BLOCK]
        first += (is_hit[:, 0] * weight).sum().item()
        share += (is_hit.mean(1) * weight).sum().item()
    asked = max(is_asked.sum().item(), 1)
    return first / asked, share / asked
