"""A rule of a request on one attribute, judged for every pair: 1 holds, -1 is broken, 0 unknown."""

from collections.abc import Mapping

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.calibration import Calibration
from lookalike.domain.channels import Layout
from lookalike.domain.looks import Rule
from lookalike.ranking import pair_terms
from lookalike.ranking.harmony import harmony
from lookalike.ranking.pieces import Pieces

CHANNEL_OF: Mapping[str, str] = {
    "color_family": "color",
    "pattern": "pattern",
    "style": "style",
    "material_appearance": "material",
    "product_type": "type",
    "shape": "shape",
}
"""Attribute -> the channel that knows degrees of being alike in it."""


def rule_match(
    first: Pieces, second: Pieces, rule: Rule, layout: Layout, calibration: Calibration
) -> Doubles:
    """(n, m) in [-1, 1].

    same           the same word; where one is unknown, how alike the channel is
    different      the opposite
    similar        how alike the channel is; for an attribute without one, the same word
    complementary  color in harmony; other words different
    any            0
    """
    alike = pair_terms.same_word(first, second, rule.attribute)
    name = CHANNEL_OF.get(rule.attribute)
    if rule.match == "any":
        return np.zeros(alike.shape)
    if rule.match == "complementary":
        return harmony(first, second) if rule.attribute == "color_family" else -alike
    if name is None:
        return -alike if rule.match == "different" else alike
    by_channel = pair_terms.channel(first, second, name, layout, calibration)
    if rule.match == "similar":
        return by_channel
    known = np.where(alike != 0, alike, by_channel)
    return -known if rule.match == "different" else known
