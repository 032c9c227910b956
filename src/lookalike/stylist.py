"""The facade's part for looks: what completes a product, and how slots are read."""

from collections.abc import Callable
from dataclasses import dataclass

from lookalike.domain.look_templates import Template
from lookalike.domain.looks import LookRequest, Looks, SlotReport
from lookalike.domain.query import Anchor
from lookalike.domain.slots import SlotTable
from lookalike.journeys import slot_settings
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.complete_look import complete_look
from lookalike.journeys.live_view import LiveView
from lookalike.journeys.look_columns import LookView, slot_report
from lookalike.journeys.slot_settings import LookViews
from lookalike.journeys.start import Start
from lookalike.ranking.compatibility import Basis
from lookalike.storage.collection import Collection


@dataclass(frozen=True)
class Stylist:
    """Looks of one collection; each question reads one state of it.

    views  keeps the slots of the newest state
    start  turns an anchor into query rows
    """

    collection: Collection
    live: LiveView
    views: LookViews
    start: Callable[[CatalogView, Anchor], Start]

    def look(self, request: LookRequest) -> Looks:
        """What completes the anchors: complementary products and whole looks with a total."""
        seen = self.seen()
        return complete_look(
            seen,
            request,
            read=lambda anchor: self.start(seen.view, anchor),
            basis=self.basis(seen.view),
        )

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
        """What pair scores stand on."""
        return Basis(view.index.layout, view.calibration)
