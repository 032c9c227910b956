"""Trains the encoder: everything, then the weight average, then the heads again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from encoder_training.augmentation.extra_pools import extra_pools
from encoder_training.augmentation.views import product_views
from encoder_training.backbone import imagenet_backbone
from encoder_training.batches import Supply
from encoder_training.checkpoint import Checkpoint, write_checkpoint
from encoder_training.device import best_device, speed_up
from encoder_training.drawn.canvas import Canvas
from encoder_training.encoder import Encoder
from encoder_training.head_report import report_heads
from encoder_training.held_out import HeldOutSet, read_held_out
from encoder_training.json_files import read_json, write_json
from encoder_training.objective import Objective
from encoder_training.optimize import Budget, ParameterGroup, optimize
from encoder_training.packs import Report
from encoder_training.photos import LabelTable, label_table
from encoder_training.recipe import (
    BACKBONE_DECAY,
    EARLY_RATE,
    EMBEDDING_RATE,
    HEAD_DECAY,
    HEAD_RATE,
    HEAD_REFIT_RATE,
    HEADS_SHARE,
    MAIN_SHARE,
    PCA_ROUND,
    PCA_VIEWS,
    Recipe,
)
from encoder_training.sampling import BatchSampler
from encoder_training.selection import Choice, best_choice, measure_choices, move_to
from encoder_training.sheet import write_sheet
from encoder_training.start import Start, State, continue_from, start_from_imagenet
from encoder_training.teacher import photos_with_masks
from encoder_training.temperatures import calibrate
from encoder_training.vocabulary import Classes, read_classes


@dataclass(frozen=True)
class FitFiles:
    """Where everything lies.

    packs     what `prepare` wrote
    out       folder for model.pt (the result), tuned.pt (to go on from) and selection.json
    backbone  EfficientNet-Lite2 weights
    teacher   ONNX file of the mask teacher; not needed where `masks` exists
    masks     file that keeps the teacher's masks from run to run
    """

    packs: Path
    out: Path
    backbone: Path
    teacher: Path | None = None
    masks: Path | None = None


@dataclass(frozen=True)
class Run:
    """One training run on its way; only the student changes."""

    files: FitFiles
    recipe: Recipe
    classes: Classes
    supply: Supply
    table: LabelTable
    student: Encoder
    start: Start
    report: Report

    @property
    def objective(self) -> Objective:
        return Objective(self.student, self.start, self.supply, self.table, self.recipe.keep_weight)


def fit(files: FitFiles, recipe: Recipe, report: Report, *, with_sheet: bool = False) -> None:
    """Train and write model.pt; with a sheet also augmentation.png, to look at what is learned.

    Cost: `recipe.seconds` plus about two minutes to load and measure, on one GPU.
    """
    files.out.mkdir(parents=True, exist_ok=True)
    run = _prepared_run(files, recipe, report)
    if with_sheet:
        write_sheet(files.out / "augmentation.png", run.supply)
    tuned = _train_everything(run)
    tiny = recipe.tiny
    sets = read_held_out(files.packs, tiny.held_out_a_set if tiny else None)
    choice = _choose(run, tuned, sets)
    move_to(run.student, run.start.state, tuned, choice)
    _train_heads(run)
    temperatures = calibrate(run.student, run.supply.photos, run.table)
    report(f"temperatures: {_listed(temperatures)}")
    report_heads(run.student, sets, report)
    _write(run, choice)


def generator(device: torch.device, seed: int) -> torch.Generator:
    """The dice of all drawn pictures and augmentations."""
    return torch.Generator(device).manual_seed(seed)


def _prepared_run(files: FitFiles, recipe: Recipe, report: Report) -> Run:
    torch.manual_seed(recipe.seed)  # the heads start at random
    device = best_device()
    classes = read_classes(files.packs)
    limit = recipe.tiny.photos_a_pack if recipe.tiny else None
    photos = photos_with_masks(
        files.packs, device, teacher=files.teacher, cache=files.masks, limit=limit, report=report
    )
    rows = np.random.RandomState(recipe.seed)
    canvas = Canvas(device, generator(device, recipe.seed), rows)
    sampler = BatchSampler(photos.labels, photos.first_large, rows)
    pools = extra_pools(photos, classes, sampler.pools["catalog"])
    supply = Supply(canvas, photos, sampler, pools)
    student, start = _student(supply, files, recipe, classes, report)
    table = label_table(photos.labels, classes, device)
    return Run(files, recipe, classes, supply, table, student, start, report)


def _student(
    supply: Supply, files: FitFiles, recipe: Recipe, classes: Classes, report: Report
) -> tuple[Encoder, Start]:
    device = supply.canvas.device
    student = Encoder(classes)
    student.backbone = imagenet_backbone(files.backbone)
    origin = imagenet_backbone(files.backbone).to(device).eval().requires_grad_(False)
    student.to(device)
    speed_up(student, origin, report)
    if recipe.init:
        return student, continue_from(
            student, origin, recipe.init, share=recipe.init_share, report=report
        )
    tiny = recipe.tiny
    views, a_round = (tiny.pca_views, tiny.pca_round) if tiny else (PCA_VIEWS, PCA_ROUND)

    def next_views() -> Tensor:
        rows = supply.sampler.draw(a_round)
        return product_views(supply.canvas, supply.photos, rows).images

    return student, start_from_imagenet(
        student, origin, next_views, rounds=views // a_round, report=report
    )


def _train_everything(run: Run) -> State:
    """The first phase; returns its weights and keeps them in tuned.pt."""
    recipe, objective = run.recipe, run.objective
    optimize(
        _all_groups(run.student, recipe.learning_rate),
        lambda: objective.everything(recipe.products_a_batch),
        Budget(recipe.seconds * MAIN_SHARE, recipe.steps_a_phase),
        run.report,
    )
    tuned = {name: tensor.detach().clone() for name, tensor in run.student.state_dict().items()}
    torch.save({"state": tuned, "pca": run.start.projections}, run.files.out / "tuned.pt")
    return tuned


def _choose(run: Run, tuned: State, sets: list[HeldOutSet]) -> Choice:
    """The weight average that was asked for, or the best on the held-out sets."""
    if run.recipe.alpha is not None:
        return Choice(run.recipe.alpha, run.recipe.kept_share)
    measurements = measure_choices(run.student, run.start.state, tuned, sets)
    write_json(run.files.out / "selection.json", [asdict(m) for m in measurements])
    return best_choice(measurements, run.report)


def _train_heads(run: Run) -> None:
    """The second phase: heads and mask on the backbone as it will be served."""
    recipe, objective, student = run.recipe, run.objective, run.student
    for parameter in (*student.backbone.parameters(), *student.embedding_parameters()):
        parameter.requires_grad_(False)
    optimize(
        _head_groups(student, HEAD_REFIT_RATE),
        lambda: objective.heads_only(recipe.products_a_batch),
        Budget(recipe.seconds * HEADS_SHARE, recipe.steps_a_phase),
        run.report,
    )


def _write(run: Run, choice: Choice) -> None:
    provenance = run.files.packs / "provenance.json"
    path = run.files.out / "model.pt"
    checkpoint = Checkpoint(
        state=run.student.state_dict(),
        classes=run.classes,
        kept_share=choice.kept_share,
        alpha=choice.alpha,
        arguments=run.recipe.as_arguments(),
        provenance=read_json(provenance) if provenance.exists() else None,
    )
    write_checkpoint(path, checkpoint)
    run.report(f"wrote {path}")


def _all_groups(student: Encoder, rate: float) -> list[ParameterGroup]:
    """Early blocks slowly, the rest of the backbone at `rate`, embedding and heads faster."""
    early = student.backbone.early_parameters()
    is_early = {id(parameter) for parameter in early}
    late = [p for p in student.backbone.parameters() if id(p) not in is_early]
    return [
        {"params": early, "lr": rate * EARLY_RATE, "weight_decay": 0},
        {"params": _matrices(late), "lr": rate, "weight_decay": BACKBONE_DECAY},
        {"params": _vectors(late), "lr": rate, "weight_decay": 0},
        {
            "params": student.embedding_parameters(),
            "lr": rate * EMBEDDING_RATE,
            "weight_decay": 0,
        },
        *_head_groups(student, HEAD_RATE),
    ]


def _head_groups(student: Encoder, rate: float) -> list[ParameterGroup]:
    parameters = student.head_parameters()
    return [
        {"params": _matrices(parameters), "lr": rate, "weight_decay": HEAD_DECAY},
        {"params": _vectors(parameters), "lr": rate, "weight_decay": 0},
    ]


def _matrices(parameters: list[nn.Parameter]) -> list[nn.Parameter]:
    return [parameter for parameter in parameters if parameter.ndim > 1]


def _vectors(parameters: list[nn.Parameter]) -> list[nn.Parameter]:
    """Biases and norms, which weight decay would only bias."""
    return [parameter for parameter in parameters if parameter.ndim <= 1]


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in values.items())
