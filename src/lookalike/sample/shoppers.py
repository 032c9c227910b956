"""The sample shop's shoppers: planted tastes, and what each did over half a year."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from lookalike.domain.events import Event, Kind
from lookalike.errors import InvalidInput
from lookalike.sample.product import SampleProduct
from lookalike.sample.shop import SampleShop

LAST_DAY = datetime(2026, 6, 30, 20, tzinfo=UTC)
DAYS = 180
TONES: dict[str, frozenset[str]] = {
    "dark": frozenset({"black", "navy", "gray", "purple"}),
    "earthy": frozenset({"beige", "brown", "orange", "metallic"}),
    "fresh": frozenset({"green", "teal", "blue"}),
    "warm": frozenset({"red", "pink", "yellow", "orange"}),
    "light": frozenset({"white", "beige", "gray"}),
}
MOST_PLANTED = 3
LEAST_CHOICE = 4  # products that a planted taste must hold
COLD_SHARE = 0.25  # of shoppers who did three things or fewer
DRIFT_SHARE = 0.3  # of the others, whose last third goes to a new taste alone
NOISE = 0.08  # of all that is looked at
NEW_SHARE = 0.15  # of products that came in the last 30 days
ACTIONS: tuple[tuple[Kind, float], ...] = (
    ("view", 0.62),
    ("save", 0.18),
    ("cart", 0.08),
    ("purchase", 0.12),
)
RETURN_CHANCE = 0.2
RETURN_REASONS = ("too small", "does not fit", "too large", "dislike", "color", "quality")


@dataclass(frozen=True)
class PlantedTaste:
    """One type of product in one tone of color; `skus` are the products that are of it."""

    name: str
    skus: tuple[str, ...]


@dataclass(frozen=True)
class Shopper:
    """A user with what is true of them.

    drift    the number of the taste that took over, None for a steady shopper
    drifted  when it did
    labels   event id -> number of the taste it came from, -1 for noise
    """

    user_id: str
    tastes: tuple[PlantedTaste, ...]
    drift: int | None = None
    drifted: datetime | None = None
    labels: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Shoppers:
    """All shoppers, and everything they did in the order of time."""

    shoppers: tuple[Shopper, ...]
    events: tuple[Event, ...]


def sample_shoppers(shop: SampleShop, count: int = 60, *, seed: int = 7) -> Shoppers:
    """The shoppers of a shop; equal arguments give equal shoppers.

    Raises InvalidInput when count is below 1.
    """
    if count < 1:
        raise InvalidInput(f"There must be at least 1 shopper, not {count}.")
    rng = np.random.default_rng([seed, shop.seed, len(shop.products), count])
    street = _Street.of(shop, rng)
    found, events = [], []
    for number in range(1, count + 1):
        shopper, own = _life(f"shopper-{number:03d}", street, rng)
        found.append(shopper)
        events += own
    return Shoppers(tuple(found), tuple(sorted(events, key=lambda one: (one.time, one.event_id))))


@dataclass(frozen=True)
class _Street:
    """What shoppers can meet: products, how appealing each is, since when it is there, and what
    one can have a taste for, by type of product."""

    products: dict[str, SampleProduct]
    appeal: dict[str, float]
    since: dict[str, datetime]
    tastes: dict[str, list[PlantedTaste]]

    @classmethod
    def of(cls, shop: SampleShop, rng: np.random.Generator) -> "_Street":
        products = {one.sku: one for one in shop.products}
        appeal = dict(zip(products, rng.lognormal(0, 1.0, len(products)).tolist(), strict=True))
        is_new = rng.random(len(products)) < NEW_SHARE
        since = {
            sku: LAST_DAY - timedelta(days=float(rng.uniform(3, 30)) if new else DAYS)
            for sku, new in zip(products, is_new, strict=True)
        }
        return cls(products, appeal, since, _tastes(shop.products))

    def drawn(
        self, skus: Sequence[str], time: datetime, rng: np.random.Generator
    ) -> SampleProduct | None:
        """One of the products that are there by then, well-known ones more often."""
        there = [sku for sku in skus if self.since[sku] <= time]
        if not there:
            return None
        weight = np.array([self.appeal[sku] for sku in there])
        return self.products[there[int(rng.choice(len(there), p=weight / weight.sum()))]]


def _tastes(products: Sequence[SampleProduct]) -> dict[str, list[PlantedTaste]]:
    """Product type -> its tastes, one for each tone; whole slots in a shop too small for that."""
    for part in ("product_type", "slot"):
        pools: dict[tuple[str, str], list[str]] = defaultdict(list)
        for product in products:
            for tone, families in TONES.items():
                if product.color_family in families:
                    pools[getattr(product, part), tone].append(product.sku)
        found: dict[str, list[PlantedTaste]] = defaultdict(list)
        for (kind, tone), skus in sorted(pools.items()):
            if len(skus) >= LEAST_CHOICE:
                found[kind].append(PlantedTaste(f"{tone} {kind}", tuple(sorted(skus))))
        if len(found) > MOST_PLANTED:
            return dict(found)
    return {"any": [PlantedTaste("any", tuple(sorted(one.sku for one in products)))]}


def _life(user_id: str, street: _Street, rng: np.random.Generator) -> tuple[Shopper, list[Event]]:
    """One shopper and all that they did: visits, each about one taste."""
    kinds = sorted(street.tastes)
    is_cold = bool(rng.random() < COLD_SHARE)
    wanted = 1 if is_cold else min(len(kinds), int(rng.integers(1, MOST_PLANTED + 1)))
    chosen = [street.tastes[kinds[row]] for row in rng.permutation(len(kinds))[: wanted + 1]]
    tastes = [of_kind[int(rng.integers(len(of_kind)))] for of_kind in chosen]
    total = int(rng.integers(1, 4)) if is_cold else int(rng.integers(12, 61))
    drift = None
    if not is_cold and len(tastes) > wanted and rng.random() < DRIFT_SHARE:
        drift = wanted
    shopper = Shopper(user_id, tuple(tastes[: wanted + (drift is not None)]), drift)
    shares = rng.dirichlet(np.full(wanted, 4.0))
    return _Diary(shopper, street, rng).filled(total, shares)


class _Diary:
    """What one shopper does, visit after visit."""

    def __init__(self, shopper: Shopper, street: _Street, rng: np.random.Generator) -> None:
        self._shopper, self._street, self._rng = shopper, street, rng
        self._events: list[Event] = []
        self._labels: dict[str, int] = {}
        self._drifted: datetime | None = None

    def filled(self, total: int, shares: np.ndarray) -> tuple[Shopper, list[Event]]:
        rng = self._rng
        visits = max(1, round(total / 5))
        days = np.sort(rng.uniform(0, DAYS - 1, visits))
        turning = round(total * 2 / 3)
        for visit, day in enumerate(days):
            if len(self._labels) >= total:
                break
            taste = int(rng.choice(len(shares), p=shares))
            size = total - len(self._labels) if visit == len(days) - 1 else int(rng.integers(2, 9))
            for step in range(min(size, total - len(self._labels))):
                time = LAST_DAY - timedelta(days=DAYS - float(day), minutes=-2.5 * step)
                turned = self._shopper.drift is not None and len(self._labels) >= turning
                if turned:
                    taste = self._shopper.drift or 0
                    self._drifted = self._drifted or time
                self._look(taste, time, visit)
        done = replace(self._shopper, labels=self._labels, drifted=self._drifted)
        return done, self._events

    def _look(self, taste: int, time: datetime, visit: int) -> None:
        """One product is met; it may be bought, and then come back."""
        rng = self._rng
        is_noise = bool(rng.random() < NOISE)
        skus = tuple(self._street.products) if is_noise else self._shopper.tastes[taste].skus
        product = self._street.drawn(skus, time, rng)
        if product is None:
            return
        kinds, chances = zip(*ACTIONS, strict=True)
        kind = kinds[int(rng.choice(len(kinds), p=chances))]
        if is_noise:
            kind = "hide" if rng.random() < 0.15 else "view"
        self._labels[self._add(kind, product, time, visit)] = -1 if is_noise else taste
        if kind == "purchase" and rng.random() < RETURN_CHANCE:
            reason = RETURN_REASONS[int(rng.integers(len(RETURN_REASONS)))]
            self._add("return", product, time + timedelta(days=6), visit, reason=reason)

    def _add(
        self,
        kind: Kind,
        product: SampleProduct,
        time: datetime,
        visit: int,
        *,
        reason: str | None = None,
    ) -> str:
        user = self._shopper.user_id
        event = Event(
            event_id=f"{user}-{len(self._events) + 1:03d}",
            user_id=user,
            kind=kind,
            product_id=product.sku,
            time=min(time, LAST_DAY).replace(microsecond=0),
            price=product.price if kind in ("purchase", "return") else None,
            currency=product.currency if kind in ("purchase", "return") else None,
            reason=reason,
            session_id=None if kind == "return" else f"{user}-v{visit + 1}",
        )
        self._events.append(event)
        return event.event_id
