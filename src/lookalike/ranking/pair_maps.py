"""Pair maps: what a merchant's own looks say of any two products, seen or new.

The learned value of a pair is the sum of three contributions, each about 0 for two random
products; together they are about GAIN for two of one look:

    types   how much more often than by chance looks hold both types (`type_pairs`)
    pairs   linear maps of the channel rows and words of the two (`pair_training`)
    choice  how often looks hold products like these at all
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.ranking.pair_features import (
    WORD_NAMES,
    PairFeatures,
    distinct_looks,
    pair_features,
    word_codes,
)
from lookalike.ranking.pair_training import BATCH, Shelf, Weights, answers, flipped, train
from lookalike.ranking.pieces import Pieces, code
from lookalike.ranking.type_pairs import TypePairs, type_pairs

NAMES = ("learned: types", "learned: pairs", "learned: choice")

GAIN = 0.3
"""What two of one look gain on two random products: as much as the rules give the pairs of
stylists' outfits (.27), so that learned scores and rules can be blended and compared."""

EVIDENCE_LOOKS = 100.0
"""Looks whose word weighs as much as the rules': share = looks / (looks + EVIDENCE_LOOKS)."""

LEAST_CHECK_STEPS, CHECKS_A_PASS = 12, 2
MOST_CHECKS, PATIENCE = 10, 2
LEAST_UNIT = 1e-3  # where the maps tell nothing apart, they say nothing
PAIRS_SAMPLED = 4_000  # for the zero and the unit of the learned value
MOST_SHELF = 40_000
"""Products that are trained among: those of the looks and a random rest."""


@dataclass(frozen=True)
class PairMaps:
    """Fitted maps; equal inputs and seeds give equal maps.

    features  how a product becomes numbers
    maps      (width, 2 x RANK) float32;  bias (width,) float32
    members   (m,) int64 codes of the skus in looks, ascending;  own (m, 2 x RANK) float32
    zero      (3,) what each contribution is for two random products
    unit      what the sum is divided by, so that two of one look gain GAIN
    share     how much of a pair score is learned, in [0, 1)
    """

    features: PairFeatures
    types: TypePairs
    maps: Floats
    bias: Floats
    members: Integers
    own: Floats
    zero: Doubles
    unit: float
    share: float

    @property
    def names(self) -> tuple[str, ...]:
        return NAMES

    def values(self, first: Pieces, second: Pieces) -> Doubles:
        """(n, m, 3) the contributions of every pair."""
        return np.asarray((self._raw(first, second) - self.zero) / self.unit)

    def query(self, pieces: Pieces) -> Floats:
        """(width,) a query row: its inner product with a row is what the channels of that row add
        to the mean learned score beside these pieces, apart from a constant."""
        vectors, _ = self._vectors(pieces)
        context = flipped(vectors.mean(axis=0)) / 2
        width = len(self.features.mean)
        gains = self.maps[:width] @ context + self.bias[:width] / 2
        return np.asarray(gains * self.features.scale / self.unit, dtype=np.float32)

    def _raw(self, first: Pieces, second: Pieces) -> Doubles:
        a, b = self._vectors(first), self._vectors(second)
        found = np.empty((len(first), len(second), len(NAMES)))
        found[:, :, 0] = self.types.lift(_typed(first), _typed(second))
        found[:, :, 1] = a[0] @ flipped(b[0]).T / 2
        found[:, :, 2] = (a[1][:, None] + b[1][None, :]) / 2
        return found

    def _vectors(self, pieces: Pieces) -> tuple[Floats, Floats]:
        """(n, 2 x RANK) keys and queries, and (n,) biases."""
        features = self.features.of(pieces)
        vectors = features @ self.maps
        codes = np.array([code(sku) for sku in pieces.skus], dtype=np.int64)
        if len(self.members):
            places = np.minimum(np.searchsorted(self.members, codes), len(self.members) - 1)
            known = np.flatnonzero(self.members[places] == codes)
            vectors[known] += self.own[places[known]]
        return vectors, features @ self.bias


@dataclass(frozen=True)
class Questions:
    """Looks with a blank, to see when training has gone far enough.

    rest     (questions, most) places among the pieces, -1 where a look is shorter
    choices  (questions, count) places; the first is the right one
    """

    rest: Integers
    choices: Integers


@dataclass(frozen=True)
class Fit:
    """Maps with how long they were trained.

    steps   batches
    checks  (step, share of questions answered right) of every check
    """

    maps: PairMaps
    steps: int
    checks: tuple[tuple[int, float], ...] = ()


def fit_pair_maps(
    pieces: Pieces,
    looks: Sequence[Integers],
    layout: Layout,
    *,
    rng: np.random.Generator,
    steps: int | None = None,
    questions: Questions | None = None,
) -> Fit:
    """Fit maps on looks given as places among the pieces, the products of the collection.

    steps      batches to train; None trains until the questions see no gain, and keeps the best
    questions  from looks that are not among `looks`
    About 25 ms a step on one core; 3,000 looks need some 150 steps.
    """
    held = distinct_looks(looks)
    start = _Start.of(pieces, held, layout, questions, rng)
    checks: list[tuple[int, float]] = []
    best: list[Weights] = []

    def check(weights: Weights, step: int) -> bool:
        score = start.right(weights, questions) if questions else 0.0
        if not checks or score > max(one for _, one in checks):
            best[:] = [weights.copy()]
        checks.append((step, score))
        top = max(range(len(checks)), key=lambda place: checks[place][1])
        return len(checks) - top <= PATIENCE

    every = check_steps(held)
    weights = train(
        start.shelf,
        steps=steps if steps is not None else every * MOST_CHECKS,
        rng=rng,
        check_every=every if questions else 0,
        check=check,
    )
    chosen = best[0] if best else weights
    taken = max(checks, key=lambda one: one[1])[0] if checks else steps or every * MOST_CHECKS
    return Fit(start.fitted(chosen), taken, tuple(checks))


def check_steps(looks: Sequence[Integers]) -> int:
    """Batches between two checks: half a pass over the pieces of all looks."""
    pieces = sum(len(look) for look in looks)
    return max(LEAST_CHECK_STEPS, round(pieces / BATCH / CHECKS_A_PASS))


@dataclass(frozen=True)
class _Start:
    """All that a fit starts from.

    chosen  places, among all pieces, of the products that are trained among
    random, paired  (pairs, 2) places on the shelf, for the zero and the unit
    """

    chosen: Integers

    shelf: Shelf
    features: PairFeatures
    types: TypePairs
    pieces: Pieces
    random: Integers
    paired: Integers

    @classmethod
    def of(
        cls,
        pieces: Pieces,
        looks: Sequence[Integers],
        layout: Layout,
        questions: Questions | None,
        rng: np.random.Generator,
    ) -> "_Start":
        asked = [] if questions is None else [questions.choices.ravel(), questions.rest.ravel()]
        chosen = _shelved(len(pieces), [*looks, *asked], rng)
        shelf_pieces = pieces.take(chosen) if len(chosen) < len(pieces) else pieces
        own_looks = [np.searchsorted(chosen, look) for look in looks]
        features = pair_features(shelf_pieces, layout)
        typed = _typed(shelf_pieces)
        types = type_pairs(own_looks, *typed)

        kinds, kind_of = _kinds(*typed)
        shelf = Shelf(
            features.of(shelf_pieces),
            layout.width,
            np.unique(typed[0], return_inverse=True)[1],
            own_looks,
            kind_of,
            types.lift(kinds, kinds).astype(np.float32),
        )
        return cls(
            chosen,
            shelf,
            features,
            types,
            shelf_pieces,
            rng.integers(len(shelf_pieces), size=(PAIRS_SAMPLED, 2)),
            _pairs(own_looks, rng),
        )

    def right(self, weights: Weights, questions: Questions) -> float:
        """The share of questions whose first choice scores highest."""
        rest = np.where(
            questions.rest >= 0, np.searchsorted(self.chosen, questions.rest), questions.rest
        )
        choices = np.searchsorted(self.chosen, questions.choices)
        scores = answers(weights, self.shelf, rest, choices)
        return float((scores.argmax(axis=1) == 0).mean())

    def fitted(self, weights: Weights) -> PairMaps:
        """Maps with the zero and the unit measured on pairs."""
        count = len(self.shelf.looks)
        skus = np.array(
            [code(self.pieces.of[place].sku) for place in weights.members.tolist()], dtype=np.int64
        )
        order = np.argsort(skus)
        raw = PairMaps(
            self.features,
            self.types,
            weights.maps,
            weights.bias,
            skus[order],
            weights.own[order],
            np.zeros(len(NAMES)),
            1.0,
            count / (count + EVIDENCE_LOOKS),
        )
        vectors = self.shelf.features @ weights.maps
        vectors[weights.members] += weights.own
        biases = self.shelf.features @ weights.bias

        def mean(pairs: Integers) -> Doubles:
            a, b = pairs[:, 0], pairs[:, 1]
            lifts = self.shelf.lift[self.shelf.kinds[a], self.shelf.kinds[b]]
            affinity = (vectors[a] * flipped(vectors[b])).sum(axis=1) / 2
            return np.array([lifts.mean(), affinity.mean(), (biases[a] + biases[b]).mean() / 2])

        zero = mean(self.random)
        return replace(
            raw, zero=zero, unit=max(float((mean(self.paired) - zero).sum()), LEAST_UNIT) / GAIN
        )


def _typed(pieces: Pieces) -> tuple[Integers, Integers]:
    return word_codes(pieces, "category"), pieces.slots


def _kinds(types: Integers, slots: Integers) -> tuple[tuple[Integers, Integers], Integers]:
    """The different (types, slots), and of each product which of them it is."""
    known, place = np.unique(np.stack([types, slots], axis=1), axis=0, return_inverse=True)
    return (known[:, 0], known[:, 1]), place.reshape(-1)


def _pairs(looks: Sequence[Integers], rng: np.random.Generator) -> Integers:
    """(PAIRS_SAMPLED, 2) pairs of random looks."""
    chosen = rng.integers(len(looks), size=PAIRS_SAMPLED)
    return np.stack([rng.choice(looks[place], 2, replace=False) for place in chosen.tolist()])


def _shelved(count: int, looks: Sequence[Integers], rng: np.random.Generator) -> Integers:
    members = np.unique(np.concatenate(looks))
    members = members[members >= 0]
    if count <= MOST_SHELF:
        return np.arange(count)
    others = np.setdiff1d(np.arange(count), members)
    more = max(0, MOST_SHELF - len(members))
    return np.sort(np.concatenate([members, rng.choice(others, more, replace=False)]))


def arrays_of(maps: PairMaps) -> Mapping[str, "np.ndarray[tuple[int, ...], np.dtype[np.generic]]"]:
    """The maps as named arrays, the products' own parts in half precision."""
    words = {f"words_{name}": known for name, known in maps.features.words.items()}
    price = maps.features.price
    return {
        "mean": maps.features.mean,
        "scale": maps.features.scale,
        **words,
        "price": np.array(price if price is not None else (), dtype=np.float64),
        "types": maps.types.types,
        "type_lift": maps.types.type_lift.astype(np.float32),
        "slots": maps.types.slots,
        "slot_lift": maps.types.slot_lift.astype(np.float32),
        "maps": maps.maps,
        "bias": maps.bias,
        "members": maps.members,
        "own": maps.own.astype(np.float16),
        "zero": maps.zero,
        "numbers": np.array([maps.unit, maps.share]),
    }


def maps_from(arrays: Mapping[str, Any]) -> PairMaps:
    """The reverse of `arrays_of`; Any: the arrays come from a file and are checked by being used.

    Raises KeyError or ValueError for arrays of something else.
    """
    price = arrays["price"].tolist()
    unit, share = arrays["numbers"].tolist()
    return PairMaps(
        PairFeatures(
            arrays["mean"],
            arrays["scale"],
            {name: arrays[f"words_{name}"] for name in WORD_NAMES},
            (price[0], price[1]) if price else None,
        ),
        TypePairs(
            arrays["types"],
            arrays["type_lift"].astype(np.float64),
            arrays["slots"],
            arrays["slot_lift"].astype(np.float64),
        ),
        arrays["maps"],
        arrays["bias"],
        arrays["members"],
        arrays["own"].astype(np.float32),
        arrays["zero"],
        unit,
        share,
    )
