"""What a feed is measured against: popularity, chance, the last look-alikes, collaboration."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime, timedelta

import numpy as np

from lookalike.domain.events import Event
from lookalike.domain.features import ImageFeatures
from lookalike.domain.feed_evaluation import DEPTH
from lookalike.domain.filters import In
from lookalike.domain.profile import ACTION_WEIGHTS
from lookalike.domain.query import ImageAnchor, ProductAnchor, Retrieval
from lookalike.errors import NotFound, Unavailable
from lookalike.evaluation.collaborative import collaborative
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.search.anchors import start_from
from lookalike.journeys.search.find_similar import find_similar

RECENT = timedelta(days=7)

Method = Callable[[str], list[str]]
"""user -> DEPTH products that they have not met, best first."""


def baselines(
    before: Mapping[str, Sequence[Event]],
    view: CatalogView,
    *,
    split: datetime,
    seed: int,
) -> tuple[dict[str, Method], dict[str, str]]:
    """The methods by name, and those that cannot run with the reason and what to install.

    Each leaves out what the user met before, as ours does.  Where one finds too little, the most
    popular products fill its list, as any shop would do.
    """
    there = set(view.index.skus(view.index.select(None)))
    met = {user: {one.product_id for one in own if one.product_id} for user, own in before.items()}
    everything = sorted(there)
    popular = _popular(before, there, since=None)
    recent = _popular(before, there, since=split - RECENT)
    found: dict[str, Method] = {
        "popularity": lambda user: _filled([], popular, met.get(user, set())),
        "recent_popularity": lambda user: _filled(recent, popular, met.get(user, set())),
        "random": lambda user: _filled(
            drawn(user, everything, seed=seed), popular, met.get(user, set())
        ),
        "last_item": lambda user: _filled(
            _last_item(before.get(user, ()), view), popular, met.get(user, set())
        ),
    }
    try:
        fitted = collaborative(_weights(before, there), seed=seed)
    except Unavailable as missing:
        return found, {"als": str(missing), "item_item": str(missing)}
    for name, recommend in fitted.items():
        found[name] = _collaborative(recommend, popular, met)
    return found, {}


def arrivals(
    before: Mapping[str, Sequence[Event]], view: CatalogView, cold: Sequence[str], *, seed: int
) -> dict[str, Method]:
    """The methods that can order products that nobody has met: what was popular says nothing.

    cold  these products, ascending
    """
    return {
        "random": lambda user: drawn(user, cold, seed=seed)[:DEPTH],
        "last_item": lambda user: _filled(
            _last_item(before.get(user, ()), view, only=cold),
            drawn(user, cold, seed=seed),
            set(),
        ),
    }


def drawn(user: str, skus: Sequence[str], *, seed: int) -> list[str]:
    """Some products by chance, other ones for each user."""
    own = np.random.default_rng([seed, *user.encode()])
    count = min(len(skus), 3 * DEPTH)
    return [skus[place] for place in own.choice(len(skus), count, replace=False)]


def _collaborative(
    recommend: Callable[[str, int], list[str]],
    popular: Sequence[str],
    met: Mapping[str, Set[str]],
) -> Method:
    return lambda user: _filled(recommend(user, 2 * DEPTH), popular, met.get(user, set()))


def _popular(
    before: Mapping[str, Sequence[Event]], there: Set[str], *, since: datetime | None
) -> list[str]:
    """By the number of users that met each, ties to the lower sku."""
    users: dict[str, set[str]] = defaultdict(set)
    for user, own in before.items():
        for one in own:
            if _counts(one, there) and (since is None or one.time >= since):
                users[one.product_id or ""].add(user)
    return sorted(users, key=lambda sku: (-len(users[sku]), sku))


def _counts(event: Event, there: Set[str]) -> bool:
    return event.product_id in there and event.kind in ACTION_WEIGHTS


def _last_item(
    events: Sequence[Event], view: CatalogView, *, only: Sequence[str] = ()
) -> list[str]:
    where = In("sku", tuple(only)) if only else None
    for one in reversed(events):
        known = one.product_id is not None and view.index.number(one.product_id) is not None
        if known and one.kind in ACTION_WEIGHTS and one.product_id is not None:
            question = Retrieval(
                ProductAnchor(one.product_id), limit=3 * DEPTH, where=where, explain=False
            )
            answer = find_similar(view, question, start_from(question.anchor, view, measure=_none))
            return [found.sku for found in answer.recommendations]
    return []


def _none(_: ImageAnchor) -> ImageFeatures:
    """No photo is asked about here."""
    raise NotFound("A replay has no photos.")


def _filled(first: Sequence[str], then: Sequence[str], met: Set[str]) -> list[str]:
    shown: dict[str, None] = {}
    for sku in (*first, *then):
        if sku not in met:
            shown.setdefault(sku)
            if len(shown) == DEPTH:
                break
    return list(shown)


def _weights(before: Mapping[str, Sequence[Event]], there: Set[str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for user, own in before.items():
        for one in own:
            if _counts(one, there):
                found[user][one.product_id or ""] += ACTION_WEIGHTS[one.kind]
    return {user: dict(own) for user, own in found.items()}
