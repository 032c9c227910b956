"""Whatever the bytes are: our errors only, and every record is accounted for."""

import csv
import io
import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lookalike.domain.problems import Problem
from lookalike.errors import LookalikeError
from lookalike.sources import values
from lookalike.sources.catalog import open_source
from lookalike.sources.locations import image_parts
from lookalike.sources.protocol import Record

FUZZ = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NASTY = st.sampled_from(
    [b"\x00", b'"', b"\n", b"\r", b",", b";", b"\xff", b"\xc3", b"\xfe\xff", b"{", b"}", b"[",
     b"]", b"\\", b"sku", b"image", b"a", b"1,5", b"NaN", b":", b"\xe2\x80\xa8", b"|"]
)  # fmt: skip
CHUNKS = st.lists(st.one_of(NASTY, st.binary(max_size=8)), max_size=60).map(b"".join)


def outcomes_of(path):
    """The outcomes, or None when the file was refused with one of our errors."""
    try:
        source = open_source(path)
        return list(source.records()), list(source.products())
    except LookalikeError:
        return None


def check(records, outcomes):
    read = sum(isinstance(record, Record) for record in records)
    lost = sum(isinstance(record, Problem) and record.skipped for record in records)
    products = [outcome for outcome in outcomes if not isinstance(outcome, Problem)]
    skipped = sum(isinstance(outcome, Problem) and outcome.skipped for outcome in outcomes)
    assert len(products) + skipped == read + lost
    assert len({product.sku for product in products}) == len(products)
    for outcome in outcomes:
        repr(outcome).encode()


@FUZZ
@given(CHUNKS, st.sampled_from(["c.csv", "c.tsv", "c.txt", "c.jsonl", "c.json", "c.parquet"]))
def test_random_bytes_raise_nothing_but_our_errors(tmp_path, data, name):
    (tmp_path / name).write_bytes(data)
    outcomes_of(tmp_path / name)


@FUZZ
@given(CHUNKS)
@example(b'a,b\n"a,b\na,b\n"x"y,2\n')
def test_every_row_below_a_good_header_is_accounted_for(tmp_path, data):
    (tmp_path / "c.csv").write_bytes(b"sku,image\n" + data)
    if found := outcomes_of(tmp_path / "c.csv"):
        check(*found)


@FUZZ
@given(CHUNKS)
def test_every_line_below_a_good_object_is_accounted_for(tmp_path, data):
    (tmp_path / "c.jsonl").write_bytes(b'{"sku": "s", "image": "i"}\n' + data)
    found = outcomes_of(tmp_path / "c.jsonl")
    assert found is not None
    check(*found)


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff", exclude_categories=["Cc"])
    | st.sampled_from(',;"\n'),
    max_size=12,
)


@FUZZ
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12))
def test_what_a_csv_writer_wrote_is_read_back_with_its_lines(tmp_path, table):
    """A second reader: the csv module over the whole text, rows numbered by counting."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    expected = []
    for row in [["sku", "image", "name"], ["s", "i", "n"], *table]:
        line = text.getvalue().count("\n") + 1
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            expected.append((line, row))
    (tmp_path / "c.csv").write_text(text.getvalue(), encoding="utf-8")
    records = list(open_source(tmp_path / "c.csv").records())
    assert [(record.line, list(record.values.values())) for record in records] == expected[1:]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@FUZZ
@given(st.lists(st.dictionaries(st.sampled_from(["sku", "image", "price", "x", "name"]), JSON)))
def test_any_json_object_is_read_the_same_as_a_line_and_as_an_element(tmp_path, objects):
    # All have a name: rows without one may continue the product above, which has its own test.
    objects = [{"name": "n", **one} for one in [{"sku": "s", "image": "i"}, *objects]]
    objects = [{**one, "name": one["name"] or "n"} for one in objects]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, objects)))
    (tmp_path / "c.json").write_text(json.dumps(objects, indent=1))
    lines, elements = outcomes_of(tmp_path / "c.jsonl"), outcomes_of(tmp_path / "c.json")
    check(*lines)
    assert [repr(record.values) for record in lines[0]] == [
        repr(record.values) for record in elements[0]
    ]


@FUZZ
@given(st.text(max_size=30) | st.integers() | st.floats() | st.booleans())
def test_a_price_is_never_negative_or_infinite(cell):
    try:
        amount, _ = values.price(cell)
    except ValueError:
        return
    assert amount is None or (amount.is_finite() and amount >= 0)


@FUZZ
@given(st.lists(st.from_regex(r"[a-z]{1,5}\.(jpg|PNG)", fullmatch=True), min_size=1))
def test_lists_of_image_names_are_split_at_any_separator(names):
    for separator in ["|", ";", ",", " ", "\n", ", ", " | "]:
        assert image_parts(separator.join(names)) == names
