"""What merchants write, and what it claims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain import attribute_words, color_words, type_words
from lookalike.domain.color import FAMILIES
from lookalike.domain.vocabulary import (
    MULTICOLOR,
    claimed_columns,
    kind_of_product,
    pattern_of_title,
    read_cell,
)


def color(text):
    return read_cell("color_family", text)


@pytest.mark.parametrize(
    ("said", "family"),
    [
        ("Navy Blue", "blue"),
        ("OFFWHITE", "white"),
        ("off-white", "white"),
        ("Azul petróleo", "blue"),
        ("Sea Green", "green"),
        ("dunkelblau", "blue"),
        ("hellgrün", "green"),
        ("Bordeaux", "red"),
        ("TEJANO NEGRO", "black"),
        ("rose gold", "gold"),
        ("Stainless steel", "silver"),
        ("Grey Melange", "gray"),
        ("light pink", "pink"),
        ("gris perla", "gray"),
        ("Multi", MULTICOLOR),
    ],
)
def test_color_words_of_several_languages_claim_their_family(said, family):
    assert color(said).value == family


def test_of_several_colors_the_first_counts_and_three_are_multicolor():
    assert color("black/white").value == "black"
    assert color("white and black").value == "white"
    assert color("schwarz, weiß, rot").value == MULTICOLOR
    assert color("blue/navy/denim").value == "blue"  # one family, however often


def test_the_other_meanings_of_a_cell_are_no_contradiction():
    assert set(color("Teal").also) == {"blue"}
    assert {"white", MULTICOLOR} <= set(color("black/white").also)
    assert color("black").also == ()
    assert "black" in color("dark gray").also
    assert "white" in color("light pink").also
    assert color("solar-powered").value is None  # a word that only ends like a color


def test_cells_that_say_nothing_claim_nothing_and_are_not_reported():
    for said in ("", "NA", "n/a", "Clear glass", "Oak veneer", "Pine"):
        assert (color(said).value, color(said).unknown) == (None, ())


def test_words_that_no_table_knows_are_reported():
    assert color("Misty lagoon").unknown == ("misty", "lagoon")
    assert read_cell("pattern", "Millefleur").unknown == ("millefleur",)
    assert color("Misty blue").unknown == ()  # its color is known all the same


def test_every_word_of_the_color_table_claims_the_first_family_of_its_line():
    seen = set()
    for families, words in color_words.FAMILY_WORDS.items():
        assert set(families.split()) <= set(FAMILIES)
        for word in words.split():
            assert word not in seen, f"{word} stands twice"
            seen.add(word)
            assert color(word).value == families.split()[0], word


def test_phrases_lead_to_words_that_the_tables_know():
    known = {word for words in color_words.FAMILY_WORDS.values() for word in words.split()}
    known |= color_words.COLORLESS | color_words.MODIFIERS
    assert set(color_words.PHRASES.values()) <= known
    words = {
        w for table in attribute_words.WORDS.values() for w in " ".join(table.values()).split()
    }
    assert set(attribute_words.PHRASES.values()) <= words


@given(st.sampled_from(["color_family", "pattern", "style", "material_appearance"]), st.text())
def test_no_text_is_too_strange_to_read(attribute, text):
    reading = read_cell(attribute, text)
    allowed = FAMILIES if attribute == "color_family" else attribute_words.WORDS[attribute]
    assert reading.value is None or reading.value in allowed
    assert set(reading.also) <= set(allowed) - {reading.value}
    assert not (reading.value and reading.unknown)


@given(st.lists(st.sampled_from(["red", "navy", "blue", "cream", "off-white", "teal"]), min_size=1))
def test_a_list_of_colors_means_what_its_parts_mean(parts):
    first = [color(part).value for part in parts]
    expected = first[0] if len(set(first)) < 3 else MULTICOLOR
    assert color("/".join(parts)).value == expected
    assert color(tuple(parts)).value == expected


def test_columns_are_guessed_by_name_and_the_named_one_wins():
    columns = ["id", "baseColour", "colorgroup", "usage", "Material"]
    guessed = {"color_family": "baseColour", "style": "usage", "material_appearance": "Material"}
    assert claimed_columns(columns) == guessed
    assert claimed_columns(columns, {"color_family": "colorgroup"})["color_family"] == "colorgroup"
    assert "color_family" not in claimed_columns(columns, {"color_family": "gone"})


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Table lamp", "lamp"),
        ("Lamp table", "table"),
        ("Box with lid", "storage"),
        ("Rug, flatwoven", "rug"),
        ("Chest of 3 drawers", "chest of drawers"),
        ("Three-seat sofa with chaise longue", "sofa"),
        ("Lámpara de mesa", "lamp"),
        ("Highchair with safety belt", None),
        ("Stool cover", "cover"),
        ("Quilt cover and 2 pillowcases", "bed linen"),
        ("KALLAX", None),
    ],
)
def test_a_title_names_the_kind_of_thing_by_its_last_noun(title, kind):
    assert kind_of_product(title) == kind


def test_home_kinds_and_garments_are_told_apart():
    assert {"lamp", "sofa", "rug", "vase", "cushion"} <= type_words.HOME_KINDS
    assert not {"t-shirt", "dress", "shoes"} & type_words.HOME_KINDS
    assert {kind for pair in type_words.NEAR_KINDS for kind in pair} <= type_words.KINDS.keys()


def test_a_title_names_a_pattern_only_by_words_that_mean_nothing_else():
    assert pattern_of_title("Men Check Orange Shirt") == "checked"
    assert pattern_of_title("Polka Dot Print Tunic") == "dotted"
    assert pattern_of_title("3-Stripes Track Top by Flower Power") is None
