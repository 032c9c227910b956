"""What a change of the rules would do, before anybody sees it."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lookalike.domain.rules import MerchantRule, RuleMark, Surface
from lookalike.errors import InvalidInput

DEFAULT_SAMPLE, MOST_SAMPLE = 40, 500
MOST_PREVIEW_PLACES = 100

RuleStanding = Literal["acting", "on request", "switched off", "not yet", "over"]


@dataclass(frozen=True)
class PreviewRequest:
    """A draft of one rule, or the removal of one, and the lists to try it on.

    rule     as it would be set; one of that name is replaced
    remove   the name of a rule that would be deleted instead
    anchors  skus; else `sample` of them, evenly over those that the rule is for
    at       as of when; None is now, or the start of a draft that begins later
    """

    rule: MerchantRule | None = None
    remove: str | None = None
    surface: Surface = "similar"
    anchors: tuple[str, ...] = ()
    sample: int = DEFAULT_SAMPLE
    limit: int = 12
    at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.rule is None) == (self.remove is None):
            raise InvalidInput("A preview tries one change.", hint="Give `rule` or `remove`.")
        if not 1 <= max(self.sample, len(self.anchors)) <= MOST_SAMPLE or self.sample < 1:
            raise InvalidInput(f"A preview asks for 1 to {MOST_SAMPLE} lists.")
        if not 1 <= self.limit <= MOST_PREVIEW_PLACES:
            raise InvalidInput(
                f"limit is {self.limit}.", hint=f"A previewed list has 1 to {MOST_PREVIEW_PLACES}."
            )


@dataclass(frozen=True)
class Shown:
    """One place of a previewed list.

    likeness  its score without what rules add
    price, in_stock  None where nobody says
    """

    sku: str
    name: str
    score: float
    likeness: float
    price: float | None = None
    in_stock: bool | None = None
    rules: tuple[RuleMark, ...] = ()


@dataclass(frozen=True)
class ListChange:
    """One list before and after; `notes` say which pins were left out, and why."""

    anchor: str
    name: str
    before: tuple[Shown, ...]
    after: tuple[Shown, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        return [one.sku for one in self.before] != [one.sku for one in self.after]

    @property
    def overlap(self) -> float:
        """The share of the longer list that is in both."""
        before, after = ({one.sku for one in of} for of in (self.before, self.after))
        return len(before & after) / max(len(before), len(after), 1)

    def moved(self, place: int) -> int | None:
        """How many places the product at that place of `after`, from 0, has come up; None: new."""
        skus = [one.sku for one in self.before]
        sku = self.after[place].sku
        return skus.index(sku) - place if sku in skus else None


@dataclass(frozen=True)
class Exposure:
    """In how many of the lists a product is shown."""

    sku: str
    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Means:
    """Over all places of the lists; NaN where nothing is known.

    sold_out  share of places, of those whose stock is known
    price     of those with one
    likeness  score without rules
    """

    sold_out: float = math.nan
    price: float = math.nan
    likeness: float = math.nan


@dataclass(frozen=True)
class RulePreview:
    """What a change does to the lists tried.

    products  how many the rule is about, of `catalog` in all
    anchors   how many it is for
    gained, lost  products shown in more and in fewer lists, those that change most first
    """

    surface: Surface
    at: datetime
    lists: tuple[ListChange, ...]
    products: int
    catalog: int
    anchors: int
    changed: int
    overlap: float
    gained: tuple[Exposure, ...]
    lost: tuple[Exposure, ...]
    before: Means
    after: Means
    warnings: tuple[str, ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True)
class RuleState:
    """One rule with what it comes to at the moment.

    products  how many it is about; None before anything is indexed
    """

    rule: MerchantRule
    standing: RuleStanding
    products: int | None
    warnings: tuple[str, ...] = ()
