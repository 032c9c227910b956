"""Looks: what is asked of them, and the answer with its total and reasons."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, get_args

from lookalike.domain.filters import Filter
from lookalike.domain.query import Anchor, Crop
from lookalike.domain.results import Document
from lookalike.domain.rules import RuleMark
from lookalike.errors import InvalidInput

Match = Literal["same", "similar", "complementary", "different", "any"]
MATCHES: tuple[Match, ...] = get_args(Match)

DEFAULT_PIECES = 12  # of the flat list, as a list of look-alikes
MOST_PIECES = 200
MOST_LOOKS = 20
MOST_ALTERNATIVES = 20
MOST_FIXED = 500  # owned, locked and pinned products of one request


@dataclass(frozen=True)
class Rule:
    """How one attribute of two pieces should relate.

    attribute  a visual attribute, a field of products, or a column of the feed
    match      `same` word; `similar` or `complementary` value; `different` word; `any`: no matter
    weight     how much it counts; 1 is about as much as all built-in terms together
    required   pieces that break it are left out, instead of scoring less
    """

    attribute: str
    match: Match
    weight: float = 1.0
    required: bool = False

    def __post_init__(self) -> None:
        if self.match not in MATCHES:
            raise InvalidInput(
                f'The rule for {self.attribute} has the match "{self.match}".',
                hint=f"There are {', '.join(MATCHES)}.",
            )
        if not self.attribute:
            raise InvalidInput("A rule names no attribute.", hint="For example style or brand.")
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise InvalidInput(
                f"The rule for {self.attribute} has the weight {self.weight}.",
                hint="Give a number of at least 0.",
            )


DEFAULT_RULES = (
    Rule("style", "same"),
    Rule("color_family", "complementary"),
    Rule("category", "different"),
)
"""The published recipe's; they say what compatibility looks at anyway."""


@dataclass(frozen=True)
class LookAnchor:
    """What a look is made around: a product, a photo, or numbers with what is known of them.

    attributes  the recipe's `product_attributes`: visual attributes, slot, category, price, ...
    """

    anchor: Anchor
    attributes: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON of the caller


@dataclass(frozen=True)
class LookRequest:
    """One request for what completes a product, or several.

    anchors       what the look is made around; all of them are in it
    look_type     outfit, room, collection or a merchant's own; None is what the first anchor is
    limit         how many complementary products the flat list has
    looks         how many whole looks
    budget        no look costs more, the anchors included unless they are owned
    in_stock      leave out what is known to be sold out
    owned         products that the shopper has: they are in the look where they fit, for nothing
    locked        products that must be in the look and are paid
    exclude       products that must not be in it (seen, in the cart)
    bans          the same, said by a merchandiser
    pins          products that a merchandiser wants in it wherever the constraints allow
    without       slots to leave empty
    alternatives  how many other pieces to name for each slot
    user_id       whose taste decides between pieces that suit about equally
    time_budget_ms  after so long it skips what it can do without; None is as the settings say
    merchant_rules  names of the shop's rules that may act; as `Retrieval.rules`
    """

    anchors: tuple[LookAnchor, ...]
    look_type: str | None = None
    rules: tuple[Rule, ...] = DEFAULT_RULES
    limit: int = DEFAULT_PIECES
    looks: int = 1
    budget: Decimal | None = None
    where: Filter | None = None
    in_stock: bool = True
    owned: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    alternatives: int = 3
    user_id: str | None = None
    time_budget_ms: int | None = None
    merchant_rules: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not (self.anchors or self.owned or self.locked):
            raise InvalidInput(
                "The look starts from nothing.", hint="Name a product, a photo or owned pieces."
            )
        if self.limit < 0 or self.looks < 0 or self.alternatives < 0:
            raise InvalidInput("limit, looks and alternatives must be at least 0.")
        if self.budget is not None and not (self.budget.is_finite() and self.budget >= 0):
            raise InvalidInput(f"The budget is {self.budget}; it must be a number of at least 0.")
        refused = {*self.exclude, *self.bans}
        for sku in (*self.locked, *self.owned):
            if sku in refused:
                raise InvalidInput(f'"{sku}" is wanted in the look and excluded from it.')
        if len((*self.owned, *self.locked, *self.pins)) > MOST_FIXED:
            raise InvalidInput(f"More than {MOST_FIXED} products are owned, locked or pinned.")


@dataclass(frozen=True)
class Alternative:
    """Another piece for a slot, with all others as they are.

    total         of the look with it; None where nothing has a price
    total_change  how much more it costs; None where either price is unknown
    score_change  how much better (mostly: worse) the look scores with it
    """

    sku: str
    product: Document
    reason: str
    total: Decimal | None
    total_change: Decimal | None
    score_change: float


Role = Literal["anchor", "owned", "locked", "pinned", "chosen"]


@dataclass(frozen=True)
class PairReason:
    """Why two pieces of a look go together; `contributions` sum to `score`.

    color  the harmony of the two palettes: template, angle, neutrals and hues
    """

    sku: str
    other: str
    score: float
    contributions: Mapping[str, float]
    color: Mapping[str, Any]  # Any: plain JSON values


@dataclass(frozen=True)
class LookPiece:
    """One piece of a look.

    slot      its place; None for an anchor that no table maps
    score     what it adds to the look: the mean score of its pairs with the others
    price     exact; None where the merchant gives none, 0 counts for what is owned
    rules     what merchant rules had to do with its choice
    """

    sku: str
    slot: str | None
    role: Role
    product: Document
    price: Decimal | None
    score: float
    reason: str
    alternatives: tuple[Alternative, ...] = ()
    rules: tuple[RuleMark, ...] = ()


@dataclass(frozen=True)
class Look:
    """One whole look.

    score           pairs + coverage + variety, which `parts` tells apart
    total           of all pieces with a price that are not owned; None where none has one
    to_add          the same without the anchors
    prices_unknown  how many pieces that are not owned have no price; above 0, the total is no more
                    than a lower bound
    short_of        by how much any other look could score higher at most: 0 proves it the best
    """

    pieces: tuple[LookPiece, ...]
    score: float
    parts: Mapping[str, float]
    total: Decimal | None
    to_add: Decimal | None
    currency: str | None
    prices_unknown: int
    reason: str
    pairs: tuple[PairReason, ...]
    missing: tuple[str, ...] = ()
    short_of: float = 0.0


@dataclass(frozen=True)
class Relaxation:
    """One constraint that, given up or loosened, makes a look possible.

    constraint  budget, in_stock, where, rules, without, exclude, slot
    change      what to do, in words
    """

    constraint: str
    change: str


@dataclass(frozen=True)
class Infeasible:
    """Why there is no look, and what would make one possible."""

    reason: str
    relax: tuple[Relaxation, ...]


@dataclass(frozen=True)
class Looks:
    """The answer to one request.

    complementary  the pieces of the best look first, then the next best of every slot in turn
    look_total     of the best look; None where there is none or nothing has a price
    rules          the names of the merchant rules that acted, in their order
    """

    request_id: str
    generation: int
    collection_id: str
    look_type: str
    anchors: tuple[LookPiece, ...]
    complementary: tuple[LookPiece, ...]
    looks: tuple[Look, ...]
    infeasible: Infeasible | None = None
    limits: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def look_total(self) -> Decimal | None:
        return self.looks[0].total if self.looks else None

    @property
    def currency(self) -> str | None:
        return self.looks[0].currency if self.looks else None


@dataclass(frozen=True)
class SceneRequest:
    """A photo of an outfit or a room, of which every part is looked for.

    look_type  outfit or room; None is what most of the photo shows
    limit      similar products of every part
    """

    data: bytes
    crop: Crop | None = None
    look_type: str | None = None
    where: Filter | None = None
    in_stock: bool = True
    budget: Decimal | None = None
    limit: int = 6

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_PIECES:
            raise InvalidInput(f"limit is {self.limit}.", hint=f"Ask for 1 to {MOST_PIECES}.")
        if self.look_type not in (None, "outfit", "room"):
            raise InvalidInput(f'A photo cannot be searched for the look type "{self.look_type}".')


@dataclass(frozen=True)
class ScenePart:
    """A part of the photo: its box as fractions of the photo, what it is, and what looks like it.

    score  of the nearest product, times how much its neighbors agree on the slot
    """

    box: tuple[float, float, float, float]
    slot: str
    score: float
    similar: tuple[LookPiece, ...]


@dataclass(frozen=True)
class Scene:
    """The parts of a photo and the look that can be bought of them; None where there is none."""

    generation: int
    collection_id: str
    parts: tuple[ScenePart, ...]
    look: Look | None
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True)
class SlotKind:
    """What the collection sells of one kind: its slot, how many products, and a few of them."""

    kind: str
    slot: str | None
    source: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class SlotReport:
    """How a collection's products lie in slots.

    kinds     every kind with its slot, those of most products first
    unmapped  what no table knows, and the texts that it was looked for in
    """

    kinds: tuple[SlotKind, ...]
    unmapped: tuple[SlotKind, ...]
    counts: Mapping[str, int]
    products: int
