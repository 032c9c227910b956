"""Who is believed, and which attributes a collection keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain.attributes import SOURCES, UNKNOWN, VISUAL_ATTRIBUTES, Attribute, believed
from lookalike.domain.extraction import EXTRACTORS, chosen_attributes
from lookalike.errors import InvalidInput

ENTRIES = st.builds(
    lambda name, value, source: Attribute(name, value, source, 0.5, "1"),
    st.sampled_from(["pattern", "style"]),
    st.sampled_from(["striped", "casual", UNKNOWN]),
    st.sampled_from(SOURCES),
)


def naive(ledger, name):
    """Sources in their order, those that know a value first."""
    for known in (True, False):
        for source in ("human", "feed", "rule", "image"):
            for one in ledger:
                if (one.name, one.source) == (name, source) and (one.value != UNKNOWN) == known:
                    return one
    return None


@given(st.lists(ENTRIES, max_size=8))
def test_a_human_counts_more_than_the_feed_the_feed_more_than_a_rule_and_an_image(ledger):
    chosen = believed(ledger)
    assert chosen == {one.name: naive(ledger, one.name) for one in ledger}


def test_nothing_is_chosen_where_nothing_is_asked():
    assert chosen_attributes(None, None) is None


def test_the_recipes_own_names_choose_everything_it_lists():
    extractors = [
        "image-embedding",
        "color-extraction",
        "pattern-detection",
        "style-classification",
        "object-detection",
    ]
    seven = [name for name in VISUAL_ATTRIBUTES if name != "product_type"]
    assert chosen_attributes(extractors, seven) == VISUAL_ATTRIBUTES
    assert chosen_attributes([*EXTRACTORS], None) == VISUAL_ATTRIBUTES


def test_extractors_and_attributes_narrow_what_is_kept():
    assert chosen_attributes(["image_embedding"], None) == ()
    assert chosen_attributes(["color", "product_type"], None) == (
        "color_family",
        "shape",
        "product_type",
    )
    assert chosen_attributes(None, ["pattern", "color-family"]) == ("color_family", "pattern")
    assert chosen_attributes(None, ["all"]) == VISUAL_ATTRIBUTES


@pytest.mark.parametrize(
    ("extractors", "attributes", "said"),
    [
        (["colour"], None, 'no extractor "colour".*Did you mean "color"'),
        (None, ["patern"], 'no attribute "patern".*Did you mean "pattern"'),
        (["color"], ["pattern"], "comes from the extractor pattern, which is left out"),
    ],
)
def test_unknown_names_are_errors_that_name_the_nearest(extractors, attributes, said):
    with pytest.raises(InvalidInput, match=said):
        chosen_attributes(extractors, attributes)
