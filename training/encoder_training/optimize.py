"""One training phase: AdamW for a given time, then the running average of the weights."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from encoder_training.packs import Report

BETAS = (0.9, 0.98)
WARM_UP_STEPS = 60
FINAL_RATE = 0.01  # of the peak
LARGEST_GRADIENT = 2.0
AVERAGE_DECAY, AVERAGE_DELAY = 0.995, 20  # the average follows quickly in the first few steps
# Progress is told at steps 50, 88, 139, 208, ...: often at first, rarely later.
FIRST_REPORT, NEXT_REPORT = 50, (1.35, 20)

ParameterGroup = dict[str, Any]  # what torch.optim takes
StepLosses = Callable[[], tuple[Tensor, dict[str, Tensor], int]]


@dataclass(frozen=True)
class Budget:
    """A phase ends after `seconds`, or after `steps` if that comes first."""

    seconds: float
    steps: int | None = None


def optimize(
    groups: Sequence[ParameterGroup], losses: StepLosses, budget: Budget, report: Report
) -> None:
    """Train the parameters of `groups` and leave them at the average over the last steps.

    losses  draws a batch and returns the loss to minimize, its terms, and the pictures seen

    The rate of each group rises over WARM_UP_STEPS and falls along a cosine over the time, so the
    same budget gives more steps on a faster machine.
    """
    optimizer = torch.optim.AdamW(groups, betas=BETAS)
    peaks = [group["lr"] for group in optimizer.param_groups]
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    average: list[Tensor] = []
    start, step, pictures, next_report = time.perf_counter(), 0, 0, FIRST_REPORT
    while step != budget.steps:
        progress = (time.perf_counter() - start) / budget.seconds
        if progress >= 1:
            break
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * _rate(step, progress)
        loss, terms, seen = losses()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT)
        optimizer.step()
        step, pictures = step + 1, pictures + seen
        _follow(average, parameters, step)
        if step >= next_report or budget.steps is not None:
            next_report = int(step * NEXT_REPORT[0] + NEXT_REPORT[1])
            speed = pictures / (time.perf_counter() - start)
            values = " ".join(f"{name}={value.item():.3f}" for name, value in terms.items())
            report(f"step {step}, {speed:.0f} pictures/s: {values}")
    with torch.no_grad():
        for parameter, mean in zip(parameters, average, strict=True):
            parameter.copy_(mean)
    report(f"phase done: {step} steps, {pictures} pictures")


def _rate(step: int, progress: float) -> float:
    warm_up = min(1.0, (step + 1) / WARM_UP_STEPS)
    return warm_up * (0.5 + 0.5 * math.cos(math.pi * min(progress, 1)) + FINAL_RATE)


@torch.no_grad()
def _follow(average: list[Tensor], parameters: Sequence[Tensor], step: int) -> None:
    """Move the running average towards the parameters, in place."""
    if not average:
        average.extend(parameter.detach().clone() for parameter in parameters)
        return
    decay = min(AVERAGE_DECAY, step / (step + AVERAGE_DELAY))
    torch._foreach_lerp_(average, [p.detach() for p in parameters], 1 - decay)
