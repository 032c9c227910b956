import subprocess
import sys

import pytest

from lookalike import registry
from lookalike.errors import InvalidInput, Unavailable


def test_default_is_the_encoder_that_ships():
    encoder = registry.make_encoder("default", threads=1)
    assert encoder.input.size_px == 224


def test_a_model_file_is_named_after_a_colon(tmp_path):
    path = tmp_path / "missing.onnx"
    with pytest.raises(Exception, match="no model file") as caught:
        registry.make_encoder(f"onnx:{path}")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("defualt", '"defualt" is not an encoder.*Did you mean "default"'),
        ("", '"" is not an encoder'),
        ("onnx", "names no file"),
        ("onnx:", "names no file"),
        ("default:x", "takes nothing after the name"),
    ],
)
def test_a_wrong_encoder_says_what_there_is(spec, message):
    with pytest.raises(InvalidInput, match=message):
        registry.make_encoder(spec)


def test_an_unknown_index_names_the_nearest():
    with pytest.raises(InvalidInput, match=r'"exakt" is not an index.*Did you mean "exact"'):
        registry.index_class("exakt")


def test_names_list_what_is_built_in():
    assert registry.encoder_names()[:2] == ("default", "onnx")
    assert registry.index_names()[:2] == ("exact", "reference")


def test_a_missing_library_is_unavailable_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    encoder = registry.make_encoder("default")
    with pytest.raises(Unavailable, match="pip install onnxruntime"):
        encoder.embedding_size  # noqa: B018 - the session is made here


def plugin(folder, *, module, group="lookalike.encoders"):
    """Install a package called `plugin` for a child process, by hand."""
    (folder / "plugin.py").write_text(module)
    info = folder / "plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\nmine = plugin:make\n")


def answer(folder, code):
    out = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder)},
        check=False,
    )
    return (
        out.stdout.strip() + out.stderr.strip().splitlines()[-1:][0]
        if out.stderr
        else out.stdout.strip()
    )


def test_another_package_brings_an_encoder_by_entry_point(tmp_path):
    plugin(tmp_path, module="def make(argument='', threads=None): return [argument, threads]")
    code = "from lookalike import registry as r; print(r.make_encoder('mine:big', threads=3))"
    assert answer(tmp_path, code) == "['big', 3]"
    code = "from lookalike import registry as r; print(r.encoder_names())"
    assert answer(tmp_path, code) == "('default', 'onnx', 'open_clip', 'hf', 'mine')"


def test_a_known_library_that_a_plugin_misses_is_unavailable(tmp_path):
    plugin(
        tmp_path, module="raise ModuleNotFoundError('no', name='faiss')", group="lookalike.indexes"
    )
    code = (
        "from lookalike import registry as r\n"
        "try: r.index_class('mine')\n"
        "except Exception as e: print(type(e).__name__, e)"
    )
    assert answer(tmp_path, code) == (
        'Unavailable The index "mine" needs the library "faiss", which is not installed. '
        "Run: pip install faiss-cpu"
    )


def test_a_mistake_in_a_plugin_is_shown_as_it_is(tmp_path):
    plugin(tmp_path, module="import nothing_of_that_name")
    code = "from lookalike import registry as r; r.make_encoder('mine')"
    assert answer(tmp_path, code) == "ModuleNotFoundError: No module named 'nothing_of_that_name'"


def test_importing_the_registry_loads_no_port():
    code = (
        "import sys, lookalike.registry;"
        "print([m for m in sys.modules if m.startswith(('lookalike.', 'numpy', 'onnx'))])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "['lookalike.errors', 'lookalike.registry']"
