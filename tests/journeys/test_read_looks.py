"""Looks are read from the files that merchants have; what is wrong is reported, the rest kept."""

import json

import pytest

from lookalike.errors import InvalidInput, NotFound
from lookalike.journeys.looks.read_looks import MOST_PIECES, read_looks

BOTH = {"a": ("S1", "S2"), "b": ("S3", "S4", "S5")}


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.json", {"a": ["S1", "S2"], "b": ["S3", "S4", "S5"]}),
        ("list.json", [{"look_id": "a", "items": ["S1", "S2"]},
                       {"id": "b", "skus": ["S3", "S4", "S5"]}]),
        ("rooms.json", [{"id": "a", "items": [{"id": "S1"}, {"id": "S2"}]},
                        {"id": "b", "items": [{"sku": "S3"}, {"sku": "S4"}, {"sku": "S5"}]}]),
        ("looks.csv", "look_id,sku\na,S1\na,S2\nb,S3\nb,S4\nb,S5\n"),
        ("orders.csv", "Order ID;Product ID;price\na;S1;3\nb;S3;1\na;S2;4\nb;S4;1\nb;S5;2\n"),
        ("wide.csv", "outfit_id,skus\na,S1|S2\nb,S3|S4|S5\n"),
        ("events.jsonl", "\n".join(
            json.dumps({"event_id": str(i), "kind": kind, "order_id": order, "product_id": sku})
            for i, (kind, order, sku) in enumerate([
                ("purchase", "a", "S1"), ("view", "a", "S9"), ("purchase", "b", "S3"),
                ("purchase", "a", "S2"), ("purchase", "b", "S4"), ("purchase", "b", "S5"),
            ])
        )),
    ],
)  # fmt: skip
def test_one_pair_of_looks_in_every_spelling(written, name, content):
    found = read_looks(written(name, content))
    assert found.looks == BOTH
    assert not found.problems.counts


def test_a_session_groups_what_has_no_order(written):
    rows = "session_id,event,sku\ns1,purchase,A\ns1,purchase,B\ns1,view,C\ns2,purchase,D\n"
    found = read_looks(written("events.csv", rows))
    assert found.looks == {"s1": ("A", "B")}
    assert found.alone == 1


def test_bad_looks_are_reported_and_the_rest_is_read(written):
    content = {
        "a": ["S1", "S2"],
        "text": "S1",
        "odd": ["S3", None, "S4"],
        "wholesale": [f"S{i}" for i in range(MOST_PIECES + 1)],
        "alone": ["S9", "S9"],
    }
    found = read_looks(written("looks.json", content))
    assert found.looks == {"a": ("S1", "S2"), "odd": ("S3", "S4")}
    assert found.problems.counts == {"bad_look": 1, "bad_product": 1, "large_look": 1}
    assert found.alone == 1


def test_rows_that_lack_something_are_named_by_line(written):
    found = read_looks(written("looks.csv", "look_id,sku\na,S1\n,S2\na,S3\nb,\n"))
    assert found.looks == {"a": ("S1", "S3")}
    assert [one.line for one in found.problems.kept] == [3, 5]


def test_numbers_are_skus_as_they_are_written(written):
    assert read_looks(written("looks.json", {"a": [17, "0018"]})).looks == {"a": ("17", "0018")}


def test_a_file_without_looks_says_what_is_expected(written):
    with pytest.raises(InvalidInput, match="look_id, order_id") as error:
        read_looks(written("catalog.csv", "sku,price\nS1,3\n"))
    assert "look id" in error.value.hint
    with pytest.raises(InvalidInput, match="no look"):
        read_looks(written("empty.json", {}))
    with pytest.raises(NotFound):
        read_looks("nowhere.json")
