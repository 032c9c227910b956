"""The sample shop: a seeded list of products and looks; no picture is drawn here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from lookalike.errors import InvalidInput
from lookalike.sample.colors import ACCENTS, NEUTRALS, PALETTES, Shade, shade
from lookalike.sample.fashion_kinds import FASHION
from lookalike.sample.home_kinds import HOME
from lookalike.sample.kinds import FAVOR, FAVORED, HOME_STYLES, Domain, Kind
from lookalike.sample.looks import looks_of
from lookalike.sample.names import (
    FASHION_BRANDS,
    FASHION_LINES,
    GIVEN,
    HOME_BRANDS,
    HOME_LINES,
    Brand,
    description,
    title,
)
from lookalike.sample.product import Look, SampleProduct, View

FASHION_SHARE = 0.55
GROUP_CHANCE = 0.27  # of a design coming in several colors; gives about half of all products
GROUP_SIZES = (2, 3, 3, 4)
PALETTE_CHANCE = 0.8  # of a product keeping to its line's palette
IN_STOCK_SHARE = 0.85
SECOND_VIEW, THIRD_VIEW = 0.75, 0.3
PRODUCTS_PER_LINE = 45
CENT_ENDINGS = ("99", "90", "95", "00", "50")
FASHION_LINE_KINDS = (  # gender and style of fashion lines, in order
    ("women", "casual"),
    ("men", "smart casual"),
    ("women", "formal"),
    ("men", "casual"),
    ("women", "party"),
    ("men", "sporty"),
    ("women", "smart casual"),
    ("women", "sporty"),
)
PACKSHOT_BACKGROUNDS = ("white", "white", "light gray", "warm white")


@dataclass(frozen=True)
class SampleShop:
    """All products in catalog order, and the looks planted among them."""

    products: tuple[SampleProduct, ...]
    looks: tuple[Look, ...]
    seed: int


@dataclass(frozen=True)
class Line:
    """A collection line: one brand, style and palette; `gender` is empty for home."""

    name: str
    domain: Domain
    brand: Brand
    style: str
    palette: tuple[str, ...]
    gender: str


def sample_shop(count: int = 600, *, seed: int = 7) -> SampleShop:
    """The shop of that many products; equal arguments give equal shops.

    Raises InvalidInput when count is below 1.
    """
    if count < 1:
        raise InvalidInput(f"The sample shop needs at least 1 product, not {count}.")
    rng = np.random.default_rng([seed, count])
    fashion = round(count * FASHION_SHARE)
    products: list[SampleProduct] = []
    for domain, share in (("fashion", fashion), ("home", count - fashion)):
        lines = _lines("fashion" if domain == "fashion" else "home", share, rng)
        products += _stock(lines, share, len(products), rng)
    order = rng.permutation(len(products))
    shown = tuple(products[row] for row in order)
    return SampleShop(shown, looks_of(shown, rng), seed)


def _lines(domain: Domain, count: int, rng: np.random.Generator) -> list[Line]:
    names = FASHION_LINES if domain == "fashion" else HOME_LINES
    brands = FASHION_BRANDS if domain == "fashion" else HOME_BRANDS
    size = int(np.clip(round(count / PRODUCTS_PER_LINE), 1, len(names)))
    palettes = rng.permutation(len(PALETTES))
    order = rng.permutation(len(brands))
    lines = []
    for row in range(size):
        gender, style = FASHION_LINE_KINDS[row]
        if domain == "home":
            gender, style = "", HOME_STYLES[row % len(HOME_STYLES)]
        brand = brands[int(order[row % len(brands)])]
        palette = PALETTES[int(palettes[row % len(PALETTES)])]
        lines.append(Line(names[row], domain, brand, style, palette, gender))
    return lines


def _stock(
    lines: Sequence[Line], count: int, start: int, rng: np.random.Generator
) -> list[SampleProduct]:
    """Designs in turn over the lines until the count is reached, in all their colors."""
    products: list[SampleProduct] = []
    made: Counter[str] = Counter()
    turn = 0
    while len(products) < count:
        line = lines[turn % len(lines)]
        kind = _next_kind(line, made, rng)
        several = rng.random() < GROUP_CHANCE
        colors = int(rng.choice(GROUP_SIZES)) if several else 1
        colors = min(colors, count - len(products))
        made[kind.name] += colors
        design = _design(line, kind, start + len(products), rng)
        products += _variants(design, line, kind, colors, rng)
        turn += 1
    return products


def _next_kind(line: Line, made: Counter[str], rng: np.random.Generator) -> Kind:
    """The rarest type so far that suits the line."""
    kinds = FASHION if line.domain == "fashion" else HOME
    fitting = [
        kind
        for kind in kinds
        if line.style in kind.styles
        and (line.domain == "home" or {line.gender, "unisex"} & set(kind.genders))
    ]
    rarest = min(made[kind.name] for kind in fitting)
    rare = [kind for kind in fitting if made[kind.name] <= rarest]
    return rare[int(rng.integers(len(rare)))]


def _design(line: Line, kind: Kind, number: int, rng: np.random.Generator) -> SampleProduct:
    """The first color of a new design; its variants replace color, name and numbers."""
    traits = tuple(
        (name, _favored(values, line.style, rng)) for name, values in kind.traits.items()
    )
    material = _favored(kind.materials, line.style, rng)
    pattern = "solid"
    if kind.patterns and rng.random() >= kind.solid:
        pattern = _favored(kind.patterns, line.style, rng)
    gender = None
    if line.domain == "fashion":
        gender = line.gender if line.gender in kind.genders else "unisex"
        if "unisex" in kind.genders and rng.random() < 0.4:
            gender = "unisex"
    first = kind.room or (gender or "").capitalize()
    return SampleProduct(
        sku=f"NEW-{number}",
        name=GIVEN[int(rng.integers(len(GIVEN)))],
        description=description(
            kind,
            dict(traits),
            brand=line.brand.name,
            line=line.name,
            style=line.style,
            material=material,
        ),
        category=f"{first} > {kind.shelf}",
        brand=line.brand.name,
        price=_price(kind, line.brand.tier, rng),
        currency="EUR",
        in_stock=True,
        gender=gender,
        age_group="adult" if gender else None,
        season=_season(kind, material) if gender else None,
        variant_group=None,
        product_type=kind.name,
        domain=kind.domain,
        slot=kind.slot,
        color="",
        color_family="",
        accent_family=None,
        main_color="#000000",
        accent_color=None,
        pattern=pattern,
        material=material,
        style=line.style,
        traits=traits,
        line=line.name,
        views=(View("packshot", "white"),),
        design_seed=int(rng.integers(1 << 31)),
        scene_seed=0,
    )


def _variants(
    design: SampleProduct, line: Line, kind: Kind, colors: int, rng: np.random.Generator
) -> list[SampleProduct]:
    """The design in that many different color families."""
    number = int(design.sku.removeprefix("NEW-"))
    group = f"VG-{number + 1:04d}" if colors > 1 else None
    taken: set[str] = set()
    variants = []
    for row in range(colors):
        family = _family(line, kind, taken, rng)
        if family in taken:
            break
        taken.add(family)
        main = shade(family, rng)
        accent = _accent(main, line, rng) if design.pattern != "solid" else None
        variants.append(
            replace(
                design,
                sku=f"{kind.name[:3].upper()}-{number + row + 1:04d}",
                name=title(
                    design.name,
                    kind,
                    dict(design.traits),
                    pattern=design.pattern,
                    material=design.material,
                    shade=main.word,
                ),
                color=main.word,
                color_family=family,
                main_color=main.hex,
                accent_family=accent.family if accent else None,
                accent_color=accent.hex if accent else None,
                variant_group=group,
                in_stock=bool(rng.random() < IN_STOCK_SHARE),
                views=_views(kind, rng),
                scene_seed=int(rng.integers(1 << 31)),
            )
        )
    if len(variants) == 1:
        variants[0] = replace(variants[0], variant_group=None)
    return variants


def _family(line: Line, kind: Kind, taken: set[str], rng: np.random.Generator) -> str:
    """A color family the type comes in, mostly of the line's palette, not yet taken."""
    free = [family for family in kind.families if family not in taken]
    kept = [family for family in free if family in line.palette]
    pool = kept if kept and rng.random() < PALETTE_CHANCE else free or list(kind.families)
    return str(rng.choice(pool))


def _accent(main: Shade, line: Line, rng: np.random.Generator) -> Shade:
    """A second color that reads against the main one, from the palette where possible."""
    good = ACCENTS[main.family]
    kept = [family for family in good if family in line.palette or family in NEUTRALS]
    return shade(str(rng.choice(kept or good)), rng)


def _favored(values: Sequence[str], style: str, rng: np.random.Generator) -> str:
    weight = np.array([FAVOR if value in FAVORED[style] else 1.0 for value in values])
    return values[int(rng.choice(len(values), p=weight / weight.sum()))]


def _price(kind: Kind, tier: float, rng: np.random.Generator) -> Decimal:
    """A price with a shop's usual ending, skewed to the lower end of the range."""
    low, high = kind.price
    euros = max(1, round((low + (high - low) * rng.beta(1.6, 2.4)) * tier) - 1)
    return Decimal(f"{euros}.{rng.choice(CENT_ENDINGS)}")


def _season(kind: Kind, material: str) -> str:
    if kind.name in ("coat", "boots", "sweater", "scarf") or material in ("wool", "knit", "fleece"):
        return "autumn/winter"
    if kind.name in ("shorts", "sunglasses") or material == "linen":
        return "spring/summer"
    return "all year"


def _views(kind: Kind, rng: np.random.Generator) -> tuple[View, ...]:
    """The packshot and up to two other views."""
    views = [View("packshot", str(rng.choice(PACKSHOT_BACKGROUNDS)))]
    scene = View("lifestyle", "room" if kind.domain == "home" else "pastel")
    if kind.domain == "fashion" and kind.slot != "shoes" and kind.name not in ("watch", "backpack"):
        scene = View("on-figure", str(rng.choice(("studio", "pastel", "street", "park"))))
    detail = View("detail", str(rng.choice(("light gray", "warm white"))))
    others = [scene, detail] if rng.random() < 0.75 else [detail, scene]
    draw = rng.random()
    if draw < SECOND_VIEW:
        views.append(others[0])
    if draw < THIRD_VIEW:
        views.append(others[1])
    return tuple(views)
