"""`aesthetic` is the function its documentation says: palettes and attributes in, a word out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain.features import AttributeValue, Swatch
from lookalike.features.aesthetic import AESTHETICS, aesthetic


def palette(**shares):
    return tuple(Swatch(f"#{name[1:]}", share, "") for name, share in shares.items())


def sure(name, word, chance=0.95):
    return {name: AttributeValue(word, chance, {word: chance})}


NAVY = palette(x1B2440=1.0)
CASES = {
    "pastel": (palette(xF7C6D0=0.6, xBFE3D0=0.4), sure("complexity", "moderate")),
    "vibrant": (palette(xE01020=1.0), sure("complexity", "moderate")),
    "earthy": (palette(x8A5A33=0.7, xC2A27A=0.3), sure("complexity", "moderate")),
    "monochrome": (palette(x101010=0.5, xF5F5F5=0.5), sure("complexity", "detailed")),
    "minimal": (palette(x303030=1.0), sure("complexity", "minimal") | sure("pattern", "solid")),
    "classic": (NAVY, sure("style", "formal") | sure("complexity", "moderate")),
    "sporty": (palette(x2050A0=0.6, x808080=0.4), sure("style", "sports")),
    "bold": (
        palette(xD01020=0.4, x102080=0.3, xF0D020=0.3),
        sure("complexity", "detailed") | sure("pattern", "striped"),
    ),
    "ornate": (
        palette(x803050=0.4, x205040=0.3, xC0A060=0.3),
        sure("complexity", "detailed") | sure("pattern", "floral"),
    ),
}


@pytest.mark.parametrize("word", CASES)
def test_what_the_documentation_describes_gets_the_word(word):
    value = aesthetic(*CASES[word], white=1.0)
    assert value.value == word
    assert value.evidence["closest"] == word
    assert len(value.evidence) > 1, "the evidence names the inputs that decided"


def test_every_word_has_a_case():
    assert set(CASES) == set(AESTHETICS)


def test_light_wood_and_beige_are_earthy_and_not_pastel():
    assert aesthetic(palette(xE3C9A0=1.0), {}, white=1.0).value == "earthy"


def test_the_same_colors_in_a_darker_picture_keep_their_word():
    for word in ("pastel", "earthy", "monochrome", "vibrant"):
        swatches, attributes = CASES[word]
        darker = tuple(
            Swatch(
                "#" + "".join(f"{int(int(one.hex[k : k + 2], 16) * 0.8):02x}" for k in (1, 3, 5)),
                one.share,
                "",
            )
            for one in swatches
        )
        # A fifth less sRGB white is OKLab lightness .845 (Ottosson 2020, from linear light).
        assert aesthetic(darker, attributes, white=0.845).value == word


def test_a_palette_of_a_whole_picture_has_no_mood():
    value = aesthetic(*CASES["vibrant"], white=1.0, trust=0.0)
    assert (value.value, value.confidence, value.evidence["closest"]) == ("unknown", 0, "vibrant")


def test_nothing_measured_is_unknown():
    value = aesthetic((), {}, white=1.0)
    assert (value.value, value.confidence) == ("unknown", 0.0)


def test_an_unknown_attribute_speaks_for_no_word():
    unsure = {"style": AttributeValue("unknown", 0.4, {"formal": 0.99})}
    assert aesthetic(NAVY, unsure, white=1.0).value == "unknown"


COLORS = st.lists(st.tuples(st.integers(0, 0xFFFFFF), st.floats(0.01, 1)), min_size=1, max_size=6)


@given(COLORS, st.floats(0.8, 1), st.sampled_from(["minimal", "moderate", "detailed", "unknown"]))
def test_any_palette_gives_a_word_with_a_confidence(colors, white, word):
    swatches = tuple(Swatch(f"#{code:06x}", share, "") for code, share in colors)
    value = aesthetic(swatches, sure("complexity", word), white=white)
    assert value.value in (*AESTHETICS, "unknown")
    assert 0 <= value.confidence <= 1
    assert sum(value.probabilities.values()) <= 1 + 1e-9


@given(COLORS)
def test_the_order_of_the_palette_does_not_matter(colors):
    swatches = tuple(Swatch(f"#{code:06x}", share, "") for code, share in colors)
    one, other = (aesthetic(order, {}, white=1.0) for order in (swatches, swatches[::-1]))
    assert one.confidence == pytest.approx(other.confidence, abs=1e-5)
