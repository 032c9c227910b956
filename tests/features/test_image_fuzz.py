"""Whatever the bytes are, `decode` gives a picture within its limits or an ImageProblem."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_files import one_of_each

from lookalike.features.image import ImageLimits, ImageProblem, decode

FILES = list(one_of_each().values())
LIMITS = ImageLimits(pixels=1_000_000, side_px=4_000, seconds=5)
STARTS = [data[:size] for data in FILES for size in (4, 12, 40)]


def outcome(data):
    try:
        decoded = decode(data, limits=LIMITS, target_px=64)
    except ImageProblem as refused:
        return refused.reason
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.ndim == 3
    assert decoded.pixels.shape[2] == 3
    assert decoded.pixels.size <= 3 * LIMITS.pixels
    return "picture"


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes(data):
    assert outcome(data) != "picture"


@given(st.sampled_from(STARTS), st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_behind_a_true_beginning(start, rest):
    outcome(start + rest)


def mutated(rng):
    data = bytearray(FILES[rng.integers(len(FILES))])
    for _ in range(rng.integers(1, 12)):
        at = int(rng.integers(len(data)))
        kind = rng.integers(4)
        if kind == 0:
            data[at] = rng.integers(256)
        elif kind == 1:
            data[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
        elif kind == 2:
            del data[at : at + int(rng.integers(1, 40))]
        else:
            data[at:at] = data[at : at + int(rng.integers(1, 40))]
        if not data:
            break
    return bytes(data)


@pytest.mark.parametrize("seed", range(20))
def test_mutated_files(seed):
    rng = np.random.default_rng(seed)
    for _ in range(40):
        outcome(mutated(rng))
