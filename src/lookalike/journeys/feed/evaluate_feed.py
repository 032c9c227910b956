"""How well feeds tell what users go for next: a log replayed up to a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.feed_evaluation import DEPTH, FeedFigures, FeedGroup, FeedScores, Split
from lookalike.domain.filters import In
from lookalike.domain.profile import Learning, Profile
from lookalike.domain.progress import Report, Step, silent
from lookalike.domain.query import FEED_DIVERSITY, Retrieval, UserAnchor
from lookalike.errors import InvalidInput
from lookalike.evaluation.replay import (
    COLD_EVENTS,
    MET,
    Replay,
    cut,
    figures,
    list_scores,
    novelty,
)
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.feed.baselines import arrivals, baselines
from lookalike.journeys.feed.company import company_of
from lookalike.journeys.feed.learn_blend import Fitted, learn_blend
from lookalike.journeys.feed.log import Log
from lookalike.journeys.feed.personal_feed import personal_feed
from lookalike.journeys.feed.reasons import FeedParts
from lookalike.journeys.feed.shelf import Ranks, Shelf, ranks, with_company
from lookalike.journeys.feed.user_profiles import facts_of
from lookalike.profiles.company import meetings
from lookalike.profiles.fold import profile
from lookalike.profiles.history import kept
from lookalike.profiles.popularity import day_counts, popularity

STAGE = "asking"
OURS = "feed"


def evaluate_feed(
    log: Log, split: Split, view: CatalogView, learning: Learning, *, report: Report = silent
) -> FeedScores:
    """Every user who went for something new after the split is asked for as of the split.

    The lists are made by the very code that serves, from the events before the split alone; its
    weights are fitted to these too, as `feed --learn` does.
    Raises InvalidInput when nothing is left to look for.
    """
    replay = cut(log.events, split, set(view.index.skus(view.index.select(None))))
    users = _drawn(list(replay.wanted), split)
    if not users or not replay.before:
        raise InvalidInput(
            f"No user went for a new product of the collection after {split.time.isoformat()}, "
            "or nothing happened before.",
            hint="Choose an earlier or later --split; the events' products must be indexed.",
        )
    feeds = _Feeds.of(replay, view, learning)
    methods, missing = baselines(replay.before, view, split=split.time, seed=split.seed)
    lists: dict[str, dict[str, list[str]]] = {OURS: {}, **{name: {} for name in methods}}
    cold = feeds.cold()
    others = arrivals(replay.before, view, cold, seed=split.seed)
    alone: dict[str, dict[str, list[str]]] = {OURS: {}, **{name: {} for name in others}}
    for done, user in enumerate(users, start=1):
        lists[OURS][user] = feeds.shown(user)
        for name, method in methods.items():
            lists[name][user] = method(user)
        if cold and any(sku not in replay.known for sku in replay.wanted[user]):
            alone[OURS][user] = feeds.shown(user, only=cold)
            for name, method in others.items():
                alone[name][user] = method(user)
        if done % 20 == 0 or done == len(users):
            report(Step(STAGE, done, len(users)))
    groups = _Groups(replay, users, lists, len(view.index), split.seed)
    return FeedScores(
        split=split.time,
        kinds=replay.kinds,
        events_before=sum(len(own) for own in replay.before.values()),
        events_after=replay.after,
        groups={**groups.by_user(), **groups.by_product(alone)},
        left_out={**replay.left_out, **_not_drawn(len(replay.wanted) - len(users))},
        missing=missing,
        versions={
            "lookalike": version("lookalike"),
            "extractor": view.fingerprint,
            "generation": view.generation,
            "weights": feeds.fitted.blend.to_json(),
            "weights_from": feeds.fitted.choices,
        },
        problems=log.problems,
    )


def _not_drawn(count: int) -> dict[str, int]:
    return {"users that were not drawn": count} if count else {}


def _drawn(users: list[str], split: Split) -> list[str]:
    if split.sample is None or split.sample >= len(users):
        return users
    rng = np.random.default_rng(split.seed)
    return [users[row] for row in np.sort(rng.choice(len(users), split.sample, replace=False))]


@dataclass(frozen=True, eq=False)
class _Feeds:
    """The feeds as they were at the split."""

    replay: Replay
    view: CatalogView
    learning: Learning
    shelf: Shelf
    ranks: Ranks
    fitted: Fitted

    @classmethod
    def of(cls, replay: Replay, view: CatalogView, learning: Learning) -> "_Feeds":
        events = [one for own in replay.before.values() for one in own]
        popular = popularity(day_counts(events), learning.weights)
        shelf = Shelf(view)
        fitted = learn_blend(events, shelf, learning)
        known = with_company(ranks(popular, view), company_of(meetings(events), shelf))
        return cls(replay, view, learning, shelf, known, fitted)

    def cold(self) -> tuple[str, ...]:
        """Products that nobody had met."""
        everything = self.view.index.skus(self.view.index.select(None))
        return tuple(sku for sku in everything if sku not in self.replay.known)

    def shown(self, user: str, *, only: tuple[str, ...] = ()) -> list[str]:
        question = Retrieval(
            UserAnchor(user),
            limit=DEPTH,
            where=In("sku", only) if only else None,
            diversity=FEED_DIVERSITY,
            explain=False,
        )
        blend = self.fitted.blend
        found = FeedParts(self.view, self._profile(user), self.shelf, self.ranks, blend)
        return [one.sku for one in personal_feed(question, found).recommendations]

    def _profile(self, user: str) -> Profile:
        events = kept((), self.replay.before.get(user, ()))
        facts = facts_of(events, self.shelf)
        return profile(events, facts, self.shelf.lens, learning=self.learning)


class _Groups:
    """The figures of every group of users and of products."""

    def __init__(
        self,
        replay: Replay,
        users: Sequence[str],
        lists: Mapping[str, Mapping[str, Sequence[str]]],
        products: int,
        seed: int,
    ) -> None:
        self._replay, self._users, self._lists = replay, users, lists
        self._products, self._seed = products, seed

    def by_user(self) -> dict[str, FeedGroup]:
        pasts = {user: self._past(user) for user in self._users}
        chosen = {
            "all": [user for user in self._users if pasts[user] > 0],
            "cold_users": [user for user in self._users if 0 < pasts[user] <= COLD_EVENTS],
            "warm_users": [user for user in self._users if pasts[user] > COLD_EVENTS],
            "unknown_users": [user for user in self._users if not pasts[user]],
        }
        found = {
            name: self._group(users, self._replay.wanted, self._lists)
            for name, users in chosen.items()
            if users
        }
        if "all" in found:
            found["all"] = self._with_range(found["all"], chosen["all"])
        return found

    def by_product(self, alone: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, FeedGroup]:
        """What nobody had met before: found in the whole list, and in lists of such alone."""
        known = self._replay.known
        wanted = {
            user: unmet
            for user in self._users
            if self._past(user) > 0
            and (unmet := [sku for sku in self._replay.wanted[user] if sku not in known])
        }
        if not wanted:
            return {}
        users = sorted(wanted)
        few = [user for user in users if self._past(user) <= COLD_EVENTS]
        found = {"cold_products": self._group(users, wanted, self._lists)}
        if few:
            found["cold_for_cold_users"] = self._group(few, wanted, self._lists)
        found["new_arrivals"] = self._group(users, wanted, alone)
        return found

    def _past(self, user: str) -> int:
        return sum(one.kind in MET for one in self._replay.before.get(user, ()))

    def _group(
        self,
        users: Sequence[str],
        wanted: Mapping[str, Sequence[str]],
        lists: Mapping[str, Mapping[str, Sequence[str]]],
    ) -> FeedGroup:
        tables: dict[str, Doubles] = {
            name: np.array([list_scores(own[user], wanted[user]) for user in users])
            for name, own in lists.items()
        }
        rng = np.random.default_rng(self._seed)
        methods = {
            name: figures(table, None if name == OURS else tables[OURS], rng=rng)
            for name, table in tables.items()
        }
        return FeedGroup(len(users), sum(len(wanted[user]) for user in users), methods)

    def _with_range(self, group: FeedGroup, users: Sequence[str]) -> FeedGroup:
        """Coverage and novelty, which belong to all lists together."""
        count = len(self._replay.before)

        def ranged(name: str, one: FeedFigures) -> FeedFigures:
            shown = [self._lists[name][user] for user in users]
            distinct = len({sku for own in shown for sku in own})
            return replace(
                one,
                coverage=distinct / self._products,
                novelty=novelty(shown, self._replay.known, count),
            )

        methods = {name: ranged(name, one) for name, one in group.methods.items()}
        return replace(group, methods=methods)
