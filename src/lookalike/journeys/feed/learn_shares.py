"""How many places each lane of a feed deserves: those that would have shown what was chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.profile import Profile
from lookalike.domain.query import FEED_DIVERSITY, Retrieval, UserAnchor
from lookalike.journeys.feed.lanes import Candidates
from lookalike.journeys.feed.shelf import Ranks, Shelf
from lookalike.profiles.blend import GROWTH, Blend
from lookalike.profiles.slots import TEMPERATURE, WINDOW

DEPTHS = (10, 20, 40)  # lists of so many places; several, as a choice alone says yes or no
ALIKE = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6)
COMPANY = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
NEW = (0.1, 0.15, 0.2, 0.25)
LEAST_POPULAR = 0.1
PRIOR = 60.0  # choices that the default shares count for
NEVER = 1e9


@dataclass(frozen=True)
class Sought:
    """Where one chosen product stood; NEVER where a lane does not have it.

    tastes   place in the lane of tastes, from 1, as if they had all places
    company, popular  place in these lanes
    new      chance of one draw to give it
    growth   what the share of tastes is multiplied with for this user; 0 without a taste
    """

    tastes: float
    company: float
    popular: float
    new: float
    growth: float


def sought(chosen: int, who: Profile, shelf: Shelf, known: Ranks, blend: Blend) -> Sought:
    """Look for a product in the lanes of a feed with these weights."""
    question = Retrieval(
        UserAnchor(""), limit=max(DEPTHS) // 2, diversity=FEED_DIVERSITY, explain=False
    )
    found = Candidates(shelf.view, question, who, shelf, known, blend)
    scored = found.scored(np.zeros(0, dtype=np.int64))
    lanes = found.lanes(scored, np.zeros(0, dtype=np.int64))
    place = int(np.searchsorted(scored.products, chosen))
    if place == len(scored.products) or scored.products[place] != chosen:
        return Sought(NEVER, NEVER, NEVER, 0.0, 0.0)
    ranks = [_rank(lane.candidates, place) for lane in lanes]
    count = len(found.tastes)
    total = sum(lane.share for lane in lanes[:count])
    tastes = min(
        (rank * total / lane.share for rank, lane in zip(ranks, lanes[:count], strict=False)),
        default=NEVER,
    )
    company, popular, new = ranks[count : count + 3]
    strength = who.strength / (who.strength + blend.enough)
    growth = 1 + GROWTH * strength if count else 0.0
    return Sought(tastes, company, popular, _draw(lanes[count + 2].relevance, new), growth)


def with_shares(blend: Blend, found: Sequence[Sought]) -> Blend:
    """The shares under which most of what was chosen would have been shown.

    Those of the defaults count as PRIOR choices.
    """
    if not found:
        return blend
    table = np.array([[one.tastes, one.company, one.popular, one.new, one.growth] for one in found])
    tried = [
        shares
        for shares in product(ALIKE, COMPANY, NEW)
        if sum(shares) + GROWTH * shares[0] <= 1 - LEAST_POPULAR
    ]
    values = np.array([_shown(table, *shares) for shares in tried])
    best = np.array(tried[int(np.argmax(np.round(values, 9)))])
    default = np.array([blend.alike, blend.company, blend.new])
    alike, company, new = default + (best - default) * len(found) / (len(found) + PRIOR)
    return replace(
        blend,
        alike=round(float(alike), 3),
        company=round(float(company), 3),
        new=round(float(new), 3),
    )


def _shown(table: Doubles, alike: float, company: float, new: float) -> float:
    """The mean share of choices in lists of several lengths."""
    tastes, beside, popular, draw, growth = table.T
    alikes = alike * growth
    rest = 1 - new - alikes - company * (growth > 0)
    first = np.minimum(popular / rest, tastes / np.maximum(alikes, 1 / NEVER))
    if company:
        first = np.minimum(first, beside / company)
    found = [
        np.where(first <= depth, 1.0, 1 - (1 - draw) ** (new * depth)).mean() for depth in DEPTHS
    ]
    return float(np.mean(found))


def _rank(candidates: np.ndarray, place: int) -> float:
    where = np.flatnonzero(candidates == place)
    return float(where[0] + 1) if len(where) else NEVER


def _draw(relevance: Doubles, rank: float) -> float:
    """The chance that one draw gives the candidate of a rank."""
    if rank > min(WINDOW, len(relevance)):
        return 0.0
    odds = np.exp((relevance[:WINDOW] - relevance[0]) / TEMPERATURE)
    return float(odds[int(rank) - 1] / odds.sum())
