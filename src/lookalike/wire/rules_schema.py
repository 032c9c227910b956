"""The JSON shapes of merchant rules and their previews."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from lookalike.domain.rule_preview import DEFAULT_SAMPLE, MOST_PREVIEW_PLACES, MOST_SAMPLE
from lookalike.domain.rules import MOST_AMOUNT, MOST_POSITION, MOST_SKUS
from lookalike.wire.schema import Json

SurfaceName = Literal["similar", "looks", "feed"]


class MerchantRuleInput(BaseModel):
    """What a rule says; its name stands in the address.

    A pin names `skus`; the others name `skus` or, by a filter, `where`.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "kind": "boost",
                    "amount": 0.2,
                    "where": {"season": "summer"},
                    "for_anchors": {"category": "Dresses"},
                    "starts": "2026-06-01",
                },
                {"kind": "pin", "skus": ["DRE-0001"], "positions": [1], "sponsored": True},
                {"kind": "exclude", "where": {"brand": "Acme"}, "when": "always"},
            ]
        },
    )

    kind: Literal["pin", "boost", "bury", "exclude"]
    where: Json | None = Field(default=None, description="As `filters` of a question.")
    skus: list[str] = Field(default=[], max_length=MOST_SKUS)
    positions: list[Annotated[int, Field(ge=1, le=MOST_POSITION)]] = Field(
        default=[], description="Of a pin: the place of each sku; by default 1, 2, 3, ..."
    )
    amount: float | None = Field(
        default=None,
        gt=0,
        le=MOST_AMOUNT,
        description="Of a boost or bury: what is added to or taken from the calibrated score, in "
        "which 1 is the anchor itself and 0 a random product; 0.2 by default.",
    )
    surfaces: list[SurfaceName] | None = None
    for_anchors: Json | None = Field(
        default=None, description="Only lists that start from a product which passes this filter."
    )
    starts: str | None = Field(default=None, description="A date or time; UTC where no zone.")
    ends: str | None = Field(default=None, description="From then on it no longer applies.")
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    enabled: bool = True
    when: Literal["usual", "on_request", "always"] = Field(
        default="usual",
        description="usual: unless a request names its rules; on_request: only where one names "
        "it; always: no request switches it off.",
    )
    sponsored: bool = Field(default=False, description="Paid for, which recommendations then say.")
    sold_out: bool = Field(default=False, description="Pin it also while it is sold out.")


class MerchantRuleDraft(MerchantRuleInput):
    """A rule that is not set yet."""

    name: str


class MerchantRuleBody(BaseModel):
    """A rule with what it comes to now; what is at its default is left out."""

    model_config = ConfigDict(extra="allow")

    name: str
    kind: str
    standing: str = Field(description="acting, on request, switched off, not yet or over.")
    products: int | None = Field(description="How many it is about.")
    warnings: list[str]


class MerchantRulesBody(BaseModel):
    """Every rule of a collection, by name."""

    rules: list[MerchantRuleBody]


class RulePreviewInput(BaseModel):
    """A draft of one rule, or the removal of one, and the lists to try it on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rule: MerchantRuleDraft | None = None
    remove: str | None = None
    surface: SurfaceName = "similar"
    anchors: list[str] = Field(default=[], max_length=MOST_SAMPLE)
    sample: int = Field(default=DEFAULT_SAMPLE, ge=1, le=MOST_SAMPLE)
    limit: int = Field(default=12, ge=1, le=MOST_PREVIEW_PLACES)
    at: str | None = Field(default=None, description="As of when; by default now.")


class RuleMarkBody(BaseModel):
    """What a rule did to one recommendation; `amount` is its part of the score."""

    name: str
    kind: str
    amount: float
    sponsored: bool


class ShownBody(BaseModel):
    """One place; `moved` is how far it has come up, null for what is new."""

    sku: str
    name: str
    score: float
    likeness: float
    price: float | None
    in_stock: bool | None
    rules: list[RuleMarkBody]
    moved: int | None = None


class ListChangeBody(BaseModel):
    """One list before and after."""

    anchor: str
    name: str
    changed: bool
    overlap: float
    before: list[ShownBody]
    after: list[ShownBody]
    notes: list[str]


class ExposureBody(BaseModel):
    """In how many of the lists a product is shown."""

    sku: str
    name: str
    before: int
    after: int


class MeansBody(BaseModel):
    """Over all places; null where nothing is known."""

    sold_out: float | None
    price: float | None
    likeness: float | None


class RulePreviewBody(BaseModel):
    """What a change would do to the lists tried; nothing is stored."""

    surface: str
    at: str
    products: int
    catalog: int
    anchors: int
    asked: int
    changed: int
    overlap: float | None
    before: MeansBody
    after: MeansBody
    gained: list[ExposureBody]
    lost: list[ExposureBody]
    warnings: list[str]
    conflicts: list[str]
    lists: list[ListChangeBody]
