"""The facade's part for looks: what completes a product, and how slots are read."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lookalike.domain import observe
from lookalike.domain.filters import all_of
from lookalike.domain.look_scores import LearnReport, LookScores, Negatives
from lookalike.domain.look_templates import Template
from lookalike.domain.looks import LookRequest, Looks, Scene, SceneRequest, SlotReport
from lookalike.domain.progress import Report, silent
from lookalike.domain.query import Anchor, ProductAnchor
from lookalike.domain.slots import SlotTable
from lookalike.domain.time_budget import Remaining
from lookalike.features.pipeline import Extractor
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.live_view import LiveView
from lookalike.journeys.looks import slot_settings
from lookalike.journeys.looks.columns import LookView, slot_report
from lookalike.journeys.looks.complete_look import complete_look
from lookalike.journeys.looks.evaluate_looks import evaluate_looks
from lookalike.journeys.looks.learn_looks import forget_looks, learn_looks
from lookalike.journeys.looks.models import LookModels
from lookalike.journeys.looks.read_looks import read_looks
from lookalike.journeys.looks.scene import scene_look
from lookalike.journeys.looks.slot_settings import LookViews
from lookalike.journeys.rules.rule_book import Ruled
from lookalike.journeys.search.personal_order import PersonalOrder
from lookalike.journeys.search.start import Start
from lookalike.ranking.compatibility import Basis
from lookalike.storage.collection import Collection


@dataclass(frozen=True)
class Stylist:
    """Looks of one collection; each question reads one state of it.

    views   keeps the slots of the newest state
    models  keeps what was learned from looks
    start   turns an anchor into query rows
    reader  gives the extractor that made the rows of a view
    ruled   the merchant's rules that act on a view, for a request's names and anchors
    taste   how a user's tastes order products of a view; None for no user
    remaining  starts the countdown of a time budget
    """

    collection: Collection
    live: LiveView
    views: LookViews
    models: LookModels
    start: Callable[[CatalogView, Anchor], Start]
    reader: Callable[[CatalogView], Extractor]
    taste: Callable[[str | None, CatalogView], PersonalOrder | None]
    remaining: Callable[[int | None], Remaining]
    ruled: Callable[..., Ruled]

    def look(self, request: LookRequest) -> Looks:
        """What completes the anchors: complementary products and whole looks with a total."""
        remaining = self.remaining(request.time_budget_ms)
        view = self.live.view()
        seen = self.views.of(view)
        found = complete_look(
            seen,
            request,
            read=lambda anchor: self.start(seen.view, anchor),
            basis=self.basis(seen.view),
            personal=self.taste(request.user_id, seen.view),
            remaining=remaining,
            ruled=self.ruled(view, request.merchant_rules, *anchors_of(request)),
        )
        found = replace(found, degraded=(*found.degraded, *self.models.of(seen.view)[1]))
        observe.count_all("degraded", found.degraded)
        return found

    def scene(self, request: SceneRequest) -> Scene:
        """The parts of a photo of an outfit or a room, and the look that can be bought of them."""
        view = self.live.view()
        hidden = self.ruled(view, None).hidden
        asked = replace(request, where=all_of(request.where, hidden))
        return scene_look(self.views.of(view), asked, self.reader(view))

    def slots(self) -> SlotReport:
        """How the products lie in slots, and which no table knows."""
        return slot_report(self.seen())

    def table(self) -> SlotTable:
        """What the merchant set, and all look types."""
        return slot_settings.slot_table(self.collection.settings())

    def set_slot(self, kind: str, slot: str | None) -> SlotTable:
        """Let a kind, category or product type stand in a slot from the next question on.

        None takes an earlier word back.  Raises InvalidInput and NotFound.
        """
        return slot_settings.set_slot(self.collection, kind, slot)

    def set_template(
        self, name: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> Template:
        """Make or replace a look type of the merchant's own."""
        return slot_settings.set_template(self.collection, name, required, optional)

    def forget_template(self, name: str) -> None:
        """Remove one.  Raises NotFound."""
        slot_settings.forget_template(self.collection, name)

    def seen(self) -> LookView:
        """The newest state with slots."""
        return self.views.of(self.live.view())

    def basis(self, view: CatalogView) -> Basis:
        """What pair scores stand on: the rules, and what was learned where it is in use."""
        model, _ = self.models.of(view)
        learned = model.maps if model is not None else None
        return Basis(view.index.layout, view.calibration, learned)

    def learn(self, location: str, *, report: Report = silent) -> LearnReport:
        """Learn from a file of looks or orders; switched on only where it beats the rules.

        Raises NotFound for a missing file, InvalidInput for one with too few looks.
        """
        found = learn_looks(self.seen(), self.collection, read_looks(location), report=report)
        self.models.newest(now=True)
        return found

    def forget(self) -> int:
        """Answer by the rules alone again; the version that was in use.  Raises NotFound."""
        version = forget_looks(self.collection)
        self.models.newest(now=True)
        return version

    def evaluate(
        self,
        location: str,
        *,
        negatives: Negatives = "random",
        seed: int = 0,
        times: int = 1,
        report: Report = silent,
    ) -> LookScores:
        """How well blanks of looks are filled, and looks told from random ones."""
        seen = self.seen()
        model, _ = self.models.of(seen.view)
        return evaluate_looks(
            seen,
            read_looks(location),
            model,
            negatives=negatives,
            seed=seed,
            times=times,
            report=report,
        )


def anchors_of(request: LookRequest) -> tuple[str, ...]:
    """The products that a look is made around."""
    found = [one.anchor for one in request.anchors]
    return tuple(one.sku for one in found if isinstance(one, ProductAnchor))
