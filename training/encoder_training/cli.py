"""The command line: prepare, fit, export, evaluate."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from encoder_training.checkpoint import read_checkpoint
from encoder_training.evaluation.report import Question, evaluate
from encoder_training.export import export_backbone, export_encoder
from encoder_training.fit import FitFiles, fit
from encoder_training.json_files import read_json, write_json
from encoder_training.label_file import write_label_file
from encoder_training.packs import Report
from encoder_training.prepare import prepare
from encoder_training.problems import TrainingError
from encoder_training.quantize import calibration_images
from encoder_training.recipe import Recipe, TinySize
from encoder_training.tiny import draw_data

DESCRIPTION = "Train, export and measure the default encoder.  training/README.md tells more."
PROBLEM = 2  # exit status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it is done, 2 when the caller has to change something."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except TrainingError as problem:
        print(problem.message, file=sys.stderr)
        print(problem.hint, file=sys.stderr)
        return PROBLEM
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m encoder_training", description=DESCRIPTION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_prepare, _add_fit, _add_export, _add_evaluate):
        add(commands)
    return parser


def _add_prepare(commands: argparse._SubParsersAction) -> None:
    command = _command(commands, "prepare", "Read photos and labels into packs.", _prepare)
    command.add_argument("--data", type=Path, required=True, help="data folder")
    command.add_argument("--packs", type=Path, required=True, help="folder to write")
    command.add_argument(
        "--tiny", action="store_true", help="first draw a small data folder into --data"
    )


def _prepare(options: argparse.Namespace) -> None:
    if options.tiny:
        if options.data.exists() and any(options.data.iterdir()):
            raise TrainingError(
                f"{options.data} is not empty.", hint="Name a new folder for the drawn data."
            )
        draw_data(options.data)
    prepare(options.data, options.packs, _reporter())


def _add_fit(commands: argparse._SubParsersAction) -> None:
    command = _command(commands, "fit", "Train on packs.", _fit)
    add, default = command.add_argument, Recipe()
    add("--packs", type=Path, required=True, help="folder written by prepare")
    add("--out", type=Path, required=True, help="folder for model.pt, tuned.pt and log.txt")
    add("--backbone", type=Path, required=True, help="EfficientNet-Lite2 ImageNet weights (.pth)")
    add("--teacher", type=Path, help="mask teacher, u2netp.onnx")
    add("--masks", type=Path, help="file that keeps the teacher's masks between runs")
    add("--seconds", type=float, default=default.seconds, help="training time (%(default)s)")
    add("--batch", type=int, default=default.batch, help="products a step (%(default)s)")
    add(
        "--learning-rate",
        type=float,
        default=default.learning_rate,
        help="peak rate of the backbone (%(default)s)",
    )
    add(
        "--keep-weight",
        type=float,
        default=default.keep_weight,
        help="weight of staying close to the ImageNet features (%(default)s)",
    )
    add("--seed", type=int, default=default.seed, help="(%(default)s)")
    add("--alpha", type=float, help="share of the tuned weights; chosen when not given")
    add(
        "--kept-share",
        type=float,
        default=default.kept_share,
        help="share of the embedding that keeps ImageNet's geometry, with --alpha (%(default)s)",
    )
    add("--init", type=Path, help="go on from this tuned.pt")
    add(
        "--init-share",
        type=float,
        default=default.init_share,
        help="share of the weights of --init, the rest is ImageNet (%(default)s)",
    )
    add("--sheet", action="store_true", help="also write augmentation.png, to look at")
    add("--tiny", action="store_true", help="a few photos and steps, to try the command")


def _fit(options: argparse.Namespace) -> None:
    recipe = Recipe(
        seconds=options.seconds,
        batch=options.batch,
        learning_rate=options.learning_rate,
        keep_weight=options.keep_weight,
        seed=options.seed,
        alpha=options.alpha,
        kept_share=options.kept_share,
        init=options.init,
        init_share=options.init_share,
        tiny=TinySize() if options.tiny else None,
    )
    files = FitFiles(
        packs=options.packs,
        out=options.out,
        backbone=options.backbone,
        teacher=options.teacher,
        masks=options.masks,
    )
    options.out.mkdir(parents=True, exist_ok=True)
    report = _reporter(options.out / "log.txt")
    fit(files, recipe, report, with_sheet=options.sheet)


def _add_export(commands: argparse._SubParsersAction) -> None:
    command = _command(commands, "export", "Write ONNX files and labels.json.", _export)
    add = command.add_argument
    add("--checkpoint", type=Path, required=True, help="model.pt written by fit")
    add("--out", type=Path, required=True, help="folder to write")
    add(
        "--packs",
        type=Path,
        help="also write encoder-int8.onnx, calibrated on training images of these packs",
    )
    add("--provenance", type=Path, help="JSON to state in place of the checkpoint's provenance")
    add(
        "--imagenet",
        type=Path,
        help="also write imagenet.onnx, the backbone with these weights, to compare with",
    )


def _export(options: argparse.Namespace) -> None:
    checkpoint = read_checkpoint(options.checkpoint)
    calibration = calibration_images(options.packs) if options.packs else None
    export_encoder(checkpoint, options.out, calibration)
    provenance = read_json(options.provenance) if options.provenance else None
    write_label_file(options.out / "labels.json", checkpoint, provenance)
    if options.imagenet:
        export_backbone(options.imagenet, options.out / "imagenet.onnx")
    _reporter()(f"wrote {', '.join(sorted(path.name for path in options.out.iterdir()))}")


def _add_evaluate(commands: argparse._SubParsersAction) -> None:
    command = _command(commands, "evaluate", "Measure exported encoders.", _evaluate)
    add = command.add_argument
    add(
        "--sets",
        type=Path,
        required=True,
        help='JSON {"set": [["photo", {"label": "value"}], ...]}; prepare writes held_out.json',
    )
    add(
        "--model",
        type=_named_path,
        action="append",
        required=True,
        metavar="NAME=FILE",
        help="exported model; several may be given to compare them",
    )
    add("--labels", type=Path, help="labels.json, to measure the heads")
    add("--teacher", type=Path, help="mask teacher, to measure disturbed photos and masks")
    add("--disturbed", type=int, default=100, help="photos a set to disturb (%(default)s)")
    add(
        "--unknown",
        default="",
        metavar="SET,SET",
        help="sets whose products have no class, to measure how well that shows",
    )
    add("--threads", type=int, default=1, help="of ONNX Runtime (%(default)s)")
    add("--out", type=Path, help="also write all figures to this JSON file")


def _evaluate(options: argparse.Namespace) -> None:
    outputs = read_json(options.labels)["outputs"] if options.labels else {}
    question = Question(
        classes={head: o["classes"] for head, o in outputs.items() if "classes" in o},
        teacher=options.teacher,
        disturbed=options.disturbed,
        unknown_sets=tuple(name for name in options.unknown.split(",") if name),
        threads=options.threads,
    )
    figures = evaluate(dict(options.model), options.sets, question, _reporter())
    if options.out:
        write_json(options.out, figures)


def _command(
    commands: argparse._SubParsersAction,
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    command.set_defaults(run=run)
    return command


def _named_path(text: str) -> tuple[str, Path]:
    name, separator, path = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} has no name; write NAME=FILE")
    return name, Path(path)


def _reporter(log: Path | None = None) -> Report:
    """Prints each line with the seconds since the start, and adds it to `log`."""
    start = time.perf_counter()

    def report(line: str) -> None:
        stamped = f"[{time.perf_counter() - start:6.1f}] {line}"
        print(stamped, flush=True)
        if log:
            with log.open("a", encoding="utf-8") as file:
                file.write(stamped + "\n")

    return report
