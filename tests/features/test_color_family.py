import json
import math
from importlib import resources

import numpy as np
import pytest

from lookalike.domain.color import FAMILIES, oklab, rgb_from_hex
from lookalike.domain.features import Swatch
from lookalike.features.color_family import _HEAD, Subject, color_family
from lookalike.features.color_names import family_votes
from lookalike.features.color_table import TABLE, table_votes
from lookalike.features.palette import PROTOTYPE_COUNT, channel_of, palette_and_channel

# Colors as anyone would name them: CSS names, Crayola's basic box and flat product colors.
PLAIN = {
    "#101010": "black", "#1f1f22": "black", "#ffffff": "white", "#f4f4f2": "white",
    "#f1eee6": "white", "#808080": "gray", "#b0b0b0": "gray", "#54575c": "gray",
    "#d9c7a8": "beige", "#dccbb0": "beige", "#7b5136": "brown", "#5a3a29": "brown",
    "#8b4513": "brown", "#ff0000": "red", "#c32f34": "red", "#800020": "red",
    "#ff8c00": "orange", "#e57f33": "orange", "#cc6a43": "orange", "#ffff00": "yellow",
    "#f0c743": "yellow", "#d9a52e": "yellow", "#008000": "green", "#4c8a56": "green",
    "#727541": "green", "#2f5a41": "green", "#98fb98": "green", "#0000ff": "blue",
    "#3f74b5": "blue", "#8db9de": "blue", "#23304f": "blue", "#1d2744": "blue",
    "#40e0d0": "blue", "#800080": "purple", "#7a4f94": "purple", "#ab98cf": "purple",
    "#ffc0cb": "pink", "#ff69b4": "pink", "#e697ab": "pink", "#cf4f7e": "pink",
}  # fmt: skip


def swatch(text, share=1.0):
    votes = family_votes(oklab(rgb_from_hex(text))[None])
    return Swatch(text, share, FAMILIES[int(votes.argmax())])


@pytest.mark.parametrize(("text", "family"), PLAIN.items())
def test_plain_colors_have_their_plain_name(text, family):
    assert color_family((swatch(text),)).value == family


def test_nothing_measured_is_unknown():
    found = color_family((), None)
    assert (found.value, found.confidence, dict(found.probabilities)) == ("unknown", 0, {})


def test_a_clear_color_is_surer_than_one_between_two_names():
    clear = color_family((swatch("#ff0000"),), None)
    between = color_family((swatch("#40a0a0"),), None)  # green or blue?
    assert clear.confidence > between.confidence
    assert {*list(between.probabilities)[:2]} == {"green", "blue"}


def test_probabilities_fall_and_the_first_is_the_value_with_its_confidence():
    found = color_family((swatch("#d9a52e", 0.6), swatch("#23304f", 0.4)), {"mustard": 0.7})
    chances = list(found.probabilities.values())
    assert chances == sorted(chances, reverse=True)
    assert next(iter(found.probabilities)) == found.value
    assert found.confidence == chances[0]
    assert 0 < sum(chances) <= 1 + 1e-9


def test_three_families_over_fifteen_percent_are_multicolor():
    three = (swatch("#ff0000", 0.34), swatch("#ffff00", 0.33), swatch("#0000ff", 0.33))
    assert color_family(three, None).value == "multicolor"


def test_two_families_and_small_accents_are_not_multicolor():
    some = (
        swatch("#23304f", 0.5),
        swatch("#ffffff", 0.3),
        swatch("#ff0000", 0.1),
        swatch("#ffff00", 0.1),
    )
    found = color_family(some, None)
    assert found.value == "blue"
    assert "multicolor" not in found.probabilities


def test_many_shades_of_one_family_are_not_multicolor():
    blues = (swatch("#3f74b5", 0.4), swatch("#8db9de", 0.3), swatch("#1d2744", 0.3))
    assert color_family(blues, None).value == "blue"


def test_the_encoder_decides_between_names_the_palette_finds_equal():
    teal = (swatch("#40a0a0"),)
    assert color_family(teal, {"green": 0.95, "blue": 0.05}).value == "green"
    assert color_family(teal, {"blue": 0.95, "green": 0.05}).value == "blue"


def test_an_unsure_encoder_does_not_overrule_a_clear_palette():
    unsure = {"blue": 0.3, "red": 0.25, "black": 0.25, "white": 0.2}
    assert color_family((swatch("#ff0000"),), unsure).value == "red"


def test_only_the_encoder_can_see_that_a_color_is_metal():
    yellowish, grayish = (swatch("#c9a557"),), (swatch("#b4b6b8"),)
    assert color_family(yellowish, {"gold": 0.9, "mustard": 0.1}).value == "gold"
    assert color_family(grayish, {"silver": 0.9, "grey": 0.1}).value == "silver"
    assert color_family(grayish, None).value == "gray"


def test_the_order_of_the_palette_does_not_matter():
    swatches = (swatch("#23304f", 0.5), swatch("#ffffff", 0.3), swatch("#ff0000", 0.2))
    assert color_family(swatches, None) == color_family(swatches[::-1], None)


def test_every_color_of_the_encoder_folds_into_families_that_exist():
    for parts in _HEAD.values():
        assert sum(parts.values()) == pytest.approx(1)
        assert set(parts) <= set(FAMILIES)


def test_an_unknown_color_of_another_encoder_is_no_vote():
    plain = color_family((swatch("#ff0000"),), {})
    assert color_family((swatch("#ff0000"),), {"ultraviolet": 1.0}) == plain


def test_a_table_vote_is_a_probability_for_any_distribution_of_colors():
    rng = np.random.default_rng(0)
    for _ in range(50):
        channel = rng.random(PROTOTYPE_COUNT).astype(np.float32)
        votes = table_votes(channel / np.linalg.norm(channel))
        assert votes.shape == (len(FAMILIES),)
        assert votes.sum() == pytest.approx(1)
        assert votes.min() >= 0


def test_the_table_is_a_plain_softmax_of_what_the_file_holds():
    text = (resources.files("lookalike") / "models" / TABLE).read_text(encoding="utf-8")
    rows = json.loads(text)["families"]
    channel = channel_of({"#c32f34": 0.7, "#f4f4f2": 0.3})
    powers = {}
    for family, row in rows.items():
        score = row["bias"]
        for one, weight in zip(channel.tolist(), row["weights"], strict=True):
            score += one * weight
        powers[family] = math.exp(score)
    plain = [powers[family] / sum(powers.values()) for family in FAMILIES]
    np.testing.assert_allclose(table_votes(channel), plain, rtol=1e-6)


def test_the_channel_of_the_palette_stands_in_for_one_that_was_not_measured():
    palette = (swatch("#23304f", 0.6), swatch("#ffffff", 0.4))
    channel = channel_of({"#23304f": 0.6, "#ffffff": 0.4})
    assert color_family(palette) == color_family(palette, channel=channel)


def test_gold_needs_a_material_that_looks_like_metal():
    head = {"gold": 0.7, "beige": 0.2, "mustard": 0.1}
    sand = (swatch("#d9c7a8"),)
    ring, bag = (color_family(sand, head, subject=Subject(metal)) for metal in (0.95, 0.0))
    assert ring.value == "gold"
    assert bag.value == "beige"
    assert ring.probabilities["gold"] > bag.probabilities["gold"]


def test_a_near_black_between_two_cells_of_the_color_table_keeps_its_name():
    """#1f1f22 falls into a cell whose middle, #1c1c24, is a navy."""
    (found,), _ = palette_and_channel(np.full((8, 8, 3), (31, 31, 34), np.uint8), np.ones((8, 8)))
    assert (found.hex, found.family) == ("#1f1f22", "black")
    assert color_family((found,)).value == "black"


def test_khaki_between_brown_and_green_is_green_as_shops_file_it():
    khaki = (swatch("#6f6148"),)
    assert color_family(khaki, {"olive": 0.4, "brown": 0.6}).value == "green"


def test_what_could_be_khaki_or_navy_is_so_on_a_garment_and_brown_or_gray_on_a_sofa():
    khaki, navy = (swatch("#6a5d48"),), (swatch("#50545a"),)
    for color, head, worn, else_ in (
        (khaki, {"olive": 0.3, "brown": 0.7}, "green", "brown"),
        (navy, {"navy": 0.4, "grey": 0.6}, "blue", "gray"),
    ):
        shirt, sofa = (color_family(color, head, subject=Subject(0.0, one)) for one in (1.0, 0.0))
        assert shirt.probabilities[worn] > sofa.probabilities[worn]
        assert sofa.probabilities[else_] > shirt.probabilities[else_]
        assert sofa.value == else_


def test_charcoal_is_the_second_guess_for_a_neutral_black_and_navy_for_a_bluish_one():
    unsure = {"black": 0.8, "charcoal": 0.1, "navy": 0.1}
    neutral, bluish = (color_family((swatch(text),), unsure) for text in ("#262626", "#1d2130"))
    assert list(neutral.probabilities)[:2] == ["black", "gray"]
    assert set(list(bluish.probabilities)[:2]) == {"black", "blue"}


@pytest.mark.parametrize("text", ["#ff0000", "#ffffff", "#1d2744"])
def test_a_picture_that_was_measured_whole_gives_the_same_word_with_less_confidence(text):
    cut, whole = (color_family((swatch(text),), whole=whole) for whole in (False, True))
    assert cut.value == whole.value
    assert whole.confidence < cut.confidence
