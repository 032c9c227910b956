"""What the service answers: dictionaries whose keys are attributes as well, and lists of them."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


class Record(dict[str, Any]):
    """A JSON object: `one["sku"]` and `one.sku` are the same.

    A key that is also the name of a dictionary's method, such as `items`, is read with [].
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            known = ", ".join(map(str, self)) or "nothing"
            raise AttributeError(f"There is no {name!r} here; there is {known}.") from None


class Product(Record):
    """A product; `image_embedding` goes back as `query.embedding` as it came."""

    sku: str
    name: str | None
    category: str | None
    brand: str | None
    price: float | None
    currency: str | None
    in_stock: bool | None
    image_url: str | None
    images: list[Record]
    visual_attributes: Record
    image_embedding: Record


class Recommendation(Product):
    """A product in its place in an answer; with `return_fields`, only what they name."""

    position: int
    similarity_score: float
    similarity_reason: str
    band: str
    explanation: Record | None


class Piece(Product):
    """A product that completes a look."""

    slot: str | None
    role: str
    score: float
    reason: str
    alternatives: list[Record]


class Job(Record):
    """A run over a catalog.

    `state` is queued, running, canceling, canceled, succeeded, failed or interrupted.
    """

    job_id: str
    collection_id: str
    kind: str
    state: str
    stage: str | None
    progress: float | None
    stages: list[Record]
    counts: Record
    message: str | None
    report: Record | None

    @property
    def is_over(self) -> bool:
        return self.state not in ("queued", "running", "canceling")


R = TypeVar("R", bound=Record)


class Answer(list[R]):
    """A list of records; what was said beside them are attributes, and together `beside`."""

    def __init__(self, items: Iterable[R] = (), beside: Record | None = None) -> None:
        super().__init__(items)
        self.beside = Record() if beside is None else beside

    def __getattr__(self, name: str) -> Any:
        if name == "beside" or name.startswith("__"):  # a copy that is not filled yet
            raise AttributeError(name)
        return getattr(self.beside, name)

    def map(self, function: Callable[[R], T]) -> list[T]:
        """`[function(one) for one in self]`, as the recipe writes it."""
        return [function(one) for one in self]


class Recommendations(Answer[Recommendation]):
    """Look-alikes or a feed, best first."""

    request_id: str
    generation: int
    collection_id: str
    limits: list[str]
    degraded: list[str]
    cursor: str | None
    rules: list[str]


class Complementary(Answer[Piece]):
    """Products that complete the anchor; `looks` are whole looks, `look_total` is the first's."""

    request_id: str
    generation: int
    collection_id: str
    look_type: str
    anchor_product: Piece | None
    looks: list[Record]
    look_total: float | None
    currency: str | None
    infeasible: Record | None
    limits: list[str]
    degraded: list[str]
    merchant_rules: list[str]


class Products(Answer[Product]):
    """A page of products; `cursor` leads to the next, None ends."""

    cursor: str | None

    @property
    def total(self) -> int:
        """How many products match; `count` is already what lists call something else."""
        return int(self.beside["count"])


A = TypeVar("A", bound=Answer[Any])


def listed(kind: type[A], of: Callable[[Record], Record], body: Record, key: str) -> A:
    """The list under `key`, with the rest of the body beside it."""
    beside = Record({name: value for name, value in body.items() if name != key})
    return kind((of(one) for one in body[key]), beside)


def parsed(text: str) -> Any:
    """JSON whose objects are records.  Raises ValueError."""
    return json.loads(text, object_hook=Record)
