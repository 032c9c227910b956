import numpy as np

from lookalike.domain.color import FAMILIES, oklab, rgb_from_hex
from lookalike.domain.features import Swatch
from lookalike.features.color_names import accent_colors, family_votes


def swatch(text, share=1.0):
    votes = family_votes(oklab(rgb_from_hex(text))[None])
    return Swatch(text, share, FAMILIES[int(votes.argmax())])


def test_votes_are_probabilities_and_no_single_color_is_multicolor_or_metal():
    rng = np.random.default_rng(0)
    votes = family_votes(oklab(rng.integers(0, 256, (500, 3)).astype(np.uint8)))
    np.testing.assert_allclose(votes.sum(axis=1), 1)
    assert votes.min() >= 0
    for name in ("gold", "silver", "multicolor"):
        assert votes[:, FAMILIES.index(name)].max() == 0


def test_accents_are_the_other_families_largest_first():
    palette = (
        swatch("#23304f", 0.5),
        swatch("#ff0000", 0.2),
        swatch("#ffffff", 0.18),
        swatch("#3f74b5", 0.06),
        swatch("#fafafa", 0.06),
    )
    assert accent_colors(palette, "blue") == ("white", "red")
    assert accent_colors(palette, "multicolor") == ("blue", "white", "red")
    assert accent_colors((), "blue") == ()
