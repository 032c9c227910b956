"""The whole measurement of one or more exported encoders on sets of labeled photos."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from encoder_training.evaluation.disturbances import DISTURBANCES, found_itself
from encoder_training.evaluation.judged import head_score, separation
from encoder_training.evaluation.masks import (
    MaskTeacher,
    enlarged,
    mask_score,
    stacked_masks,
)
from encoder_training.evaluation.retrieval import retrieval_scores
from encoder_training.evaluation.served_model import Answers, Images, ServedModel, squared
from encoder_training.evaluation.speed import speed
from encoder_training.evaluation.truth import (
    HEAD_OF_FIGURE,
    retrieval_columns,
    truth_numbers,
)
from encoder_training.json_files import read_json
from encoder_training.packs import Report

SEED = 0
Figures = dict[str, Any]  # nested dictionaries of numbers, for JSON


@dataclass(frozen=True)
class LabeledSet:
    """Photos of one set: paths, their labels, and the pictures (n, 224, 224, 3)."""

    name: str
    paths: list[Path]
    labels: list[dict[str, Any]]
    images: Images


@dataclass(frozen=True)
class Question:
    """What to measure.

    classes        head: class names, from labels.json; empty to leave the heads out
    teacher        ONNX file to disturb backgrounds and judge masks with, or None
    disturbed      how many photos a set are disturbed
    unknown_sets   sets whose products have no class, to measure how well that shows
    """

    classes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    teacher: Path | None = None
    disturbed: int = 100
    unknown_sets: tuple[str, ...] = ()
    threads: int = 1


def evaluate(
    models: Mapping[str, Path], sets_file: Path, question: Question, report: Report
) -> Figures:
    """Every figure as nested dictionaries: {"retrieval": {set: {model: {label: ...}}}, ...}.

    Cost: about 10 ms an image and model on one core, and n * n cosines a set.
    """
    served = {name: ServedModel(path, question.threads) for name, path in models.items()}
    teacher = MaskTeacher(question.teacher, question.threads) if question.teacher else None
    figures: Figures = {"retrieval": {}, "heads": {}, "disturbed": {}, "masks": {}}
    given: dict[tuple[str, str], Answers] = {}
    labels_of: dict[str, list[dict[str, Any]]] = {}
    for name, entries in read_json(sets_file).items():
        labeled = _read_set(name, entries, report)
        if labeled is None:
            continue
        labels_of[name] = labeled.labels
        answers = {model: served[model].answers(labeled.images) for model in served}
        given |= {(model, name): answer for model, answer in answers.items()}
        figures["retrieval"][name] = _retrieval(labeled, answers)
        figures["heads"][name] = _heads(labeled, answers, question.classes)
        if teacher:
            figures["disturbed"][name], figures["masks"][name] = _disturbed(
                labeled, served, answers, teacher, question.disturbed
            )
        for kind in figures:
            _tell(report, f"{kind}, {name}", figures[kind].get(name, {}))
    figures["small photo finds its large photo"] = _twins(given, labels_of, served)
    figures["unknown products"] = _unknown(given, labels_of, question, served)
    figures["speed"] = {name: speed(model) for name, model in served.items()}
    for kind in ("small photo finds its large photo", "unknown products", "speed"):
        _tell(report, kind, figures[kind])
    return figures


def _read_set(name: str, entries: list[Any], report: Report) -> LabeledSet | None:
    """The photos of a set that are there; None and a line in the report if none is."""
    found = [(Path(path), labels) for path, labels in entries if Path(path).exists()]
    if len(found) < len(entries):
        report(f"{name}: {len(entries) - len(found)} of {len(entries)} photos are missing")
    if not found:
        return None
    images = np.stack([squared(path) for path, _ in found])
    return LabeledSet(name, [path for path, _ in found], [labels for _, labels in found], images)


def _retrieval(labeled: LabeledSet, answers: Mapping[str, Answers]) -> Figures:
    columns = retrieval_columns(labeled.name, labeled.labels)
    return {
        model: {
            label: asdict(score)
            for label, score in retrieval_scores(answer.embeddings, columns).items()
        }
        for model, answer in answers.items()
    }


def _heads(
    labeled: LabeledSet, answers: Mapping[str, Answers], classes: Mapping[str, Sequence[str]]
) -> Figures:
    if not classes:
        return {}
    truth = truth_numbers(labeled.name, labeled.labels, classes)
    figures: Figures = {}
    for model, answer in answers.items():
        for figure, right in truth.items():
            head = HEAD_OF_FIGURE[figure]
            score = head_score(answer.heads[head], right) if head in answer.heads else None
            if score:
                figures.setdefault(model, {})[figure] = asdict(score)
    return figures


def _disturbed(
    labeled: LabeledSet,
    served: Mapping[str, ServedModel],
    answers: Mapping[str, Answers],
    teacher: MaskTeacher,
    limit: int,
) -> tuple[Figures, Figures]:
    """Whether disturbed photos find themselves in the whole set, and the IoU of the masks."""
    rows = np.unique(np.linspace(0, len(labeled.images) - 1, limit).astype(int))
    pictures = labeled.images[rows]
    masks = stacked_masks(teacher, [labeled.paths[row] for row in rows])
    dice = np.random.RandomState(SEED)
    changed = {
        kind: np.stack(
            [disturb(picture, mask, dice) for picture, mask in zip(pictures, masks, strict=True)]
        )
        for kind, disturb in DISTURBANCES.items()
    }
    found: Figures = {}
    overlap: Figures = {}
    for name, model in served.items():
        gallery = answers[name].embeddings
        found[name] = {
            kind: found_itself(model.answers(images).embeddings, gallery, rows)
            for kind, images in changed.items()
        }
        own = answers[name].masks
        score = None if own is None else mask_score(enlarged(own[rows]), masks)
        if score:
            overlap[name] = asdict(score)
    return found, overlap


def _twins(
    given: Mapping[tuple[str, str], Answers],
    labels_of: Mapping[str, list[dict[str, Any]]],
    models: Mapping[str, ServedModel],
) -> Figures:
    """Top-1 of small catalogue photos among the large photos of the same products."""
    if not {"catalog", "catalog_large"} <= set(labels_of):
        return {}
    place = {labels["id"]: row for row, labels in enumerate(labels_of["catalog"])}
    large_ids = [labels["id"] for labels in labels_of["catalog_large"]]
    pairs = [(place[i], row) for row, i in enumerate(large_ids) if i in place]
    small_rows, large_rows = (np.array(column) for column in zip(*pairs, strict=True))
    return {
        model: found_itself(
            given[model, "catalog"].embeddings[small_rows],
            given[model, "catalog_large"].embeddings,
            large_rows,
        )
        for model in models
    }


def _unknown(
    given: Mapping[tuple[str, str], Answers],
    labels_of: Mapping[str, list[dict[str, Any]]],
    question: Question,
    models: Mapping[str, ServedModel],
) -> Figures:
    """How well the highest type probability tells products with a class from those without."""
    figures: Figures = {}
    for model in models:
        highest: dict[bool, list[np.ndarray]] = {True: [], False: []}
        for name in labels_of:
            heads = given[model, name].heads
            if "product_type" in heads:
                is_unknown = name in question.unknown_sets
                highest[is_unknown].append(heads["product_type"].max(axis=1))
        if highest[True] and highest[False]:
            unknown, known = np.concatenate(highest[True]), np.concatenate(highest[False])
            figures[model] = {
                "auroc": separation(known, unknown),
                "known_median": float(np.median(known)),
                "unknown_median": float(np.median(unknown)),
            }
    return figures


def _tell(report: Report, title: str, figures: Figures) -> None:
    """One line for each group of numbers."""
    for name, value in figures.items():
        if isinstance(value, dict) and any(isinstance(v, dict) for v in value.values()):
            _tell(report, f"{title}, {name}", value)
        elif isinstance(value, dict):
            listed = ", ".join(f"{key} {_short(number)}" for key, number in value.items())
            report(f"{title}, {name}: {listed}")
        else:
            report(f"{title}, {name}: {_short(value)}")


def _short(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:.3f}"
