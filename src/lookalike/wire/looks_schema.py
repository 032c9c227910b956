"""The JSON shapes of looks and slots."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lookalike.domain.query import MOST_PARTS
from lookalike.wire.bounds import MOST_NAMES, Names, Skus
from lookalike.wire.schema import CropBody, Json, QueryBody, TimeBudget


class _Strict(BaseModel):
    """A request: an unknown key is a mistake worth naming."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RuleBody(_Strict):
    """How one attribute of two pieces should relate."""

    attribute: str
    match: Literal["same", "similar", "complementary", "different", "any"]
    weight: float = 1.0
    required: bool = False


class AnchorBody(_Strict):
    """One thing that the look is made around; `attributes` says what is known of it."""

    query: QueryBody
    attributes: Json = {}


class LooksBody(_Strict):
    """What completes a product: the recipe's call, and more.

    The recipe's own keys come first.  `product_embedding` and `product_attributes` are for a
    product that is not in the collection; of one that is, the attributes only add to it.
    """

    product_id: str | None = None
    product_embedding: list[float] | Json | None = None
    product_attributes: Json | None = None
    look_type: str | None = Field(
        default=None, description="outfit, room, collection or a look type of your own."
    )
    rules: list[RuleBody] | None = Field(
        default=None,
        max_length=MOST_NAMES,
        examples=[[{"attribute": "color_family", "match": "complementary", "weight": 1}]],
    )
    limit: int = Field(default=12, description="Products in `complementary_items`.")
    anchors: list[AnchorBody] = Field(
        default=[], max_length=MOST_PARTS, description="More, or other, anchors."
    )
    looks: int = Field(default=1, description="How many whole looks.")
    budget: float | str | None = None
    filters: Json | None = None
    in_stock: bool = True
    owned: Skus = []
    locked: Skus = []
    exclude: Skus = []
    pins: Skus = []
    bans: Skus = []
    without: Names = Field(default=[], description="Slots to leave empty.")
    user_id: str | None = Field(
        default=None, description="Their taste decides between pieces that suit about equally."
    )
    alternatives: int = Field(default=3, description="Other pieces named for each slot.")
    time_budget_ms: TimeBudget = None
    merchant_rules: list[str] | None = Field(
        default=None, description="As `rules` of a question: which of the shop's rules may act."
    )


class SceneBody(_Strict):
    """A photo of an outfit or a room: `data` in base64 or an `upload_id`."""

    data: str | None = None
    upload_id: str | None = None
    crop: CropBody | None = None
    look_type: str | None = None
    filters: Json | None = None
    in_stock: bool = True
    budget: float | str | None = None
    limit: int = Field(default=6, description="Similar products named for each part.")


class AlternativeBody(BaseModel):
    """Another piece for the slot, with all others as they are."""

    model_config = ConfigDict(extra="allow")

    sku: str
    reason: str
    look_total: float | None
    total_change: float | None
    score_change: float


class PieceBody(BaseModel):
    """One piece of a look: the product with its place."""

    model_config = ConfigDict(extra="allow")

    sku: str
    slot: str | None
    role: str
    score: float
    reason: str
    alternatives: list[AlternativeBody] = []
    rules: list[Json] = Field(default=[], description="What merchant rules had to do with it.")
    sponsored: bool = Field(default=False, description="Somebody paid for its place.")


class PairBody(BaseModel):
    """Why two pieces go together; `contributions` sum to `score`."""

    sku: str
    other: str
    score: float
    contributions: dict[str, float]
    color: Json


class LookBody(BaseModel):
    """One whole look; `look_total_exact` is the same amount as a decimal text."""

    pieces: list[PieceBody]
    score: float
    parts: dict[str, float]
    look_total: float | None
    look_total_exact: str | None
    to_add: float | None
    currency: str | None
    prices_unknown: int
    reason: str
    pairs: list[PairBody]
    missing: list[str]
    short_of: float


class RelaxationBody(BaseModel):
    """One constraint that, loosened, makes a look possible."""

    constraint: str
    change: str


class InfeasibleBody(BaseModel):
    """Why there is no look."""

    reason: str
    relax: list[RelaxationBody]


class LooksAnswerBody(BaseModel):
    """The answer: `look_total` is that of the first look."""

    request_id: str
    generation: int
    collection_id: str
    look_type: str
    anchor_product: PieceBody | None
    anchors: list[PieceBody]
    complementary_items: list[PieceBody]
    look_total: float | None
    look_total_exact: str | None
    currency: str | None
    looks: list[LookBody]
    infeasible: InfeasibleBody | None
    limits: list[str]
    degraded: list[str]
    merchant_rules: list[str] = Field(default=[], description="Those that acted, by name.")


class ScenePartBody(BaseModel):
    """A part of the photo with what looks like it; `box` in fractions of the photo."""

    box: dict[str, float]
    slot: str
    score: float
    similar: list[PieceBody]


class SceneAnswerBody(BaseModel):
    """The parts of a photo, and a look that can be bought of them."""

    generation: int
    collection_id: str
    parts: list[ScenePartBody]
    look: LookBody | None
    look_total: float | None
    currency: str | None
    degraded: list[str]


class SlotKindBody(BaseModel):
    """What the collection sells of one kind, and where it stands."""

    kind: str
    slot: str | None
    source: str
    count: int
    examples: list[str]


class SlotsBody(BaseModel):
    """Every kind with its slot, what is unmapped, and the look types."""

    kinds: list[SlotKindBody]
    unmapped: list[SlotKindBody]
    counts: dict[str, int]
    products: int
    set: dict[str, str]
    look_types: dict[str, list[str]]


class SlotChoiceBody(_Strict):
    """The slot that a kind, category or product type stands in; null takes it back."""

    slot: str | None


class LookTypeBody(_Strict):
    """A look type of the merchant's own: its slots in the order of their importance."""

    required: Names = []
    optional: Names = []
