"""The JSON shapes of every surface, once."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from lookalike.domain.query import MOST_PARTS
from lookalike.domain.swap import DEFAULT_QUESTIONS, MOST_QUESTIONS
from lookalike.wire.bounds import MOST_NAMES, Locations, Names, Skus
from lookalike.wire.bounds import Json as Json

TimeBudget = Annotated[
    int | None,
    Field(
        ge=0,
        le=600_000,
        description="After so many milliseconds it skips what it can do without and names that in "
        "`degraded`; 0 never, null as the setting says.",
    ),
]

Fraction = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    """A request: an unknown key is a mistake worth naming."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CropBody(_Strict):
    """A part of an image in fractions of its size, from the top left corner."""

    x: Fraction
    y: Fraction
    width: Fraction
    height: Fraction


class QueryBody(_Strict):
    """What a search starts from.

    `product` with `product_id`, `image` with one source, `attributes`, `text`, `mix` with
    `parts`, or `user_preferences` with `user_id`, `product_ids` picked just now, or both.  A
    product or photo can be steered with `but`.
    """

    type: Literal["product", "image", "attributes", "text", "mix", "user_preferences"] = "product"
    product_id: str | None = None
    embedding: list[float] | Json | None = Field(
        default=None, description="`image_embedding` of a product as it came, or 256 numbers."
    )
    data: str | None = Field(default=None, description="The bytes of a photo in base64.")
    upload_id: str | None = Field(default=None, description="From `POST .../uploads`.")
    crop: CropBody | None = None
    but: dict[str, str] | None = Field(
        default=None,
        description="What should be different from the product or photo: attribute -> value, "
        "price cheaper or pricier, lightness brighter or darker, colorfulness more colorful or "
        "more muted, complexity simpler or richer.",
        examples=[{"color_family": "green", "price": "cheaper"}],
    )
    attributes: dict[str, str] | None = Field(
        default=None, examples=[{"color_family": "green", "pattern": "striped"}]
    )
    text: str | None = Field(default=None, description="For an encoder with a text tower.")
    user_id: str | None = Field(default=None, description="Whose tastes to recommend for.")
    product_ids: Skus | None = Field(
        default=None, description="Picked just now, as in the style quiz; nothing of it is kept."
    )
    parts: list["MixPartBody"] | None = Field(default=None, max_length=MOST_PARTS)


class MixPartBody(_Strict):
    """One query of a mix; a negative weight asks for what is unlike it."""

    query: QueryBody
    weight: float = 1.0


class PriceRange(_Strict):
    """Both ends count as inside; an end that is left out is open."""

    min: float | None = None
    max: float | None = None


class RetrieveBody(_Strict):
    """One question to a collection."""

    query: QueryBody
    filters: Json | None = Field(
        default=None,
        description="Field -> value or operators; a key whose value is null is ignored.",
        examples=[{"in_stock": True, "price": {"$lte": 50}, "color_family": {"$in": ["red"]}}],
    )
    return_fields: Names | None = None
    limit: int = 12
    weights: Annotated[dict[str, float], Field(max_length=MOST_NAMES)] | None = None
    same_category: bool = False
    price_range: PriceRange | None = None
    exclude: Skus = []
    exclude_owned: Skus = []
    diversity: float | None = None
    max_per: Annotated[dict[str, int], Field(max_length=MOST_NAMES)] = {}
    collapse_variants: bool = True
    min_score: float | None = None
    explain: bool = True
    user_id: str | None = Field(
        default=None, description="Whose tastes order what is about equally alike."
    )
    rules: list[str] | None = Field(
        default=None,
        description='Merchant rules that may act, by name, "*" for all usual ones; null '
        "for those, [] for none but those that are always on.",
    )
    cursor: str | None = None
    time_budget_ms: TimeBudget = None


class SwatchPairBody(BaseModel):
    """A color of the anchor, the nearest one of the product, and their CIEDE2000 difference."""

    anchor: str
    product: str
    delta_e: float


class ExplanationBody(BaseModel):
    """Why a product stands where it stands; `contributions` sum to the score."""

    contributions: dict[str, float]
    shared: list[str]
    differs: list[str]
    swatches: list[SwatchPairBody]
    matched_images: tuple[int, int]


class PlacementBody(BaseModel):
    """Why a place of a feed went to a product; `propensity` is how likely it was to get it."""

    lane: str
    taste: str | None
    because: str | None
    propensity: float


class RecommendationBody(BaseModel):
    """A product with its place in the answer; merchants' own columns stand under `extra`."""

    model_config = ConfigDict(extra="allow")

    sku: str
    position: int
    similarity_score: float
    band: str
    similarity_reason: str
    explanation: ExplanationBody | None = None
    placement: PlacementBody | None = None
    rules: list[Json] = Field(default=[], description="What merchant rules had to do with it.")
    sponsored: bool = Field(default=False, description="Somebody paid for its place.")


class RecommendationsBody(BaseModel):
    """The answer to one question."""

    request_id: str
    generation: int
    collection_id: str
    limits: list[str]
    degraded: list[str]
    cursor: str | None
    rules: list[str] = Field(default=[], description="The merchant rules that acted, by name.")
    recommendations: list[RecommendationBody]


class WhyNotBody(BaseModel):
    """What became of one product in an answer; `rank` is its place by score alone."""

    sku: str
    verdict: str
    reason: str
    rank: int | None
    similarity_score: float | None
    similarity_reason: str | None
    explanation: ExplanationBody | None


class MatchMapBody(BaseModel):
    """Where two products match: rows of patches, each of which sums to `similarity`."""

    skus: tuple[str, str]
    matched_images: tuple[int, int]
    similarity: float
    anchor: list[list[float]]
    product: list[list[float]]


class ProductBody(BaseModel):
    """A product as callers see it, with what its images show."""

    model_config = ConfigDict(extra="allow")

    sku: str
    name: str | None = None
    category: str | None = None
    price: float | None = None
    visual_attributes: Json = {}
    image_embedding: Json | None = None
    attributes: list[Json] = []
    problems: list[Json] = []


class CollectionBody(BaseModel):
    """A collection and how many products it holds."""

    collection_id: str
    products: int


class CollectionsBody(BaseModel):
    """Every collection of the workspace."""

    collections: list[CollectionBody]


class FacetValue(BaseModel):
    """One value of a field, and how many products have it."""

    value: str
    count: int


class FacetsBody(BaseModel):
    """Field -> its values, most frequent first."""

    facets: dict[str, list[FacetValue]]


class ProductsBody(BaseModel):
    """One page of products in the order of their skus."""

    products: list[ProductBody]
    count: int
    cursor: str | None
    limits: list[str] = Field(default=[], description="Every cap that made the page shorter.")


class ProductInput(_Strict):
    """A product to add or replace; every other column of yours goes into `extra`."""

    name: str | None = None
    category: str | None = None
    brand: str | None = None
    price: float | str | None = None
    currency: str | None = None
    in_stock: bool | None = None
    variant_group: str | None = None
    url: str | None = None
    images: Locations = Field(default=[], description="Paths below the image root, or URLs.")
    extra: Json = {}
    version: int | None = Field(
        default=None, ge=0, le=2**62, description="An older one than is known is a conflict."
    )


class QuizBody(BaseModel):
    """Pictures that tell most about a taste; send back what was picked as `product_ids`."""

    products: list[ProductBody]


class UploadBody(BaseModel):
    """A photo that a query can name for an hour."""

    upload_id: str
    width: int
    height: int


class ConnectSettings(_Strict):
    """How the recipe says what is in the bucket."""

    product_id_field: str | None = Field(
        default=None,
        description="The column that names a product. In a folder of images without a catalog "
        "file, the name of the file or folder does.",
    )
    multiple_images_per_product: bool | None = Field(
        default=None, description="False keeps the first image of a product."
    )
    extract_attributes: Names | None = None


class ConnectBody(_Strict):
    """The recipe's connect call: index a catalog that the server can read."""

    bucket_uri: str = Field(
        description="A catalog file, a folder of images, a folder with a catalog file and its "
        "images, or the file:// address of one."
    )
    images: str | None = None
    mapping: dict[str, str] = {}
    format: str | None = Field(default=None, description="The format; null recognizes it.")
    mode: Literal["full", "delta"] = Field(
        default="full",
        description="full: what the catalog lacks is removed; delta: it names only what changed.",
    )
    version: int | None = Field(default=None, ge=0, le=2**62)
    dry_run: bool = Field(default=False, description="Only say what would be done.")
    accept_loss: bool = False
    keep_missing: bool = False
    extractors: Names | None = Field(
        default=None,
        description="image_embedding, color, pattern, style, object, or by the recipe's names "
        "image-embedding, color-extraction, pattern-detection, style-classification, "
        "object-detection; null for all.",
    )
    extract_attributes: Names | None = Field(
        default=None, description="The attributes to keep; null for those kept so far."
    )
    settings: ConnectSettings | None = None


class SwapBody(_Strict):
    """Another encoder for a collection that goes on answering."""

    encoder: str = Field(
        description="default, onnx:PATH, open_clip:MODEL/WEIGHTS or hf:REPO_OR_FOLDER."
    )
    compare: int = Field(default=DEFAULT_QUESTIONS, ge=0, le=MOST_QUESTIONS)
    dry_run: bool = Field(default=False, description="Build and compare, and leave it at that.")


class RollbackBody(_Strict):
    """Back to the encoder before the last swap."""

    compare: int = Field(default=DEFAULT_QUESTIONS, ge=0, le=MOST_QUESTIONS)


class ProblemRow(BaseModel):
    """Something wrong in the input, by line where there is one."""

    line: int | None
    sku: str | None
    location: str | None
    code: str
    message: str
    skipped: bool


class ProblemsBody(BaseModel):
    """What was wrong with the input of a run."""

    problems: list[ProblemRow]


class HealthBody(BaseModel):
    """`status` is "ok" once the collection can be searched."""

    status: str
    version: str
    collections: dict[str, int]


class ProblemDocument(BaseModel):
    """An error, as RFC 9457 has it, with our stable `code` and a hint."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    hint: str = ""
