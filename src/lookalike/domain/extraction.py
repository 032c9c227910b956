"""Which extractors and attributes a collection asks for, in the words of the connect call."""

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.errors import InvalidInput

EXTRACTORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "image_embedding": (),
        "color": ("color_family",),
        "pattern": ("pattern", "complexity"),
        "style": ("style", "material_appearance", "aesthetic"),
        "object": ("product_type", "shape"),
    }
)
"""Extractor -> the attributes that it gives; the embedding is always made."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "color_extraction": "color",
        "pattern_detection": "pattern",
        "style_classification": "style",
        "object_detection": "object",
        "product_type": "object",
    }
)
"""The published recipe's names, and ours."""

EVERYTHING = "all"


def chosen_attributes(
    extractors: Iterable[str] | None, extract_attributes: Iterable[str] | None
) -> tuple[str, ...] | None:
    """The attributes to keep, in the order of VISUAL_ATTRIBUTES; None where nothing is chosen.

    extractors          None for all of them; names with - or _, the recipe's too
    extract_attributes  None for all of the extractors'; `product_type`, which the recipe's list
                        does not know, is kept wherever its extractor runs and is asked for
    Raises InvalidInput for an unknown name, and for an attribute whose extractor is left out.
    """
    if extractors is None and extract_attributes is None:
        return None
    asked = None if extract_attributes is None else [_plain(name) for name in extract_attributes]
    if asked is not None and EVERYTHING in asked:
        asked = None
    running = [*EXTRACTORS] if extractors is None else [_extractor(name) for name in extractors]
    given = {attribute for name in running for attribute in EXTRACTORS[name]}
    if asked is None:
        wanted = given
    else:
        for name in asked:
            _check_attribute(name, given)
        wanted = {*asked, *(("product_type",) if extractors is not None else ())} & given
    return tuple(name for name in VISUAL_ATTRIBUTES if name in wanted)


def _extractor(name: str) -> str:
    plain = _plain(name)
    found = ALIASES.get(plain, plain)
    if found not in EXTRACTORS:
        known = [*EXTRACTORS, *ALIASES]
        raise InvalidInput(
            f'There is no extractor "{name}".',
            hint=f"{_nearest(plain, known)}The extractors are {', '.join(EXTRACTORS)}.",
        )
    return found


def _check_attribute(name: str, given: Iterable[str]) -> None:
    if name not in VISUAL_ATTRIBUTES:
        raise InvalidInput(
            f'There is no attribute "{name}".',
            hint=f"{_nearest(name, VISUAL_ATTRIBUTES)}"
            f"The attributes are {', '.join(VISUAL_ATTRIBUTES)}.",
        )
    if name not in given:
        maker = next(one for one, attributes in EXTRACTORS.items() if name in attributes)
        raise InvalidInput(
            f'The attribute "{name}" comes from the extractor {maker}, which is left out.',
            hint=f'Add "{maker}" to the extractors, or take {name} off the attributes.',
        )


def _plain(name: str) -> str:
    return name.strip().casefold().replace("-", "_")


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, [*known], n=1)
    return f'Did you mean "{close[0]}"? ' if close else ""
