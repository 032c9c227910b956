"""The JSON shapes of the attribute ledger."""

from pydantic import BaseModel, ConfigDict

from lookalike.wire.schema import Json


class AttributeEntryBody(BaseModel):
    """What one source says: `human`, `feed`, `rule` or `image`."""

    name: str
    value: str
    source: str
    confidence: float
    version: str
    evidence: Json
    probabilities: dict[str, float]


class AttributeBody(AttributeEntryBody):
    """The entry that counts, and what the other sources say."""

    others: list[AttributeEntryBody] = []


class DecisionBody(BaseModel):
    """A decision about one attribute; it counts more than feed, rules and images."""

    model_config = ConfigDict(extra="forbid", strict=True)

    value: str
    by: str = ""


class ConflictBody(BaseModel):
    """One attribute on which feed and images disagree."""

    sku: str
    name: str | None
    attribute: str
    said: AttributeEntryBody
    seen: AttributeEntryBody
    surprise: float
    palette: list[Json]
    image_url: str | None


class ConflictsBody(BaseModel):
    """The most surprising conflicts, and how many there are of each attribute."""

    conflicts: list[ConflictBody]
    counts: dict[str, int]
    products: int


class UnknownWordBody(BaseModel):
    """A word of the feed that no table knows, with the number of products that use it."""

    attribute: str
    column: str
    word: str
    count: int


class UnknownWordsBody(BaseModel):
    """Every such word, the most frequent first."""

    unknown_words: list[UnknownWordBody]
