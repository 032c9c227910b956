"""The facade's second half: how good a collection is, how stable, and what is odd in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from lookalike.domain.attributes import Decision
from lookalike.domain.conflicts import Conflicts, UnknownWord
from lookalike.domain.duplicates import KINDS, Duplicates, Kind
from lookalike.domain.evaluation import (
    AttributeScores,
    LabelColumn,
    RetrievalScores,
    ValueSource,
)
from lookalike.domain.feed_evaluation import FeedScores, Split
from lookalike.domain.filters import Filter
from lookalike.domain.progress import Report, silent
from lookalike.domain.stability import Certificate
from lookalike.journeys.catalog import conflicts, decide
from lookalike.journeys.catalog.live_view import LiveView
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.journeys.feed.evaluate_feed import evaluate_feed
from lookalike.journeys.feed.learn_blend import Fitted, learn_blend, newest_events
from lookalike.journeys.feed.log import read_log
from lookalike.journeys.feed.user_profiles import UserProfiles
from lookalike.journeys.quality import evaluate_attributes, evaluate_retrieval
from lookalike.journeys.quality.certify import DEFAULT_SAMPLE, certify
from lookalike.journeys.quality.duplicates import duplicates
from lookalike.storage.collection import Collection


@dataclass(frozen=True)
class Quality:
    """Questions about one collection as a whole; each reads one state of it.

    tools     what measuring images works with; the encoder is loaded when it is first used
    profiles  what knows the users of the collection
    """

    collection: Collection
    live: LiveView
    tools: Callable[[], Tools]
    profiles: UserProfiles

    def decide_attribute(self, sku: str, name: str, value: str, *, by: str = "") -> Decision:
        """Say by hand what an attribute is: it counts from the next question on, in every run.

        Raises NotFound and InvalidInput, naming the nearest attribute or value.
        """
        view = self.live.known()
        asked = Decision(sku, name, value, by, datetime.now(UTC))
        decision = decide.decide(self.collection, view.index if view else None, asked)
        self.live.known()  # the next question sees it
        return decision

    def forget_attribute(self, sku: str, name: str) -> None:
        """Take a decision back.  Raises NotFound where there is none."""
        decide.forget(self.collection, sku, name)
        self.live.known()

    def evaluate_feed(
        self,
        events: str,
        split: Split,
        *,
        product_field: str | None = None,
        report: Report = silent,
    ) -> FeedScores:
        """Replay a file of events up to a moment, and see who finds what users go for then.

        The collection's own log is neither read nor changed.
        """
        view = self.live.view()
        log = read_log(events, datetime.now(UTC), product_field=product_field)
        return evaluate_feed(log, split, view, self.profiles.learning, report=report)

    def learn_feed(self) -> Fitted:
        """Fit the feed's weights to the log and answer with them from now on, in every process.

        Seconds; once a day or after an import is enough.  A log that says too little (`choices`
        below 20) leaves the defaults.
        """
        shelf = self.profiles.shelf(self.live.view())
        newest = newest_events(self.collection.events)
        found = learn_blend(newest, shelf, self.profiles.learning)
        self.profiles.keep_blend(found.blend)
        return found

    def conflicts(self, *, attribute: str | None = None, limit: int = 20) -> Conflicts:
        """Where feed and images disagree, the surest images first."""
        fingerprint = self.live.view().fingerprint
        return conflicts.conflicts(self.collection, fingerprint, attribute=attribute, limit=limit)

    def unknown_words(self) -> list[UnknownWord]:
        """Words in columns that speak of attributes, which no table knows."""
        return conflicts.unknown_feed_words(self.collection, self.live.view().fingerprint)

    def evaluate_retrieval(
        self,
        labels: LabelColumn,
        *,
        weights: Mapping[str, float] | None = None,
        report: Report = silent,
    ) -> RetrievalScores:
        """How often the products found carry the label of the product asked about."""
        return evaluate_retrieval.evaluate_retrieval(
            self.live.view(), self.tools().extractor, labels, weights=weights, report=report
        )

    def evaluate_attributes(
        self,
        labels: LabelColumn,
        *,
        attribute: str,
        map_file: str | None = None,
        source: ValueSource = "image",
    ) -> AttributeScores:
        """How often the value of an attribute agrees with a label; `map_file` translates labels."""
        return evaluate_attributes.evaluate_attributes(
            self.live.view(),
            self.collection,
            self.tools().extractor,
            labels,
            attribute=attribute,
            map_file=map_file,
            source=source,
        )

    def certify(
        self,
        *,
        sample: int = DEFAULT_SAMPLE,
        seed: int = 1,
        where: Filter | None = None,
        report: Report = silent,
    ) -> Certificate:
        """Do disturbed photos of some products still find them, with their color and pattern?"""
        return certify(
            self.live.view(), self.tools(), sample=sample, seed=seed, where=where, report=report
        )

    def duplicates(
        self,
        *,
        kinds: Iterable[Kind] = KINDS,
        where: Filter | None = None,
        report: Report = silent,
    ) -> Duplicates:
        """Products with the same photo, nearly the same photo, or one design in two colors."""
        return duplicates(self.live.view(), self.tools(), kinds=kinds, where=where, report=report)
