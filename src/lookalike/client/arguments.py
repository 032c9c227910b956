"""The arguments of the calls, as keywords or as one dictionary, the way the recipe passes them.

They are the request bodies of `wire/` with `collection_id`, and what is in the address, beside
them; a test compares the two.  A value that is None counts as not given.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

Json = Mapping[str, Any]
"""Objects whose keys are the merchant's own."""


class InCollection(TypedDict, total=False):
    collection_id: str | None


class Settings(TypedDict, total=False):
    product_id_field: str | None
    multiple_images_per_product: bool
    extract_attributes: Sequence[str] | None


class Connect(InCollection, total=False):
    bucket_uri: str
    images: str | None
    mapping: Mapping[str, str]
    format: str | None
    mode: Literal["full", "delta"]
    version: int | None
    dry_run: bool
    accept_loss: bool
    keep_missing: bool
    extractors: Sequence[str] | None
    extract_attributes: Sequence[str] | None
    settings: Settings | Json


class Question(InCollection, total=False):
    query: Json
    filters: Json | None
    return_fields: Sequence[str] | None
    limit: int
    weights: Mapping[str, float] | None
    same_category: bool
    price_range: Json | None
    exclude: Sequence[str]
    exclude_owned: Sequence[str]
    diversity: float | None
    max_per: Mapping[str, int]
    collapse_variants: bool
    min_score: float | None
    explain: bool
    user_id: str | None
    rules: Sequence[str] | None
    cursor: str | None
    time_budget_ms: int | None


class Rule(TypedDict, total=False):
    attribute: str
    match: Literal["same", "similar", "complementary", "different", "any"]
    weight: float
    required: bool


class Looks(InCollection, total=False):
    product_id: str | None
    product_embedding: Sequence[float] | Json | None
    product_attributes: Json | None
    look_type: str | None
    rules: Sequence[Rule | Json] | None
    limit: int
    anchors: Sequence[Json]
    looks: int
    budget: float | str | None
    filters: Json | None
    in_stock: bool
    owned: Sequence[str]
    locked: Sequence[str]
    exclude: Sequence[str]
    pins: Sequence[str]
    bans: Sequence[str]
    without: Sequence[str]
    alternatives: int
    user_id: str | None
    time_budget_ms: int | None
    merchant_rules: Sequence[str] | None


class MerchantRule(InCollection, total=False):
    kind: Literal["pin", "boost", "bury", "exclude"]
    where: Json | None
    skus: Sequence[str]
    positions: Sequence[int]
    amount: float | None
    surfaces: Sequence[Literal["similar", "looks", "feed"]] | None
    for_anchors: Json | None
    starts: str | None
    ends: str | None
    priority: int
    enabled: bool
    when: Literal["usual", "on_request", "always"]
    sponsored: bool
    sold_out: bool


class RulePreview(InCollection, total=False):
    rule: MerchantRule | Json | None
    remove: str | None
    surface: Literal["similar", "looks", "feed"]
    anchors: Sequence[str]
    sample: int
    limit: int
    at: str | None


class Scene(InCollection, total=False):
    data: str | None
    upload_id: str | None
    crop: Json | None
    look_type: str | None
    filters: Json | None
    in_stock: bool
    budget: float | str | None
    limit: int


class Preferences(InCollection, total=False):
    user_id: str
    visual_signals: Json | None
    interaction: Json | None
    event_id: str | None


class ProductFields(InCollection, total=False):
    sku: str
    name: str | None
    category: str | None
    brand: str | None
    price: float | str | None
    currency: str | None
    in_stock: bool | None
    variant_group: str | None
    url: str | None
    images: Sequence[str]
    extra: Json
    version: int | None
