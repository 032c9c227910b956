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

ALL_STEPS = frozenset({"color_family", "pattern", "shape", "complexity", "aesthetic", "components"})
"""What costs time of its own, and can be left out: attributes, and `components`.  What the heads
say comes with the embedding.  A step of an added extractor is its name and version: neckline@2."""

_RESTS_ON: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"aesthetic": ("complexity", "pattern"), "product_type": ("components",)}
)
"""Aesthetic is told from others; the extractor `object` gives the components beside the type."""


def steps_for(kept: Iterable[str] | None, added: Iterable[str] = ()) -> frozenset[str]:
    """What must be measured for the attributes that are kept; None keeps all of ours.

    added  the steps of added extractors
    """
    if kept is None:
        return ALL_STEPS | {*added}
    names = {*kept}
    for name in [*names]:
        names.update(_RESTS_ON.get(name, ()))
    return (ALL_STEPS & names) | {*added}


def chosen_attributes(
    extractors: Iterable[str] | None,
    extract_attributes: Iterable[str] | None,
    added: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[str, ...] | None:
    """The attributes to keep, in the order of VISUAL_ATTRIBUTES; None where nothing is chosen.

    extractors          None for all of them; names with - or _, the recipe's too
    extract_attributes  None for all of the extractors'; `product_type`, which the recipe's list
                        does not know, is kept wherever its extractor runs and is asked for
    added               installed extractors of others that run -> their attributes
    Raises InvalidInput for an unknown name, and for an attribute whose extractor is left out.
    """
    if extractors is None and extract_attributes is None and not added:
        return None
    makers = {**EXTRACTORS, **added}
    asked = None if extract_attributes is None else [_plain(name) for name in extract_attributes]
    if asked is not None and EVERYTHING in asked:
        asked = None
    running = [*makers] if extractors is None else [_extractor(name, added) for name in extractors]
    given = {attribute for name in running for attribute in makers[name]}
    if asked is None:
        wanted = given
    else:
        for name in asked:
            _check_attribute(name, given, makers)
        wanted = {*asked, *(("product_type",) if extractors is not None else ())} & given
    ours = [name for name in VISUAL_ATTRIBUTES if name in wanted]
    return (*ours, *sorted(wanted.difference(ours)))


def added_names(extractors: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are none of ours: extractors that others bring."""
    plain = dict.fromkeys(_plain(name) for name in extractors)
    return tuple(name for name in plain if name not in EXTRACTORS and name not in ALIASES)


def _extractor(name: str, added: Iterable[str]) -> str:
    plain = _plain(name)
    found = ALIASES.get(plain, plain)
    if found not in (*EXTRACTORS, *added):
        known = [*EXTRACTORS, *added, *ALIASES]
        raise InvalidInput(
            f'There is no extractor "{name}".',
            hint=f"{_nearest(plain, known)}The extractors are {', '.join((*EXTRACTORS, *added))}.",
        )
    return found


def _check_attribute(
    name: str, given: Iterable[str], makers: Mapping[str, tuple[str, ...]]
) -> None:
    known = [*VISUAL_ATTRIBUTES, *(one for made in makers.values() for one in made)]
    known = [*dict.fromkeys(known)]
    if name not in known:
        raise InvalidInput(
            f'There is no attribute "{name}".',
            hint=f"{_nearest(name, known)}The attributes are {', '.join(known)}.",
        )
    if name not in given:
        maker = next(one for one, attributes in makers.items() if name in attributes)
        raise InvalidInput(
            f'The attribute "{name}" comes from the extractor {maker}, which is left out.',
            hint=f'Add "{maker}" to the extractors, or take {name} off the attributes.',
        )


def _plain(name: str) -> str:
    return name.strip().casefold().replace("-", "_")


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, [*known], n=1)
    return f'Did you mean "{close[0]}"? ' if close else ""
