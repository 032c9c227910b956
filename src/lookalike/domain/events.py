"""Events: what users did with products, as the log keeps them, and the links between their ids."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, get_args

from lookalike.errors import InvalidInput

Kind = Literal[
    "impression",
    "click",
    "view",
    "save",
    "cart",
    "uncart",
    "purchase",
    "return",
    "hide",
    "preference",
]
"""`preference` is no action on a product but a signal that the shop gives directly."""

KINDS: tuple[Kind, ...] = get_args(Kind)
MAX_ID_LENGTH = 200  # as a sku; ids of analytics tools have 36 to 64
MAX_TEXT_LENGTH = 500  # a reason or a raw name; it is kept and shown, not searched
MOST_AHEAD = timedelta(hours=1)
"""How far the sender's clock may run ahead; decision 0041."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""An earlier time is seconds read as milliseconds, not an event of a shop with pictures."""
MOST_SIGNAL_ROWS = 20
LARGEST_NUMBER = 1_000  # parts of a row lie in [-1, 1]; what float32 cannot hold must not enter
THIN_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Signal:
    """What a shop says directly of a user's taste: rows as the API shows them, or values.

    rows         query rows (`image_embedding` of a product), each whole or a bare embedding
    attributes   attribute -> value, for example {"color_family": "green"}
    weight       how much it counts: 0.1 a view, 1 a purchase, below 0 a dislike
    fingerprint  of the extractor whose rows these are; rows of another one mean nothing
    """

    rows: tuple[tuple[float, ...], ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0
    fingerprint: str = ""

    def __post_init__(self) -> None:
        if not self.rows and not self.attributes:
            raise InvalidInput(
                "The signal says nothing.", hint="Give an embedding, attributes, or both."
            )
        if not (math.isfinite(self.weight) and -1 <= self.weight <= 1):
            raise InvalidInput(f"The weight of a signal is {self.weight}; it lies in [-1, 1].")
        if len(self.rows) > MOST_SIGNAL_ROWS:
            raise InvalidInput(f"A signal has at most {MOST_SIGNAL_ROWS} rows.")
        if len({len(row) for row in self.rows}) > 1 or not all(self.rows):
            raise InvalidInput("The rows of a signal are not equally long.")
        if not all(abs(number) <= LARGEST_NUMBER for row in self.rows for number in row):
            raise InvalidInput(
                f"The embedding of a signal holds a number above {LARGEST_NUMBER:,}, or no number."
            )


@dataclass(frozen=True)
class Event:
    """One thing a user did with one product.  The same id is the same event, sent again.

    product_id  None only for a `preference`
    time        when it happened by the sender's clock, with a zone
    request_id  the answer that showed the product, and `position` its place in it from 1
    price       what was paid or shown for one piece, with `currency`
    reason      of a `return` or `hide`, as the sender says it
    raw_name    the kind as the sender spelled it: add_to_cart, Product Added, ...
    signal      of a `preference`
    """

    event_id: str
    user_id: str
    kind: Kind
    product_id: str | None
    time: datetime
    request_id: str | None = None
    position: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    reason: str | None = None
    session_id: str | None = None
    raw_name: str | None = None
    signal: Signal | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidInput(f"{self.kind!r} is no kind of event.", hint=f"{', '.join(KINDS)}.")
        if (self.kind == "preference") != (self.signal is not None):
            raise InvalidInput("A preference, and nothing else, carries a signal.")
        if self.product_id is None and self.kind != "preference":
            raise InvalidInput(f"The event names no product, which a {self.kind} needs.")
        require_id("event_id", self.event_id)
        require_id("user_id", self.user_id)
        for name in ("product_id", "request_id", "session_id"):
            value = getattr(self, name)
            if value is not None:
                require_id(name, value)
        for name in ("currency", "reason", "raw_name"):
            _require_text(name, getattr(self, name))
        if self.time.tzinfo is None:
            raise InvalidInput(f"The time {self.time} has no zone.")
        if self.position is not None and not 0 <= self.position < 2**31:
            raise InvalidInput(f"The position {self.position} is no place in a list.")
        if self.price is not None and not (self.price.is_finite() and self.price >= 0):
            raise InvalidInput(f"The price {self.price} of the event must be >= 0.")


@dataclass(frozen=True)
class Link:
    """A login: what `anonymous_id` did up to `time`, since its login before, `user_id` did.

    An id that is linked to itself keeps what it did up to then, whoever logs in later.
    """

    anonymous_id: str
    user_id: str
    time: datetime

    def __post_init__(self) -> None:
        require_id("anonymous_id", self.anonymous_id)
        require_id("user_id", self.user_id)


def owner(user_id: str, time: datetime, links: Iterable[Link]) -> str:
    """Whose an event is that `user_id` sent: that of the first login at or after it.

    links  those of `user_id`, in any order.  Events after the last login stay with the id that
           sent them, so that the next person at the same screen is not taken for the last.
    """
    later = [link for link in links if link.anonymous_id == user_id and link.time >= time]
    return min(later, key=lambda link: link.time).user_id if later else user_id


def with_link(links: Sequence[Link], added: Link) -> tuple[Link, ...]:
    """The links of one anonymous id in order of time, with one more.

    Tools that name both ids in every event say the same thing again and again: a link between
    two others of the same user within THIN_WITHIN is left out.  Only a login of somebody else
    in between, of which we hear later, could have told the difference.
    """
    ordered = sorted(
        [link for link in links if link.time != added.time] + [added], key=lambda link: link.time
    )
    kept: list[Link] = []
    for link, then in zip(ordered, [*ordered[1:], None], strict=True):
        before = kept[-1] if kept else None
        if not (before and then and _says_the_same(before, link, then)):
            kept.append(link)
    return tuple(kept)


def _says_the_same(before: Link, link: Link, then: Link) -> bool:
    is_one_user = before.user_id == link.user_id == then.user_id
    return is_one_user and then.time - before.time <= THIN_WITHIN


def bounded(time: datetime, now: datetime) -> datetime:
    """The time of an event as it is kept: never later than now.

    Raises InvalidInput for one that is more than MOST_AHEAD ahead, or before EARLIEST.
    """
    if time > now + MOST_AHEAD:
        raise InvalidInput(
            f"The time {time.isoformat()} lies in the future.",
            hint="Give the time of the event with its zone; check the sender's clock.",
        )
    if time < EARLIEST:
        raise InvalidInput(
            f"The time {time.isoformat()} is too early for an event.",
            hint="Give ISO 8601, or seconds, milliseconds or microseconds since 1970.",
        )
    return min(time, now)


def require_id(name: str, value: str) -> None:
    """Raises InvalidInput for what cannot be an id: empty, blank outside, long, not text."""
    if not value or value != value.strip() or len(value) > MAX_ID_LENGTH:
        shown = value if len(value) <= 40 else value[:40] + "..."
        raise InvalidInput(
            f"The {name} {shown!r} is not an id.",
            hint=f"Give 1 to {MAX_ID_LENGTH} characters without outer blanks.",
        )
    if not value.isprintable() or not _is_text(value):
        raise InvalidInput(f"The {name} {value[:40]!r} holds control characters.")


def _require_text(name: str, value: str | None) -> None:
    if value is None:
        return
    if len(value) > MAX_TEXT_LENGTH or "\0" in value or not _is_text(value):
        raise InvalidInput(
            f"The {name} of the event is not text of at most {MAX_TEXT_LENGTH} characters."
        )


def _is_text(value: str) -> bool:
    """Half a surrogate pair is no text that a database keeps."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
