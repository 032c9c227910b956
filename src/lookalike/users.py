"""The facade's third part: what is known of one user, and what they may do with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lookalike.domain.access import Sender
from lookalike.domain.controls import ABOUT_A_TASTE, Action, Control
from lookalike.domain.events import Event, Kind, Link, Signal, require_id
from lookalike.domain.profile import Profile
from lookalike.domain.receipt import Receipt
from lookalike.domain.recorded import Recorded
from lookalike.domain.results import Document
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog.live_view import LiveView
from lookalike.journeys.feed import user_rights
from lookalike.journeys.feed.record_events import Reading, record_events
from lookalike.journeys.feed.user_profiles import UserProfiles
from lookalike.journeys.feed.user_rights import UserData, Verified
from lookalike.storage.collection import Collection
from lookalike.storage.workspace import Workspace


@dataclass(frozen=True)
class UserShown:
    """What a user may see of themselves.

    products  sku -> document, of the products that the profile speaks of
    """

    user_id: str
    profile: Profile
    products: Mapping[str, Document]


@dataclass(frozen=True)
class Users:
    """The users of one collection.  Every method answers for the user named and nobody else."""

    workspace: Workspace
    collection: Collection
    live: LiveView
    profiles: UserProfiles

    def show(self, user_id: str) -> UserShown:
        """Their tastes as they are served; an unknown user has none."""
        require_id("user_id", user_id)
        view = self.live.view()
        profile = self.profiles.profile(user_id, view)
        shelf = self.profiles.shelf(view)
        found = {sku: shelf.document(sku) for sku in sorted(_skus(profile))}
        return UserShown(user_id, profile, {sku: one for sku, one in found.items() if one})

    def export(self, user_id: str) -> UserData:
        """All that is kept of them.  Raises NotFound where nothing is."""
        return user_rights.user_data(self.collection, user_id)

    def events(self, *, after: int = 0, limit: int = 100) -> tuple[int, tuple[Event, ...]]:
        """(the number to go on from, what became known after a number), of all users."""
        page = self.collection.events.since(after, limit=limit)
        return page.latest, page.events

    def record(
        self,
        events: Sequence[Any],
        *,
        sender: Sender | None = None,
        product_field: str | None = None,
    ) -> Recorded:
        """`Engine.record` for what comes by a browser, which is believed less.

        sender  None is the shop itself
        """
        reading = Reading(datetime.now(UTC), product_field, sender=sender)
        return record_events(enumerate(events, 1), self.collection, reading)

    def decide(self, user_id: str, action: Action, taste: str | None = None) -> Control:
        """mute, unmute or delete a taste; pause, resume, reset.

        taste  the id of a taste, or a product in it
        Raises NotFound for a taste that the user does not have.
        """
        is_about_one = action in ABOUT_A_TASTE
        if is_about_one != (taste is not None):
            wanted = "names a taste" if is_about_one else "is not about one taste"
            raise InvalidInput(f"{action} {wanted}.", hint="The ids of tastes: users show ID.")
        profile = Profile()
        if is_about_one:
            profile = self.profiles.profile(user_id, self.live.view())
        now = datetime.now(UTC)
        control = user_rights.decide(
            self.collection, user_id, action, now=now, profile=profile, taste=taste
        )
        self.profiles.forget(user_id)
        return control

    def login(self, user_id: str, anonymous_id: str) -> None:
        """A login: what the anonymous id did up to now, the user did.

        Raises Conflict where one of the two is already joined the other way round.
        """
        user_rights.join(self.collection, Link(anonymous_id, user_id, datetime.now(UTC)))
        self.profiles.forget(anonymous_id)
        self.profiles.forget(user_id)

    def update_preferences(
        self,
        user_id: str,
        *,
        interaction: tuple[str, Kind] | None = None,
        signal: Signal | None = None,
        event_id: str | None = None,
    ) -> Recorded:
        """The recipe's call: (product, action), or a signal that says directly what is liked.

        event_id  give one to make the call safe to repeat
        """
        if (interaction is None) == (signal is None):
            raise InvalidInput("Give either an interaction or visual signals.")
        now = datetime.now(UTC)
        known = None
        if event_id is not None:
            require_id("event_id", event_id)
            known = self.collection.events.time_of(event_id)
        product_id, kind = interaction or (None, "preference")
        event = Event(
            f"p-{uuid.uuid4().hex}" if event_id is None else event_id,
            user_id,
            kind,
            product_id,
            known or now,  # sent again, it is the same event
            raw_name="updatePreferences",
            signal=signal and self._placed(signal),
        )
        return record_events([(None, event)], self.collection, Reading(now))

    def erase(self, *user_ids: str) -> tuple[Receipt, ...]:
        """Forget users for good; one signed receipt each.

        The files of the workspace are rewritten and searched: 2.8 s at 40,000 products
        (bench/erase.py).
        """
        for user_id in user_ids:
            self.profiles.forget(user_id)
        now = datetime.now(UTC)
        done = user_rights.erase(self.workspace, self.collection, user_ids, now)
        for user_id in user_ids:  # a question in between may have read what was there
            self.profiles.forget(user_id)
        return done

    def receipts(self) -> tuple[Receipt, ...]:
        """Those of all users erased so far, oldest first."""
        return user_rights.receipts(self.collection)

    def verify(self, receipt: Receipt, user_id: str | None = None) -> Verified:
        """Whether this workspace signed a receipt, and whether it is about a user."""
        return user_rights.verify(self.collection, receipt, user_id)

    def _placed(self, signal: Signal) -> Signal:
        """With the extractor its rows must come from.  Raises InvalidInput for other rows."""
        if not signal.rows:
            return signal
        view = self.live.view()
        layout = view.index.layout
        look = layout.part("look")
        widths = {layout.width, look.stop - look.start}
        wrong = {len(row) for row in signal.rows} - widths
        if wrong:
            raise InvalidInput(
                f"The embedding has {wrong.pop()} numbers; here it has {layout.width}, "
                f"or {look.stop - look.start} of the look channel alone.",
                hint="Send back the `image_embedding` of a product as it came.",
            )
        return replace(signal, fingerprint=view.fingerprint)


def _skus(profile: Profile) -> set[str]:
    found: set[str | None] = {one.sku for one in profile.dislikes} | set(profile.session)
    found |= {one.sku for taste in profile.tastes for one in taste.members}
    return {sku for sku in found if sku is not None}
