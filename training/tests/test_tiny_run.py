"""The whole way on drawn data: prepare, fit, export, evaluate, through the command line."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

from encoder_training.checkpoint import read_checkpoint
from encoder_training.cli import main
from encoder_training.encoder import Encoder
from encoder_training.export import OUTPUTS, ServedEncoder
from encoder_training.tiny import draw_data
from encoder_training.vocabulary import HEADS, Classes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which all four commands have run."""
    root = tmp_path_factory.mktemp("tiny")
    data, packs, out, exported = (root / name for name in ("data", "packs", "out", "exported"))
    run("prepare", "--tiny", data=data, packs=packs)
    run(
        "fit",
        "--tiny",
        packs=packs,
        out=out,
        backbone=data / "backbone.pth",
        teacher=data / "teacher.onnx",
        masks=root / "masks.pt",
    )
    run("export", checkpoint=out / "model.pt", out=exported, packs=packs)
    run(
        "evaluate",
        sets=packs / "held_out.json",
        model=f"new={exported / 'encoder.onnx'}",
        labels=exported / "labels.json",
        teacher=data / "teacher.onnx",
        disturbed=2,
        unknown="shapes",
        out=root / "figures.json",
    )
    return root


def run(*words, **options):
    arguments = list(words)
    for name, value in options.items():
        arguments += [f"--{name}", str(value)]
    assert main(arguments) == 0


def session(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (3, 3, 224, 224), dtype=np.uint8)


def test_the_exported_model_takes_bytes_and_names_its_outputs_in_order(folder):
    model = session(folder / "exported" / "encoder.onnx")
    (image,) = model.get_inputs()
    assert (image.name, image.type) == ("image", "tensor(uint8)")
    assert tuple(output.name for output in model.get_outputs()) == OUTPUTS
    assert ("embedding", "features", "mask", *HEADS) == OUTPUTS


def test_the_exported_model_gives_what_the_checkpoint_gives(folder, images):
    served = ServedEncoder(read_checkpoint(folder / "out" / "model.pt").encoder()).eval()
    with torch.no_grad():
        expected = served(torch.from_numpy(images))
    found = session(folder / "exported" / "encoder.onnx").run(None, {"image": images})
    for name, mine, theirs in zip(OUTPUTS, found, expected, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), atol=1e-4, err_msg=name)


@pytest.mark.parametrize("file", ["encoder.onnx", "encoder-int8.onnx"])
def test_outputs_have_the_ranges_they_promise(folder, images, file):
    model = session(folder / "exported" / file)
    found = dict(zip(OUTPUTS, model.run(None, {"image": images}), strict=True))
    labels = json.loads((folder / "exported" / "labels.json").read_text())["outputs"]
    assert found["embedding"].shape == (3, labels["embedding"]["dim"])
    assert np.linalg.norm(found["embedding"], axis=1) == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(found["features"], axis=1) == pytest.approx(1, abs=1e-3)
    assert found["mask"].shape == (3, 1, 56, 56)
    assert 0 <= found["mask"].min() <= found["mask"].max() <= 1
    for head in HEADS:
        assert found[head].shape == (3, len(labels[head]["classes"]))
        assert found[head].sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_the_weights_are_stored_in_half_their_size(folder):
    state = read_checkpoint(folder / "out" / "model.pt").state
    numbers = sum(tensor.numel() for tensor in state.values())
    assert (folder / "exported" / "encoder.onnx").stat().st_size < 2.2 * numbers


def test_labels_state_the_provenance_the_data_folder_gave(folder):
    labels = json.loads((folder / "exported" / "labels.json").read_text())
    assert labels["data"] == [{"name": "drawn by the training code", "license": "this project's"}]


def test_every_kind_of_figure_is_measured(folder):
    figures = json.loads((folder / "figures.json").read_text())
    assert set(figures["retrieval"]) == {
        "catalog",
        "catalog_large",
        "clothing_val",
        "clothing_test",
        "grocery",
        "shapes",
    }
    assert 0 <= figures["heads"]["catalog"]["new"]["product_type"]["calibration_error"] <= 1
    assert set(figures["masks"]["catalog"]["new"]) >= {"mean", "median"}
    assert figures["small photo finds its large photo"]["new"] == 1
    assert 0 <= figures["unknown products"]["new"]["auroc"] <= 1
    assert figures["speed"]["new"]["MB"] > 1


def test_training_moved_the_weights_and_wrote_the_selection(folder):
    content = torch.load(folder / "out" / "tuned.pt", weights_only=True)
    assert not torch.equal(content["state"]["ft.weight"].cpu(), content["pca"]["ft.weight"])
    choices = json.loads((folder / "out" / "selection.json").read_text())
    assert len({(m["choice"]["alpha"], m["choice"]["kept_share"]) for m in choices}) == 25
    assert {m["is_near"] for m in choices} == {True, False}


def test_photos_of_a_test_split_take_no_part_in_choices(folder):
    held_out = json.loads((folder / "packs" / "held_out.json").read_text())
    choices = json.loads((folder / "out" / "selection.json").read_text())
    assert "clothing_test" in held_out
    assert {m["set_name"] for m in choices} == {
        "catalog",
        "clothing",
        "grocery",
        "outside_shapes",
    }


def test_a_problem_is_told_with_a_hint_and_an_exit_status(tmp_path, capsys):
    assert main(["prepare", "--data", str(tmp_path), "--packs", str(tmp_path / "p")]) == 2
    assert "manifest.csv" in capsys.readouterr().err


def test_drawn_data_never_overwrites_a_folder(folder, capsys):
    data, packs = str(folder / "data"), str(folder / "packs")
    assert main(["prepare", "--tiny", "--data", data, "--packs", packs]) == 2
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["prepare", "fit", "export", "evaluate"])
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert "--" in capsys.readouterr().out


def test_an_earlier_checkpoint_without_provenance_can_be_read(tmp_path):
    classes = Classes(product_type=("a",))
    content = {
        "state": {name: t.half() for name, t in Encoder(classes).state_dict().items()},
        "classes": {**classes.to_mapping(), "sub": ["x"]},
        "w_keep": 0.25,
        "alpha": 0.8,
        "args": {"lr": 4e-4, "keep": 1.5, "packs": "d"},
    }
    torch.save(content, tmp_path / "model.pt")
    checkpoint = read_checkpoint(tmp_path / "model.pt")
    assert checkpoint.arguments == {"learning_rate": 4e-4, "keep_weight": 1.5}
    assert checkpoint.provenance is None
    assert checkpoint.encoder().kept_share == 0.25


def test_drawn_data_is_the_same_each_time(tmp_path):
    for name in ("a", "b"):
        draw_data(tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.jpg"))
    assert files
    assert all(
        (tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files
    )
