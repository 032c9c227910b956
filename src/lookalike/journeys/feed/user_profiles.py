"""The profiles of one collection: computed from the log, kept in memory, never stored."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from lookalike.domain.controls import Controls, controls, source
from lookalike.domain.events import Event
from lookalike.domain.profile import Facts, Learning, Profile
from lookalike.errors import NotFound
from lookalike.journeys.catalog.carried import Carried, Passage
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.feed.company import Paired, paired, paired_again
from lookalike.journeys.feed.shelf import Ranks, Shelf, ranks, ranks_along, with_company
from lookalike.profiles.blend import Blend
from lookalike.profiles.company import MOST_MEETINGS, NO_COMPANY, Company, Meeting
from lookalike.profiles.fold import Lens, profile
from lookalike.profiles.history import kept
from lookalike.profiles.popularity import DayCount, popularity
from lookalike.storage.collection import Collection
from lookalike.storage.events import UserState
from lookalike.storage.popularity import Counted

MOST_USERS = 2_000  # kept in memory at once; 50 kB each for a busy one
IDLE_S = 900.0  # a user who has not been asked about for so long is dropped from memory
COUNT_EVERY_S = 0.5  # popularity follows the log within a second
PAIR_EVERY_S = 60.0  # what is chosen together, within a minute
A_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""When somebody without a past picked: ages count from the newest event, so any moment will do."""
BLEND_EVERY_S = 1.0
BLEND = "feed_blend"
"""The collection's setting that holds the weights."""
IDLE_SHARE = 10  # or, where counting takes long, within ten times as long


@dataclass(frozen=True)
class _Known:
    """What was read of a user, and the profile it gave for one state of the collection."""

    state: UserState
    events: tuple[Event, ...]
    controls: Controls
    made_of: tuple[int, int]  # generation and change; not the view, which would stay in memory
    lens: Lens | None
    profile: Profile
    asked_at: float

    def holds_in(self, shelf: Shelf) -> bool:
        """Whether the profile is what the events give in this state of the collection, too."""
        view, (generation, change) = shelf.view, self.made_of
        if view.generation != generation or view.change < change:
            return False
        if view.change == change:
            return True
        skus = (one.product_id for one in self.events if one.product_id is not None)
        same = self.lens is None or self.lens is shelf.lens
        return same and all(view.touched.get(sku, 0) <= change for sku in skus)


class UserProfiles:
    """Reads profiles; safe to share between threads.

    Every question looks at the log, so a new event counts in the very next one, whichever
    process took it.  Only what is new is read; the profile is a pure function of the newest
    interactions, so an update gives what a rebuild would.
    """

    def __init__(
        self,
        collection: Collection,
        learning: Learning,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collection = collection
        self.learning = learning
        self._clock = clock
        self._lock = threading.Lock()
        self._users: OrderedDict[str, _Known] = OrderedDict()
        self._shelves = Carried(Shelf, Shelf.along)
        self._counted: tuple[int, Carried[Ranks]] | None = None
        self._rows: Counted | None = None
        self._next_count = self._next_pairs = float("-inf")
        self._company: tuple[int, Carried[Paired]] | None = None
        self._counting = threading.Lock()
        self._blend: tuple[float, Blend] | None = None

    def profile(self, user_id: str, view: CatalogView) -> Profile:
        """What is known of a user; an unknown one has an empty profile."""
        shelf = self.shelf(view)
        state = self._collection.events.state(user_id)
        with self._lock:
            known = self._users.get(user_id)
        if known is None or known.state != state or not known.holds_in(shelf):
            known = self._read(user_id, state, shelf, known)
        self._keep(user_id, known)
        return known.profile

    def picked(self, user_id: str, likes: tuple[str, ...], view: CatalogView) -> Profile:
        """The profile as if its user had saved these products just now; nothing is kept.

        user_id  empty for somebody who is not known

        Raises NotFound for a product that is not in the collection.
        """
        if not likes:
            return self.profile(user_id, view) if user_id else Profile()
        shelf = self.shelf(view)
        for sku in likes:
            if view.index.number(sku) is None:
                raise NotFound(
                    f'"{sku}" is not a product of the collection "{view.collection_id}".',
                    hint="Pick among the products that the quiz shows.",
                )
        self.profile(user_id, view) if user_id else None
        known = self._users.get(user_id)
        past, wishes = (known.events, known.controls) if known else ((), Controls())
        now = past[-1].time if past else A_MOMENT
        picks = [
            Event(f"pick-{place}", user_id or "somebody", "save", sku, now)
            for place, sku in enumerate(likes)
        ]
        events = kept(past, picks)
        return profile(
            events, facts_of(events, shelf), shelf.lens, learning=self.learning, controls=wishes
        )

    def shelf(self, view: CatalogView) -> Shelf:
        """What profiles know of the collection in this state."""
        return self._shelves.of(view)

    def ranks(self, view: CatalogView) -> Ranks:
        """Popularity; it follows the log within a second, on large logs ten times its cost."""
        latest, counted = self._counts()
        return with_company(counted.of(view), self._company_of(view, latest))

    def prepare(self, view: CatalogView) -> None:
        """Work out what feeds of a view will ask for, where they were asked for before."""
        if self._counted is not None:
            self.ranks(view)
            _ = self.shelf(view).representatives

    def _counts(self) -> tuple[int, Carried[Ranks]]:
        known = self._counted
        if known is not None and self._clock() < self._next_count:
            return known
        with self._counting:  # the others wait for it, and find it done
            known = self._counted
            if known is not None and self._clock() < self._next_count:
                return known
            started = self._clock()
            rows = self._collection.popularity.counted(self._rows)
            if known is None or rows is not self._rows:
                known = (rows.latest, self._popular(rows))
            ended = self._clock()
            with self._lock:
                self._counted, self._rows = known, rows
                self._next_count = ended + max(COUNT_EVERY_S, IDLE_SHARE * (ended - started))
            return known

    def _popular(self, counted: Counted) -> Carried[Ranks]:
        counts = [DayCount(*row) for own in counted.rows.values() for row in own]
        popular = popularity(counts, self.learning.weights)
        return Carried(partial(ranks, popular), partial(ranks_along, popular=popular))

    def _company_of(self, view: CatalogView, latest: int) -> Company:
        """What is chosen together; nothing where the weights say that it does not count."""
        if not self.blend().wants_company:
            return NO_COMPANY
        started, known = self._clock(), self._company
        if known is None or (started >= self._next_pairs and known[0] != latest):
            with self._counting:
                known = self._company
                if known is None or (started >= self._next_pairs and known[0] != latest):
                    known = (latest, self._pairing())
                    known[1].of(view)
                    ended = self._clock()
                    with self._lock:
                        self._company = known
                        idle = IDLE_SHARE * (ended - started)
                        self._next_pairs = ended + max(PAIR_EVERY_S, idle)
        return known[1].of(view).company

    def _pairing(self) -> Carried[Paired]:
        """What was chosen together when it was last looked, by the numbers of any view.

        No object of its own that `Carried` leads back to: such a ring would keep whole
        generations until the collector comes by.
        """
        last: list[Paired] = []

        def read(view: CatalogView) -> Paired:
            known = paired_again(last[0], self.shelf(view)) if last else None
            last[:] = [known or self._paired(view)]
            return last[0]

        def along(known: Paired, way: Passage) -> Paired:
            return known if way.is_still else read(way.after)

        return Carried(read, along)

    def _paired(self, view: CatalogView) -> Paired:
        rows = self._collection.popularity.choices(limit=MOST_MEETINGS)
        return paired([Meeting(*row) for row in rows], self.shelf(view))

    def blend(self) -> Blend:
        """The weights that the last `learn` found, or the defaults; read anew every second."""
        known, now = self._blend, self._clock()
        if known is None or now - known[0] > BLEND_EVERY_S:
            stored = self._collection.settings().get(BLEND)
            found = Blend.from_json(stored) if isinstance(stored, dict) else Blend()
            known = self._blend = (now, found)
        return known[1]

    def keep_blend(self, found: Blend) -> None:
        """Every process asks with these weights within a second."""
        self._collection.update_settings({BLEND: found.to_json()})
        with self._lock:
            self._blend = self._counted = None

    def forget(self, user_id: str) -> None:
        """Drop what is in memory of a user; the log decides what is known from now on."""
        with self._lock:
            self._users.pop(user_id, None)
            self._next_count = self._next_pairs = float("-inf")
            self._counted = self._rows = self._company = None

    def _read(self, user_id: str, state: UserState, shelf: Shelf, known: _Known | None) -> _Known:
        store = self._collection.events
        if not state.events and not state.controls:
            return _Known(state, (), Controls(), _state_of(shelf), None, Profile(), self._clock())
        wishes = known.controls if known else Controls()
        if known is None or known.state.controls != state.controls:
            wishes = controls(store.decisions(user_id))
        events: tuple[Event, ...] | None = known.events if known else None
        if known and known.state != state:
            new = store.of_user(user_id, after=known.state.latest)
            is_all = known.state.events + len(new) == state.events
            events = kept(known.events, new) if is_all else None
        if events is None:  # first asked about, or events moved to another user or are gone
            events = kept((), store.of_user(user_id))
        return self._made(state, events, wishes, shelf)

    def _made(
        self, state: UserState, events: tuple[Event, ...], wishes: Controls, shelf: Shelf
    ) -> _Known:
        found = profile(
            events, facts_of(events, shelf), shelf.lens, learning=self.learning, controls=wishes
        )
        made_of = _state_of(shelf)
        return _Known(state, events, wishes, made_of, shelf.lens, found, self._clock())

    def _keep(self, user_id: str, known: _Known) -> None:
        now = self._clock()
        with self._lock:
            self._users[user_id] = replace(known, asked_at=now)
            self._users.move_to_end(user_id)
            while self._users:
                oldest = next(iter(self._users))
                is_idle = now - self._users[oldest].asked_at > IDLE_S
                if oldest == user_id or not (is_idle or len(self._users) > MOST_USERS):
                    break
                del self._users[oldest]


def _state_of(shelf: Shelf) -> tuple[int, int]:
    return shelf.view.generation, shelf.view.change


def facts_of(events: tuple[Event, ...], shelf: Shelf) -> dict[str, Facts]:
    """What is known of everything that the events are about, by source."""
    found = shelf.facts(one.product_id for one in events if one.product_id is not None)
    for one in events:
        if one.signal is not None and source(one) not in found:
            found[source(one)] = shelf.signal_facts(source(one), one.signal)
    return found
