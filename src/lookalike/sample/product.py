"""The values of the sample shop: products, their views and curated looks."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from lookalike.errors import InvalidInput
from lookalike.sample.kinds import Domain

ViewName = Literal["packshot", "detail", "lifestyle", "on-figure"]
LookKind = Literal["outfit", "room"]


@dataclass(frozen=True)
class View:
    """One picture to take of a product, and the background it is taken against."""

    name: ViewName
    background: str


@dataclass(frozen=True)
class SampleProduct:
    """A product as the shop lists it, with everything that is true of its pictures.

    main_color     the sRGB hex of the main cloth before light falls on it
    accent_color   the pattern's second color; None on solid products
    traits         the shape in words by name, such as ("length", "midi")
    slot           its place in an outfit or room
    design_seed    shared by the variants of one design: same shape and pattern
    scene_seed     its own: figure, room and small choices of its pictures
    """

    sku: str
    name: str
    description: str
    category: str
    brand: str
    price: Decimal
    currency: str
    in_stock: bool
    gender: str | None
    age_group: str | None
    season: str | None
    variant_group: str | None
    product_type: str
    domain: Domain
    slot: str
    color: str
    color_family: str
    accent_family: str | None
    main_color: str
    accent_color: str | None
    pattern: str
    material: str
    style: str
    traits: tuple[tuple[str, str], ...]
    line: str
    views: tuple[View, ...]
    design_seed: int
    scene_seed: int

    def __post_init__(self) -> None:
        if self.price <= 0 or self.price.as_tuple().exponent != -2:
            raise InvalidInput(f"The price {self.price} of {self.sku} is not exact to the cent.")
        if not self.views or self.views[0].name != "packshot":
            raise InvalidInput(f"The first view of {self.sku} is not its packshot.")

    @property
    def shape(self) -> str:
        """The shape in words: `a-line midi v-neck short`."""
        return " ".join(value for _, value in self.traits)


@dataclass(frozen=True)
class Look:
    """Products of one line that belong together, at most one for each slot."""

    look_id: str
    kind: LookKind
    line: str
    style: str
    skus: tuple[str, ...]
