"""The fold: a user's events and what is known of the products -> the profile."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.controls import Controls, Mute
from lookalike.domain.events import Event
from lookalike.domain.profile import Facts, Learning, Member, Profile, Taste
from lookalike.profiles.clusters import clusters, medoid, similarities
from lookalike.profiles.decay import decayed, importance, lately
from lookalike.profiles.history import History, Like, history
from lookalike.profiles.leanings import Shares, leanings, met, odds, price_band

MOST_MEMBERS = 64  # heaviest sources that are grouped; the bound keeps an update short
MOST_TOLD = 4  # leanings told of one taste
LEAST_TOLD = 0.04  # importance below which a taste is too faint to be put into words
STRONGEST = ("purchase", "cart", "save", "preference", "view", "click")


@dataclass(frozen=True, eq=False)
class Lens:
    """How two products are compared, and what the catalog is like.

    scale   (width,) the square root of what a row of ones becomes as a query: the inner product
            of two rows times it, plus `base`, is their calibrated score
    shares  of the catalog's products, by field and value
    """

    scale: Floats
    base: float
    shares: Shares


def profile(
    events: Sequence[Event],
    facts: Mapping[str, Facts],
    lens: Lens,
    *,
    learning: Learning | None = None,
    controls: Controls | None = None,
) -> Profile:
    """What the events that `history.kept` gave say of a user.

    facts  source -> what is known of it; a source without facts (a product that is gone)
           shapes no taste, but what is owned, hidden or in the cart is still known

    A pure function: no clock, no chance; the order in which events arrived leaves no trace.
    """
    wishes, how = controls or Controls(), learning or Learning()
    past = history(events, how, wishes)
    tastes, weighted = _tastes(past, facts, lens, how, wishes)
    values = met(weighted, lens.shares)
    log_odds, evidence = odds(values)
    return Profile(
        tastes=tastes,
        dislikes=past.dislikes,
        leanings=leanings(values),
        odds=log_odds,
        evidence=evidence,
        price=price_band(weighted),
        strength=sum(weight for _, weight in weighted),
        owned=past.owned,
        in_cart=past.in_cart,
        hidden=past.hidden,
        saved=past.saved,
        session=past.session,
        counts=past.counts,
        as_of=past.as_of,
        is_paused=wishes.paused,
        version=_version(events, wishes),
    )


def _version(events: Sequence[Event], wishes: Controls) -> str:
    if not events and wishes == Controls():
        return ""
    text = "\n".join([*(one.event_id for one in events), repr(wishes)])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _tastes(
    past: History, facts: Mapping[str, Facts], lens: Lens, how: Learning, wishes: Controls
) -> tuple[tuple[Taste, ...], list[tuple[Facts, float]]]:
    """The tastes, most important first, and every known source with its weight."""
    if past.as_of is None:
        return (), []
    recent = lately(past)
    weights = np.array(
        [decayed(one, past.as_of, half_life_d=how.half_life_d) for one in past.likes]
    )
    chosen = _heaviest(past.likes, weights + recent, facts)
    likes = [past.likes[row] for row in chosen]
    known = [facts[one.source] for one in likes]
    weights, recent = weights[chosen], recent[chosen]
    weighted = list(zip(known, weights.tolist(), strict=True))
    seen = [row for row, one in enumerate(known) if one.row.any()]
    if not seen:
        return (), weighted
    group = _Group(
        [likes[row] for row in seen],
        [known[row] for row in seen],
        weights[seen],
        recent[seen],
        past.as_of,
    )
    return group.tastes(lens, wishes), weighted


def _heaviest(likes: Sequence[Like], weights: Doubles, facts: Mapping[str, Facts]) -> list[int]:
    """The rows of the heaviest known sources, in the order of `likes`."""
    known = [row for row, one in enumerate(likes) if one.source in facts]
    known.sort(key=lambda row: (-weights[row], likes[row].source))
    return sorted(known[:MOST_MEMBERS])


@dataclass(frozen=True, eq=False)
class _Group:
    """The sources that a profile is made of, side by side."""

    likes: Sequence[Like]
    facts: Sequence[Facts]
    weights: Doubles
    recent: Doubles
    as_of: datetime

    def tastes(self, lens: Lens, wishes: Controls) -> tuple[Taste, ...]:
        rows = np.stack([one.row for one in self.facts]) * lens.scale
        similarity = similarities(rows, lens.base)
        groups = clusters(similarity)
        blended = self.weights + self.recent
        centers = [medoid(similarity, blended, group) for group in groups]
        muted = [self._mute(group, wishes.muted) for group in groups]
        shares = np.zeros(len(groups))
        served = [place for place, mute in enumerate(muted) if mute is None]
        if served:
            shares[served] = importance(self.weights, self.recent, [groups[k] for k in served])
        found = [
            self._taste(group, center, share, mute, lens)
            for group, center, share, mute in zip(
                groups, centers, shares.tolist(), muted, strict=True
            )
        ]
        return tuple(sorted(found, key=lambda one: (one.is_muted, -one.importance, one.id)))

    def _mute(self, group: Sequence[int], mutes: Sequence[Mute]) -> Mute | None:
        """The mute that holds for a group: it holds the muted middle, or mostly muted products."""
        sources = [self.likes[row].source for row in group] if mutes else []
        for mute in mutes:
            inside = sum(one in mute.sources for one in sources)
            if mute.taste in sources or 2 * inside > len(sources):
                return mute
        return None

    def _taste(
        self, group: list[int], center: int, share: float, mute: Mute | None, lens: Lens
    ) -> Taste:
        order = sorted(group, key=lambda row: (-self.weights[row], self.likes[row].source))
        middle = self.likes[center]
        is_told = mute is not None or share >= LEAST_TOLD
        own = [(self.facts[row], float(self.weights[row])) for row in group]
        return Taste(
            id=mute.taste if mute else middle.source,
            sku=middle.sku,
            action=min(middle.actions, key=STRONGEST.index),
            importance=share,
            members=tuple(self._member(row) for row in order),
            last=max(self.likes[row].moments[-1][0] for row in group),
            leanings=leanings(met(own, lens.shares))[:MOST_TOLD] if is_told else (),
            is_muted=mute is not None,
            row=self.facts[center].row,
        )

    def _member(self, row: int) -> Member:
        like = self.likes[row]
        return Member(
            like.source, like.sku, float(self.weights[row]), like.moments[-1][0], like.actions
        )
