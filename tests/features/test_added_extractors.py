"""What every attribute extractor must do, ours in the tests as an example of somebody else's."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from tests.features.brightness_extractor import Brightness

from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.extraction import ALL_STEPS
from lookalike.features.encoder import default_encoder
from lookalike.features.pipeline import Extractor

EXTRACTORS = [Brightness]  # add yours


@pytest.fixture(scope="module")
def extractor():
    return Extractor(default_encoder(threads=1))


def pictures():
    """A plain packshot, one cut out, noise, and white on white, as PNG."""
    drawn = Image.new("RGB", (120, 90), "white")
    drawn.paste((180, 30, 40), (30, 20, 90, 70))
    cut = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    cut.paste((20, 90, 60, 255), (10, 10, 30, 30))
    pale = Image.new("RGB", (80, 60), "white")
    pale.paste((249, 249, 247), (20, 20, 60, 40))
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8))
    for image in (drawn, cut, noise, pale):
        file = io.BytesIO()
        image.save(file, "PNG")
        yield file.getvalue()


@pytest.mark.parametrize("made", EXTRACTORS)
def test_an_extractor_keeps_the_contract_of_the_port(extractor, made):
    one = made()
    assert one.version
    assert one.attributes
    assert all(re.fullmatch("[a-z][a-z_]*", name) for name in one.attributes)
    assert not {*one.attributes} & {*VISUAL_ATTRIBUTES}
    step = f"mine@{one.version}"
    for data in pictures():
        prepared = extractor.prepare(data)
        (encoded,) = extractor.encode([prepared])
        first, second = (
            extractor.finish(prepared, encoded, steps=ALL_STEPS | {step}, added={step: made()})
            for _ in range(2)
        )
        for name in one.attributes:
            value = first.attributes[name]
            assert value == second.attributes[name]
            assert value.value
            assert 0 <= value.confidence <= 1
            assert value.evidence["extractor"] == step
        without = extractor.finish(prepared, encoded)
        assert first.attributes.keys() - without.attributes.keys() == {*one.attributes}
        np.testing.assert_array_equal(first.row, without.row)


def test_what_is_not_asked_for_is_neither_measured_nor_in_the_way(extractor, monkeypatch):
    data = next(pictures())
    prepared = extractor.prepare(data)
    (encoded,) = extractor.encode([prepared])
    whole = extractor.finish(prepared, encoded)

    def never(*_, **__):
        raise AssertionError("measured all the same")

    for name in ("pattern_guess", "outline", "shape", "complexity", "aesthetic", "components"):
        monkeypatch.setattr(f"lookalike.features.seen.{name}", never)
    color = extractor.finish(prepared, encoded, steps=frozenset({"color_family"}))
    assert color.attributes["color_family"] == whole.attributes["color_family"]
    assert not color.attributes.keys() & {"pattern", "shape", "complexity", "aesthetic"}
    assert color.palette == whole.palette
    np.testing.assert_array_equal(color.row, whole.row)
