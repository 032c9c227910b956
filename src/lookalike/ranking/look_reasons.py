"""Reasons of looks in a few words: what speaks for a piece beside the others, and for the look."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lookalike.ranking.compatibility import PairEvidence

MOST_PHRASES = 2
LEAST_NEUTRAL = 0.6  # of a product that is called neutral
QUALITY = ((0.3, "that go together well"), (0.1, "that go together"), (-9.0, "as near as there is"))
"""From this mean pair score on -> what is said of a look; by eye."""
SPOKEN_SLOTS: Mapping[str, str] = MappingProxyType({"outer": "outer layer", "light": "lamp"})
"""Slots whose name is no word for a thing."""
SPOKEN_TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "same hue": "the same color tone as",
        "analogous": "a color next to that of",
        "complementary": "the complementary color to",
        "split complementary": "an accent color to",
        "triadic": "an accent color to",
    }
)


def reason(
    evidence: PairEvidence,
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    *,
    other: str,
) -> str:
    """Why a piece goes with another.

    ours   known attribute values of the piece spoken of
    theirs those of the other piece, which is called `other`: "the top", "the sofa"

    >>> reason(evidence, navy_jeans, rust_sweater, other="the top")
    "Blue is the complementary color to the top; casual like it."
    """
    weighed = sorted(evidence.contributions.items(), key=lambda pair: -pair[1])
    said: list[str] = []
    for name, part in weighed:
        if part <= 0 or len(said) == MOST_PHRASES:
            break
        text = _phrase(name, evidence, ours, theirs, other)
        if text and text not in said:
            said.append(text)
    if not said:
        return f"The best match in this slot beside {other}."
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def _phrase(
    name: str,
    evidence: PairEvidence,
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    other: str,
) -> str:
    match name:
        case "color":
            return _color(evidence, ours, theirs, other)
        case "palette":
            family = ours.get("color_family")
            same = family and family == theirs.get("color_family")
            return f"{family} like {other}" if same else ""
        case "style":
            style = ours.get("style")
            return f"{style} like {other}" if style and style == theirs.get("style") else ""
        case "formality":
            return f"as dressy as {other}" if _near(evidence.formality) else ""
        case "material":
            stuff = ours.get("material_appearance")
            same = stuff and stuff == theirs.get("material_appearance")
            return f"{stuff} like {other}" if same else ""
        case "brand" | "line":
            return f"the same {name} as {other}"
        case "price":
            return f"in the price range of {other}"
        case "season":
            return f"for the same season as {other}"
        case "theme":
            return f"in the spirit of {other}"
    if name.startswith("rule: "):
        attribute = name.removeprefix("rule: ").replace("_", " ")
        return f"the {attribute} you asked for"
    if name == "learned: choice":
        return "a piece that looks are often made with"
    if name.startswith("learned"):
        return f"often combined with pieces like {other}"
    return ""


def _near(formality: tuple[float | None, float | None]) -> bool:
    one, other = formality
    return one is not None and other is not None and abs(one - other) <= 0.2


def _color(
    evidence: PairEvidence, ours: Mapping[str, str], theirs: Mapping[str, str], other: str
) -> str:
    color = evidence.color
    own = ours.get("color_family") or "its color"
    if color.neutrals[0] >= LEAST_NEUTRAL:
        return f"{own} is neutral and goes with {other}"
    if color.neutrals[1] >= LEAST_NEUTRAL:
        their = theirs.get("color_family")
        return f"{own} is set off by the {their} of {other}" if their else ""
    template = SPOKEN_TEMPLATES.get(color.template)
    return f"{own} is {template} {other}" if template else ""


def scene_reason(slot: str, band: str) -> str:
    """Of a product that stands for a part of a photo.

    >>> scene_reason("shoes", "very similar")
    "Very similar to the shoes in the photo."
    """
    near = "The nearest" if band in ("different", "same mood") else band.capitalize()
    return f"{near} to the {SPOKEN_SLOTS.get(slot, slot)} in the photo."


def look_reason(slots: Sequence[str], mean_pair: float) -> str:
    """One sentence on the whole; `mean_pair` is the mean score of its pairs.

    >>> look_reason(["top", "bottom", "shoes"], 0.4)
    "Top, bottom and shoes that go together well."
    """
    words = [SPOKEN_SLOTS.get(slot, slot) for slot in slots]
    told = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
    quality = next(word for least, word in QUALITY if mean_pair >= least)
    return f"{told[:1].upper()}{told[1:]} {quality}."
