"""Profiles: what a user likes, as several tastes that can be shown, muted and explained."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lookalike.domain.arrays import Floats
from lookalike.errors import InvalidInput

ACTION_WEIGHTS: Mapping[str, float] = {
    "click": 0.1,
    "view": 0.1,
    "save": 0.5,
    "cart": 0.7,
    "purchase": 1.0,
}
"""What an action says of a taste (the published recipe's numbers); a setting may change them."""


@dataclass(frozen=True)
class Learning:
    """How events become tastes.

    weights      action -> how much it counts; actions that are not named do not count
    half_life_d  after so many days an action counts half
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(ACTION_WEIGHTS))
    half_life_d: float = 45.0

    def __post_init__(self) -> None:
        for name, weight in self.weights.items():
            if name not in ACTION_WEIGHTS:
                raise InvalidInput(
                    f'"{name}" is not an action that shapes a taste.',
                    hint=f"There are {', '.join(ACTION_WEIGHTS)}.",
                )
            if not 0 <= weight <= 1:
                raise InvalidInput(f"The weight of {name} is {weight}; it must lie in [0, 1].")
        if not self.half_life_d > 0:
            raise InvalidInput(f"The half-life is {self.half_life_d} days; it must be above 0.")


def learning_of(weights: str, *, half_life_d: float) -> Learning:
    """From text such as "view=0.1, save=0.5"; actions that it leaves out keep their weight.

    Raises InvalidInput for anything else.
    """
    found = dict(ACTION_WEIGHTS)
    for part in filter(None, (one.strip() for one in weights.split(","))):
        name, _, number = (piece.strip() for piece in part.partition("="))
        try:
            found[name] = float(number)
        except ValueError:
            raise InvalidInput(
                f'The action weight "{part}" is not a name and a number.',
                hint='For example "view=0.1, save=0.5, cart=0.7, purchase=1".',
            ) from None
    return Learning(found, half_life_d)


@dataclass(frozen=True, eq=False)
class Facts:
    """What profiles know of a product: its first image's row, fields as text, and its price."""

    sku: str
    row: Floats
    values: Mapping[str, str]
    price: float | None = None


@dataclass(frozen=True)
class Member:
    """A source of a taste: a product, or an event that names none, with all that it counts.

    weight  decayed to `as_of` of the profile, after the caps per day
    actions what was done, such as ("view", "save")
    """

    source: str
    sku: str | None
    weight: float
    time: datetime
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Leaning:
    """A value that a user meets more (or less) often than the catalog has it.

    log_odds    against the catalog, shrunken towards 0 where there is little to go by
    confidence  how sure it is that the leaning is not chance, in [0, 1]
    share       of the user's weight that has this value; catalog_share of the products
    """

    attribute: str
    value: str
    log_odds: float
    confidence: float
    share: float
    catalog_share: float


@dataclass(frozen=True)
class PriceBand:
    """Where the middle 80 % of the user's weight lies; `confidence` as for a leaning."""

    low: float
    high: float
    confidence: float


@dataclass(frozen=True)
class Taste:
    """One of a user's tastes.

    id          the source that stands for it, by which it can be muted; it may change as the
                taste grows, and a mute holds on to its members
    sku         the product in the middle of it (medoid), as in "because you saved X"; None
                where only direct signals speak
    action      the strongest thing done with that product
    importance  in [0, 1]; those of all tastes that are not muted sum to 1
    members     most weight first
    leanings    what its members have in common, surest first
    """

    id: str
    sku: str | None
    action: str
    importance: float
    members: tuple[Member, ...]
    last: datetime
    leanings: tuple[Leaning, ...] = ()
    is_muted: bool = False
    row: Floats | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Dislike:
    """What should be seen less: a source, since when, and the channels it speaks of (all: ())."""

    source: str
    sku: str | None
    weight: float
    time: datetime
    reason: str | None = None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """What is known of one user at `as_of`, the time of the newest event that counts.

    tastes     most important first, muted ones last
    dislikes   newest first
    leanings   over all tastes, surest first; only those that are sure enough to be told
    odds       field -> value -> shrunken log-odds of every value met, for ordering products
    evidence   field -> the weight that its odds stand on
    strength   the sum of all members' weights: how much there is to go by
    owned, in_cart, hidden, saved  products by their state after all events
    session    products of the latest visit, newest first
    counts     kind of event -> how many were read
    is_paused  nothing is learned and nothing personal is shown
    version    stands for the events and decisions it was made of
    """

    tastes: tuple[Taste, ...] = ()
    dislikes: tuple[Dislike, ...] = ()
    leanings: tuple[Leaning, ...] = ()
    odds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    evidence: Mapping[str, float] = field(default_factory=dict)
    price: PriceBand | None = None
    strength: float = 0.0
    owned: frozenset[str] = frozenset()
    in_cart: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    saved: frozenset[str] = frozenset()
    session: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    as_of: datetime | None = None
    is_paused: bool = False
    version: str = ""

    @property
    def served(self) -> tuple[Taste, ...]:
        """The tastes that may be recommended for; none while paused."""
        return () if self.is_paused else tuple(one for one in self.tastes if not one.is_muted)
