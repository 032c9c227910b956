"""Words of the sample shop: brands, lines, product names and descriptions."""

from collections.abc import Mapping
from dataclasses import dataclass

from lookalike.sample.kinds import Kind


@dataclass(frozen=True)
class Brand:
    """An invented brand; `tier` multiplies the usual price."""

    name: str
    tier: float


FASHION_BRANDS = (
    Brand("Nordlys & Co", 1.0),
    Brand("Marrow Lane", 0.75),
    Brand("Atelier Veyra", 1.6),
    Brand("Fieldnote", 0.9),
    Brand("Kinetiq", 1.1),
    Brand("Sol Poniente", 1.3),
)
HOME_BRANDS = (
    Brand("Hearthwright", 1.1),
    Brand("Linde & Loom", 0.85),
    Brand("Casa Brava", 1.4),
    Brand("Plainfold", 0.7),
    Brand("Oakmere", 1.2),
    Brand("Studio Halden", 1.6),
)
FASHION_LINES = (
    "Harbor",
    "Afterglow",
    "Meridian",
    "Off Duty",
    "Sprint",
    "Gala",
    "Campus",
    "Coastline",
)
HOME_LINES = ("Quiet Room", "Lumen", "Orchard House", "Fjord", "Atrium", "Hearth", "Dune", "Parlor")
GIVEN = (
    "Alma",
    "Ada",
    "Beau",
    "Bruno",
    "Cleo",
    "Cora",
    "Dara",
    "Dax",
    "Edda",
    "Elio",
    "Enzo",
    "Esme",
    "Faye",
    "Finn",
    "Freya",
    "Gus",
    "Hana",
    "Hugo",
    "Ida",
    "Ines",
    "Iris",
    "Ivo",
    "Jade",
    "Jonas",
    "Juno",
    "Kaia",
    "Kit",
    "Lars",
    "Lena",
    "Leo",
    "Lina",
    "Liv",
    "Lou",
    "Luca",
    "Mae",
    "Maja",
    "Marlo",
    "Mika",
    "Milo",
    "Mina",
    "Nell",
    "Nico",
    "Nils",
    "Noor",
    "Nova",
    "Odin",
    "Olive",
    "Orla",
    "Otis",
    "Otto",
    "Pia",
    "Quinn",
    "Remy",
    "Rhea",
    "Romy",
    "Ross",
    "Runa",
    "Saga",
    "Sage",
    "Sami",
    "Sol",
    "Suki",
    "Tess",
    "Theo",
    "Tilda",
    "Uma",
    "Vera",
    "Vida",
    "Wes",
    "Willa",
    "Xenia",
    "Yara",
    "Yves",
    "Zara",
    "Zeno",
    "Zora",
    "Anders",
    "Bea",
    "Cato",
    "Delia",
    "Emil",
    "Flora",
    "Greta",
    "Henrik",
    "Isla",
    "Joel",
    "Karin",
    "Linnea",
    "Matteo",
    "Nora",
    "Oskar",
    "Petra",
)
PATTERN_WORDS = {
    "solid": "",
    "striped": "striped",
    "checked": "checked",
    "dotted": "polka dot",
    "floral": "floral",
    "graphic": "graphic print",
    "animal": "animal print",
    "camouflage": "camouflage",
    "zigzag": "zigzag",
    "abstract": "abstract print",
}
MATERIAL_WORDS = {
    "knit": "knitted",
    "wood": "wooden",
    "pile": "woven",
    "synthetic": "nylon",
    "paper": "framed",
    "plastic": "",
    "wool": "wool",
    "fleece": "fleece",
}
# Traits a title mentions, with the word it uses; most are already good words.
SPOKEN = (
    "cut",
    "neck",
    "length",
    "leg",
    "seats",
    "form",
    "back",
    "headboard",
    "stand",
    "base",
    "top",
    "sleeve",
)
SILENT = frozenset(
    {
        "regular",
        "full",
        "low",
        "high",
        "short",
        "long",
        "knee",
        "panel",
        "looped",
        "none",
        "lace-up",
    }
)
SAID = {
    "turtleneck": "turtleneck",
    "bow": "bow-neck",
    "ruffle": "ruffled",
    "crew": "crew-neck",
    "boat": "boat-neck",
    "straight": "straight",
    "wide": "wide",
    "tall": "tall",
}
NOUNS = {
    "cardigan": "cardigan",
    "beanie": "beanie",
    "cap": "cap",
    "fedora": "fedora",
    "tote": "tote",
    "bomber": "bomber jacket",
    "biker": "biker jacket",
    "trucker": "trucker jacket",
    "sideboard": "sideboard",
    "highboard": "highboard",
    "runner": "runner",
}
RUNNER_NOUNS = {"sneakers": "running shoes", "rug": "runner rug"}
CARE = {
    "linen": "Breathable linen with a lived-in hand.",
    "cotton": "Soft, durable cotton.",
    "denim": "Sturdy denim that fades beautifully.",
    "knit": "A chunky knit that keeps its shape.",
    "wool": "Warm, naturally springy wool.",
    "fleece": "Brushed inside for warmth.",
    "satin": "Fluid satin with a gentle shine.",
    "leather": "Full-grain leather, finished by hand.",
    "suede": "Velvety suede, protected against water.",
    "canvas": "Hard-wearing canvas.",
    "synthetic": "Light, weatherproof nylon.",
    "velvet": "Deep-pile velvet that catches the light.",
    "pile": "Woven with a dense, soft pile.",
    "wood": "Solid wood with a visible grain.",
    "rattan": "Hand-woven rattan.",
    "metal": "Powder-coated metal.",
    "glass": "Mouth-blown glass.",
    "ceramic": "Glazed ceramic, each piece slightly different.",
    "stoneware": "Matte stoneware.",
    "marble": "Natural marble; every veining is unique.",
    "plastic": "Recycled, lightweight material.",
    "paper": "Printed on heavyweight art paper.",
}


def title(
    given: str, kind: Kind, traits: Mapping[str, str], *, pattern: str, material: str, shade: str
) -> str:
    """A product name as a shop would print it: `Alma striped linen shirt in navy`."""
    noun, used = _noun(kind, traits)
    spoken = [
        SAID.get(traits[name], traits[name])
        for name in SPOKEN
        if name in traits and traits[name] not in SILENT and traits[name] != used
    ]
    material_word = MATERIAL_WORDS.get(material, material)
    words = [given, *spoken[:1], PATTERN_WORDS[pattern], material_word, noun]
    if noun == kind.title and kind.name == "jeans":
        words.remove(material_word)
    return " ".join(word for word in words if word) + f" in {shade}"


def description(
    kind: Kind, traits: Mapping[str, str], *, brand: str, line: str, style: str, material: str
) -> str:
    """Two or three plain sentences about a product."""
    details = [value for value in traits.values() if value not in SILENT][:3]
    shape = f" Details: {', '.join(details)}." if details else ""
    article = "An" if kind.title[0] in "aeiou" else "A"
    plural = kind.title.endswith("s") and not kind.title.endswith("ss")
    opening = f"{kind.title.capitalize()}" if plural else f"{article} {kind.title}"
    return f"{opening} with a {style} mood from the {line} line by {brand}. {CARE[material]}{shape}"


def _noun(kind: Kind, traits: Mapping[str, str]) -> tuple[str, str]:
    """The noun of the title, and the trait that it already says."""
    for value in traits.values():
        if value == "runner" and kind.name in RUNNER_NOUNS:
            return RUNNER_NOUNS[kind.name], value
        if value in NOUNS and value != "runner":
            return NOUNS[value], value
        if value == "bucket" and kind.name == "hat":
            return "bucket hat", value
    return kind.title, ""
