"""Thousands of broken feeds: only our errors, and every record is accounted for by its line."""

import random

import feed_samples
import pytest

from lookalike.domain.problems import Problem
from lookalike.errors import LookalikeError
from lookalike.sources.catalog import open_source
from lookalike.sources.protocol import Record

PIECES = (
    b"<", b">", b"</item>", b"<item>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&", b"&x;", b'"',
    b"'", b",", b"\n", b"\r", b"\t", b"\x00", b"\xff", b"\xc3", b"{", b"}", b"[", b"]", b"\\", b":",
    b"null", b"NaN", b"1e999", b"-5", b"9" * 40, b"<!DOCTYPE x>", b"2026-13-45/x", b"\xef\xbb\xbf",
)  # fmt: skip


def mutated(data, rng):
    """The bytes with one to six pieces cut out, doubled, swapped in or overwritten."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(changed) + 1)
        end = min(len(changed), start + rng.choice((0, 1, 3, 20, 200)))
        kind = rng.randrange(4)
        if kind == 0:
            del changed[start:end]
        elif kind == 1:
            changed[start:start] = changed[start:end]
        elif kind == 2:
            changed[start:start] = rng.choice(PIECES)
        else:
            changed[start:end] = bytes(rng.randrange(256) for _ in range(end - start))
    return bytes(changed)


def check(tmp_path, *, count, seed):
    """Mutate each sample `count` times; the number of files that were read."""
    rng = random.Random(seed)
    read = 0
    for name, text in feed_samples.SAMPLES.items():
        path = tmp_path / name
        for _ in range(count):
            path.write_bytes(mutated(text.encode(), rng))
            try:
                source = open_source(path)
                records, outcomes = list(source.records()), list(source.products())
            except LookalikeError:
                continue
            read += 1
            account(records, outcomes, path)
    return read


def account(records, outcomes, path):
    lost = [one for one in records if isinstance(one, Problem) and one.skipped]
    whole = [one for one in records if isinstance(one, Record)]
    products = [one for one in outcomes if not isinstance(one, Problem)]
    skipped = [one for one in outcomes if isinstance(one, Problem) and one.skipped]
    lines = path.read_bytes().decode("utf-8", "replace").count("\n") + 1
    merged = len(whole) + len(lost) - len(products) - len(skipped)
    assert merged == 0 or path.suffix == ".csv"  # image rows below their product
    assert merged >= 0
    for one in outcomes:
        if isinstance(one, Problem) and one.code != "encoding":
            assert one.line is not None
            assert 1 <= one.line <= lines + path.read_bytes().count(b"\r"), (one, lines)


def test_mutated_feeds_never_crash_and_every_bad_row_has_its_line(tmp_path):
    assert check(tmp_path, count=40, seed=1) > 100


@pytest.mark.nightly
def test_ten_thousand_mutated_feeds_never_crash(tmp_path):
    assert check(tmp_path, count=10_000 // len(feed_samples.SAMPLES) + 1, seed=2) > 3_000
