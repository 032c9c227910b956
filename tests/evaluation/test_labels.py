"""Which labels are the same, and which value one means."""

import pytest

from lookalike import InvalidInput
from lookalike.evaluation.labels import LabelMap, folded, spellings


def test_case_and_blanks_do_not_part_labels():
    assert folded("  Navy   BLUE ") == folded("navy blue")
    assert spellings(["Navy Blue", "navy  blue", "Red"]) == {"navy blue": "Navy Blue", "red": "Red"}


def test_a_map_translates_leaves_out_and_lets_other_labels_mean_themselves():
    found = LabelMap.from_json({"Navy Blue": "blue", "Multi": None}, name="map.json")
    assert [found.label(text) for text in ("NAVY BLUE", "multi", "Red")] == ["blue", None, "Red"]


def test_a_star_speaks_for_all_labels_that_the_map_does_not_name():
    found = LabelMap.from_json({"Navy": "blue", "*": None}, name="map.json")
    assert [found.label(text) for text in ("navy", "Red")] == ["blue", None]


def test_a_map_in_two_parts_makes_values_coarser():
    found = LabelMap.from_json(
        {"labels": {"Pants": "trousers"}, "values": {"Jeans": "trousers"}}, name="map.json"
    )
    assert (found.label("pants"), found.value("jeans"), found.value("Belts")) == (
        "trousers",
        "trousers",
        "Belts",
    )


def test_a_label_may_be_called_labels():
    assert LabelMap.from_json({"labels": "tags"}, name="map.json").label("Labels") == "tags"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (["red"], "JSON object"),
        ({"red": 3}, '"red" to 3'),
        ({"Red": "red", "RED": "blue"}, "spelled another way"),
        ({"values": {"Jeans": None}}, "to null"),
    ],
)
def test_a_map_that_makes_no_sense_is_refused_by_name(content, said):
    with pytest.raises(InvalidInput, match=r"map\.json") as caught:
        LabelMap.from_json(content, name="map.json")
    assert said in str(caught.value)
