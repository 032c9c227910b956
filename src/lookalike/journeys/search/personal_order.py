"""A user's tastes as a gentle hand on other lists: what is about equally alike, theirs first."""

from dataclasses import dataclass, replace

import numpy as np

from lookalike.domain.arrays import Doubles, Integers
from lookalike.domain.profile import Profile
from lookalike.domain.query import Retrieval, UserAnchor
from lookalike.domain.results import Recommendation
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.feed.lanes import Candidates
from lookalike.journeys.feed.shelf import NOBODY, Shelf
from lookalike.profiles import blend as blending
from lookalike.profiles.blend import Blend

MOST_NEAR, MOST_LEANING, MOST_DISLIKED = 0.12, 0.05, 0.3
"""What likeness to a taste, leanings and a dislike change of a score, in which 0.1 is about the
step between neighbors ten places apart (bench/feed.py): a list stays recognizably the same."""
SPOKEN_FROM = 0.03
STRANGER = "user_id: nothing is known of this user's taste, so it orders nothing"


@dataclass(frozen=True, eq=False)
class PersonalOrder:
    """How one user's tastes order products of one state of a collection."""

    view: CatalogView
    profile: Profile
    shelf: Shelf

    @property
    def is_known(self) -> bool:
        served = blending.served(self.profile)
        return bool(served or self.profile.dislikes) and not self.profile.is_paused

    @property
    def hidden(self) -> tuple[str, ...]:
        """Products that the user does not want to see, wherever."""
        return () if self.profile.is_paused else tuple(sorted(self.profile.hidden))

    def bonus(self, products: Integers) -> Doubles:
        """(products,) what is added to each score: as likely above 0 as the user likes it."""
        asked = Retrieval(UserAnchor(""))
        found = Candidates(self.view, asked, self.profile, self.shelf, NOBODY, Blend())
        first = self.view.index.vectors(self.view.index.first_rows(products))
        near = found.nearest(first)
        _, odds = found.log_odds(products)
        leaning = np.tanh(odds.mean(axis=1)) if odds.shape[1] else np.zeros(len(products))
        total: Doubles = MOST_NEAR * np.clip(near, 0, 1) + MOST_LEANING * leaning
        return total - MOST_DISLIKED * found.disliked(first)

    def told(self, answer: Recommendation, bonus: float) -> Recommendation:
        """The recommendation with its part for taste, so that parts still sum to the score."""
        reason, explanation = with_taste(answer.reason, bonus), answer.explanation
        if explanation is not None:
            parts = {**explanation.contributions, "taste": bonus}
            explanation = replace(explanation, contributions=parts)
        return replace(answer, score=answer.score + bonus, reason=reason, explanation=explanation)


def with_taste(reason: str, bonus: float) -> str:
    """The reason, and that a user's taste raised the place, where it did so enough to be felt."""
    return (
        f"{reason.removesuffix('.')}; close to what you like." if bonus >= SPOKEN_FROM else reason
    )
