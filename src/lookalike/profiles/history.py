"""What a user's events say of each product: likes by the day, dislikes, and what is owned."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lookalike.domain.controls import Controls, source
from lookalike.domain.events import Event
from lookalike.domain.profile import Dislike, Learning

MOST_EVENTS = 200
"""Newest interactions that a profile reads.  A user of the sample shop has 60; older ones of a
busier user have decayed to little, and the bound keeps an update under 5 ms; it takes 2 for 24."""

LOOKS_A_DAY = 2  # views and clicks of one product that count in a day: ten are not a purchase
DISLIKE_WEIGHT = 1.0
VISIT_GAP = timedelta(minutes=30)  # Google Analytics' end of a session without activity

_FIT = re.compile(
    r"\b(fit|fits|fitting|size|sizing|small|large|big|tight|loose|short|long|narrow|wide|"
    r"late|delivery|damaged|defect|defective|wrong item|ordered)\b"
)
_LOOK = re.compile(
    r"\b(dislike|disliked|look|looks|looking|style|colou?r|material|fabric|ugly|"
    r"pattern|design|picture|pictured|description|described|expected|not my taste)\b"
)
_COLOR = re.compile(r"\bcolou?r\b")


@dataclass(frozen=True)
class Like:
    """What a user did with one source, in the order of time, each moment with its weight."""

    source: str
    sku: str | None
    moments: tuple[tuple[datetime, float], ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """All that events say before anything is known of the products themselves.

    likes  in the order of their first moment, then of the source
    """

    likes: tuple[Like, ...]
    dislikes: tuple[Dislike, ...]
    owned: frozenset[str]
    in_cart: frozenset[str]
    hidden: frozenset[str]
    saved: frozenset[str]
    session: tuple[str, ...]
    counts: dict[str, int]
    as_of: datetime | None


def kept(known: Sequence[Event], more: Iterable[Event]) -> tuple[Event, ...]:
    """The newest MOST_EVENTS interactions of both, in the order of time, each id once.

    The result depends on which events were given, never on their order or grouping, so an
    update with one event is a rebuild from all of them.  Impressions shape no taste.
    """
    by_id = {one.event_id: one for one in known}
    by_id.update((one.event_id, one) for one in more if one.kind != "impression")
    ordered = sorted(by_id.values(), key=lambda one: (one.time, one.event_id))
    return tuple(ordered[-MOST_EVENTS:])


def history(events: Sequence[Event], learning: Learning, controls: Controls) -> History:
    """Read the events that `kept` gave, without those that the user took back."""
    plain = controls.reset_at is None and not controls.deleted
    counting = events if plain else [one for one in events if controls.counts(one)]
    sources: dict[str, _Source] = {}
    for event in counting:
        key = source(event)
        if key not in sources:
            sources[key] = _Source(key, event.product_id)
        sources[key].add(event, learning)
    everything = list(sources.values())
    likes = [like for one in everything if (like := one.like()) is not None]
    dislikes = [one.dislike for one in everything if one.dislike is not None]
    return History(
        likes=tuple(sorted(likes, key=lambda one: (one.moments[0][0], one.source))),
        dislikes=tuple(sorted(dislikes, key=lambda one: (one.time, one.source), reverse=True)),
        owned=frozenset(one.sku for one in everything if one.sku and one.is_owned),
        in_cart=frozenset(one.sku for one in everything if one.sku and one.is_in_cart),
        hidden=frozenset(one.sku for one in everything if one.sku and one.is_hidden),
        saved=frozenset(one.sku for one in everything if one.sku and one.is_saved),
        session=_session(counting),
        counts=dict(sorted(Counter(one.kind for one in counting).items())),
        as_of=counting[-1].time if counting else None,
    )


def blames(reason: str | None) -> tuple[str, ...] | None:
    """The channels that a reason for a return blames; () for all, None where it blames no look.

    Size and fit, delivery, defects and poor quality say nothing of taste, and neither does silence:
    who sends back a torn dark blazer still likes dark blazers.

    >>> blames("Too small"), blames("Didn't like the colour"), blames("not my style")
    (None, ('color',), ())
    """
    text = (reason or "").casefold().replace("_", " ").replace("-", " ")
    if _COLOR.search(text):
        return ("color",)
    if _FIT.search(text) or not _LOOK.search(text):
        return None
    return ()


class _Source:
    """Everything done with one product, or said by one signal, so far."""

    def __init__(self, key: str, sku: str | None) -> None:
        self.key, self.sku = key, sku
        self.days: dict[date, dict[str, list[tuple[datetime, float]]]] = {}
        self.actions: dict[str, None] = {}
        self.dislike: Dislike | None = None
        self.is_owned = self.is_in_cart = self.is_hidden = self.is_saved = False
        self.most = 0.0

    def add(self, event: Event, learning: Learning) -> None:
        match event.kind:
            case "hide":
                self.is_hidden = True
                self._dislike(event, DISLIKE_WEIGHT, ())
            case "return":
                self.is_owned = False
                channels = blames(event.reason)
                if channels is not None:
                    self._dislike(event, DISLIKE_WEIGHT, channels)
            case "uncart":
                self.is_in_cart = False
                self._forget("cart")
            case "preference":
                weight = event.signal.weight if event.signal else 0.0
                if weight < 0:
                    self._dislike(event, -weight, ())
                elif weight > 0:
                    self._like(event, weight)
            case "click" | "view":
                if self.dislike is None:
                    self._like(event, learning.weights.get(event.kind, 0.0))
            case "save" | "cart" | "purchase":
                self._note_state(event.kind)
                self.dislike = None  # who comes back to a product has changed their mind
                self.is_hidden = False
                self._like(event, learning.weights.get(event.kind, 0.0))

    def like(self) -> Like | None:
        """What counts of all moments, capped by day."""
        moments = [one for day in self.days.values() for one in self._capped(day)]
        if not moments:
            return None
        if len(moments) == 1:
            return Like(self.key, self.sku, tuple(moments), tuple(self.actions))
        return Like(self.key, self.sku, tuple(sorted(moments)), tuple(self.actions))

    def _note_state(self, kind: str) -> None:
        if kind == "save":
            self.is_saved = True
        self.is_in_cart = kind == "cart" or (self.is_in_cart and kind != "purchase")
        self.is_owned = self.is_owned or kind == "purchase"

    def _like(self, event: Event, weight: float) -> None:
        if weight <= 0:
            return
        self.most = max(self.most, weight)
        self.actions.setdefault(event.kind)
        kind = "view" if event.kind == "click" else event.kind
        of_day = self.days.setdefault(event.time.date(), {}).setdefault(kind, [])
        if len(of_day) < (LOOKS_A_DAY if kind == "view" else 1):
            of_day.append((event.time, weight))

    def _capped(self, day: dict[str, list[tuple[datetime, float]]]) -> list[tuple[datetime, float]]:
        """All of a day together count no more than the strongest thing ever done, or two looks."""
        moments = [one for of_kind in day.values() for one in of_kind]
        if len(moments) == 1:
            return moments
        total = sum(weight for _, weight in moments)
        most = max(self.most, sum(weight for _, weight in day.get("view", ())))
        return [(time, weight * min(1.0, most / total)) for time, weight in moments]

    def _dislike(self, event: Event, weight: float, channels: tuple[str, ...]) -> None:
        self.days.clear()
        self.actions.clear()
        self.most = 0.0
        reason = event.reason or event.kind
        self.dislike = Dislike(self.key, self.sku, weight, event.time, reason, channels)

    def _forget(self, kind: str) -> None:
        """The cart's weight is gone; that it was looked at stays."""
        self.actions.pop(kind, None)
        for day in self.days.values():
            day.pop(kind, None)
        left = [w for day in self.days.values() for one in day.values() for _, w in one]
        self.most = max(left, default=0.0)


def _session(events: Sequence[Event]) -> tuple[str, ...]:
    """Products of the latest visit, newest first: one session id, or no gap of VISIT_GAP."""
    found: dict[str, None] = {}
    later: Event | None = None
    for event in reversed(events):
        if later is not None:
            same = event.session_id is not None and event.session_id == later.session_id
            if not same and later.time - event.time > VISIT_GAP:
                break
        later = event
        if event.product_id is not None:
            found.setdefault(event.product_id)
    return tuple(found)
