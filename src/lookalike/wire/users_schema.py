"""The JSON shapes of events and of what is known of a user."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from lookalike.wire.schema import Json, ProblemRow


class RecordedBody(BaseModel):
    """What became of a batch of events; `docs/reference/events.md` explains the counts."""

    accepted: int
    repeated: int
    conflicts: int
    withheld: int
    clamped: int
    ignored: int
    logins: int
    unknown_products: list[str]
    problems: list[ProblemRow]


class EventBody(BaseModel):
    """One event as the log keeps it."""

    event_id: str
    user_id: str
    kind: str
    product_id: str | None
    time: str
    request_id: str | None
    position: int | None
    price: float | None
    currency: str | None
    reason: str | None
    session_id: str | None
    raw_name: str | None
    signal: Json | None


class LeaningBody(BaseModel):
    """A value that a user meets more often than the catalog has it."""

    attribute: str
    value: str
    confidence: float
    share: float
    catalog_share: float


class TasteBody(BaseModel):
    """One taste: in words, with the products it consists of, most weight first."""

    taste: str
    sku: str | None
    words: str
    importance: float
    is_muted: bool
    because: str
    last: str
    leanings: list[LeaningBody]
    products: list[Json]


class UserBody(BaseModel):
    """What is known of a user, as it is used; counts are of events."""

    user_id: str
    collection_id: str
    is_paused: bool
    tastes: list[TasteBody]
    dislikes: list[Json]
    leanings: list[LeaningBody]
    price: Json | None
    owned: list[str]
    in_cart: list[str]
    saved: list[str]
    hidden: list[str]
    counts: dict[str, int]
    as_of: str | None


class UserExportBody(BaseModel):
    """All that is kept of a user, and what it was made into."""

    user_id: str
    collection_id: str
    anonymous_ids: list[str]
    events: list[EventBody]
    decisions: list[Json]
    profile: UserBody | None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ControlBody(_Strict):
    """A decision of the user; `taste` for mute, unmute and delete alone."""

    action: Literal["mute", "unmute", "delete", "pause", "resume", "reset"]
    taste: str | None = None


class LoginBody(_Strict):
    """The id under which the user was known before they logged in."""

    anonymous_id: str


class InteractionBody(_Strict):
    """What was done with a product: view, save, cart, purchase, ..."""

    product_id: str
    action: str


class SignalsBody(_Strict):
    """A direct signal: `image_embedding` of a product as it came, values, and how much it counts.

    Null values and numbers among the attributes say nothing and are left out.
    """

    embedding: list[float] | Json | None = None
    attributes: Json | None = None
    weight: float = 1.0


class PreferencesBody(_Strict):
    """The recipe's updatePreferences: one of the two."""

    visual_signals: SignalsBody | None = None
    interaction: InteractionBody | None = None
    event_id: str | None = None


class ScanBody(BaseModel):
    """A search through every file of the workspace."""

    verdict: Literal["clean", "found", "ambiguous", "not scanned"]
    files: int
    bytes: int
    found_in: list[str]
    part_of: list[str]
    note: str


class ReceiptBody(BaseModel):
    """A signed statement of what was erased; it does not hold the id."""

    format: str
    collection: str
    pseudonym: str
    erased_at: str
    anonymous_ids: int
    rows: dict[str, int]
    scan: ScanBody
    backups: list[str]
    signature: str


class ReceiptsBody(BaseModel):
    """Receipts, oldest first."""

    receipts: list[ReceiptBody]


class VerifyBody(_Strict):
    """A receipt as it came; with `user_id`, whether it is about that user."""

    receipt: Json
    user_id: str | None = None


class VerifiedBody(BaseModel):
    """`is_of` and `is_gone` are null where no user was named."""

    is_genuine: bool
    is_of: bool | None
    is_gone: bool | None
