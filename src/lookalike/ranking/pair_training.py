"""Training of pair maps: which product a stylist would put beside the others of a look.

A product has a key and a query, both linear in its features; products of the looks have a part of
their own beside that.  The affinity of two is <query, key>, both ways round, averaged.  Every
piece of every look is told from other products by the rest of its look, once among products of
all types and once among those of its own type (InfoNCE, van den Oord et al. 2018, with hard
negatives as Vasileva et al., ECCV 2018).  A product's own part is left out at random, so that the
features learn what a product that was in no look needs (Volkovs et al., NIPS 2017).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from lookalike.domain.arrays import Booleans, Floats, Integers

RANK = 32  # of query and key each; 16 and 64 did the same
BATCH = 256
RANDOM_NEGATIVES = 1024
TYPE_NEGATIVES = 3  # of the right one's type, for each piece of a batch
LEARNING_RATE = 0.01
SHRINK, OWN_SHRINK = 0.02, 0.2  # decoupled weight decay of maps and of products' own parts
OWN_LEFT_OUT = 0.3
WORD_START = 0.05
START = 0.2  # size of the first affinities
NEVER = -30.0  # logit of what cannot be an answer
DECAYS = (0.9, 0.99)  # of Adam's moments; the second is short as there are few steps


@dataclass(frozen=True)
class Shelf:
    """What is trained on.

    features  (products, width) float32
    channels  how many of the columns come from the channels; the others are words
    types     (products,) numbers from 0 without gaps
    looks     places of products, at least two each
    kinds     (products,) numbers from 0: of type and slot together
    lift      (kinds, kinds) float32: what these alone say of a pair, which the maps add to
    """

    features: Floats
    channels: int
    types: Integers
    looks: Sequence[Integers]
    kinds: Integers
    lift: Floats


@dataclass
class Weights:
    """maps (width, 2 x RANK), bias (width,), own (members, 2 x RANK); all float32.

    members  (m,) places of the products in looks, ascending
    """

    members: Integers

    maps: Floats
    bias: Floats
    own: Floats

    def copy(self) -> "Weights":
        return Weights(self.members, self.maps.copy(), self.bias.copy(), self.own.copy())


def flipped(vectors: Floats) -> Floats:
    """Queries where the keys are and the other way round: <a, flipped(b)> / 2 is the affinity."""
    half = vectors.shape[-1] // 2
    return np.concatenate([vectors[..., half:], vectors[..., :half]], axis=-1)


def train(
    shelf: Shelf,
    *,
    steps: int,
    rng: np.random.Generator,
    check_every: int = 0,
    check: Callable[[Weights, int], bool] | None = None,
) -> Weights:
    """Weights after `steps` batches; `check` sees them now and then and may stop with False."""
    width = shelf.features.shape[1]
    members = np.unique(np.concatenate(shelf.looks))
    weights = Weights(
        members,
        _first_maps(shelf, rng),
        np.zeros(width, dtype=np.float32),
        np.zeros((len(members), 2 * RANK), dtype=np.float32),
    )
    moves = _Moves(
        _Adam(weights.maps.shape, SHRINK),
        _Adam(weights.bias.shape, SHRINK),
        _Adam(weights.own.shape, OWN_SHRINK),
    )
    samples = _samples(shelf.looks)
    order = _by_type(shelf.types)
    queue = np.zeros(0, dtype=np.int64)
    for step in range(1, steps + 1):
        if len(queue) < min(BATCH, len(samples.targets)):
            queue = np.concatenate([queue, rng.permutation(len(samples.targets))])
        batch, queue = queue[:BATCH], queue[BATCH:]
        _step(weights, moves, shelf, samples, order, batch, rng)
        if check and check_every and step % check_every == 0 and not check(weights, step):
            break
    return weights


def _first_maps(shelf: Shelf, rng: np.random.Generator) -> Floats:
    """Before any look was seen, like pictures go with like, and words say nothing of that kind."""
    width = shelf.features.shape[1]
    queries, keys = rng.normal(size=(2, width, RANK)) * START / np.sqrt(RANK)
    keys[: shelf.channels] = queries[: shelf.channels]
    maps = np.concatenate([keys, queries], axis=1)
    maps[shelf.channels :] *= WORD_START / START
    return maps.astype(np.float32)


def answers(weights: Weights, shelf: Shelf, rest: Integers, choices: Integers) -> Floats:
    """(questions, choices) how well each choice goes with the rest of its look.

    rest     (questions, most) places, -1 where a look is shorter
    choices  (questions, choices) places
    """
    vectors = shelf.features @ weights.maps
    vectors[weights.members] += weights.own
    present = (rest >= 0).astype(np.float32)[:, :, None]
    sizes = present.sum(axis=1)
    context = (vectors[np.maximum(rest, 0)] * present).sum(axis=1) / sizes
    affinity = np.einsum("qcd,qd->qc", vectors[choices], flipped(context)) / 2
    usual = shelf.lift[shelf.kinds[np.maximum(rest, 0)][:, :, None], shelf.kinds[choices][:, None]]
    return np.asarray(
        affinity + (usual * present).sum(axis=1) / sizes + (shelf.features @ weights.bias)[choices]
    )


@dataclass(frozen=True)
class _Samples:
    """Every piece of every look with the rest of its look.

    targets  (samples,) places of products
    rest     (samples, most) places, -1 where a look is shorter
    """

    targets: Integers
    rest: Integers


@dataclass(frozen=True)
class _ByType:
    """places  products in the order of their types;  starts  (types + 1,) where each begins."""

    places: Integers
    starts: Integers


@dataclass
class _Adam:
    """Kingma and Ba 2015, with decoupled weight decay (Loshchilov and Hutter 2019)."""

    shape: tuple[int, ...]
    shrink: float
    steps: int = 0
    mean: Floats = field(init=False)
    square: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.mean = np.zeros(self.shape, dtype=np.float32)
        self.square = np.zeros(self.shape, dtype=np.float32)

    def move(self, part: Floats, gradient: Floats) -> None:
        """Change `part` in place: it may hold tens of thousands of products."""
        first, second = DECAYS
        self.steps += 1
        self.mean += (1 - first) * (gradient - self.mean)
        self.square += (1 - second) * (gradient * gradient - self.square)
        size = np.sqrt(self.square / (1 - second**self.steps)) + 1e-8
        part -= LEARNING_RATE * (self.mean / (1 - first**self.steps) / size + self.shrink * part)


@dataclass(frozen=True)
class _Moves:
    maps: _Adam
    bias: _Adam
    own: _Adam


def _samples(looks: Sequence[Integers]) -> _Samples:
    most = max(len(look) for look in looks) - 1
    targets = np.concatenate(looks)
    rest = np.full((len(targets), most), -1, dtype=np.int64)
    row = 0
    for look in looks:
        for place in range(len(look)):
            rest[row, : len(look) - 1] = np.delete(look, place)
            row += 1
    return _Samples(targets, rest)


def _by_type(types: Integers) -> _ByType:
    places = np.argsort(types, kind="stable")
    starts = np.searchsorted(types[places], np.arange(int(types.max()) + 2))
    return _ByType(places, starts)


def _step(
    weights: Weights,
    moves: _Moves,
    shelf: Shelf,
    samples: _Samples,
    order: _ByType,
    batch: Integers,
    rng: np.random.Generator,
) -> None:
    """One batch: forward, both losses, backward, move."""
    target, rest = samples.targets[batch], samples.rest[batch]
    choices = _choices(target, shelf, order, rng)
    used = np.unique(np.concatenate([choices, rest[rest >= 0]]))
    rest_at = np.where(rest >= 0, np.searchsorted(used, rest), -1)
    choice_at = np.searchsorted(used, choices)
    present = (rest >= 0).astype(np.float32)
    sizes = present.sum(axis=1, keepdims=True)

    features = shelf.features[used]
    own_at = np.flatnonzero(
        np.isin(used, weights.members) & (rng.random(len(used)) >= OWN_LEFT_OUT)
    )
    own = np.searchsorted(weights.members, used[own_at])
    vectors = features @ weights.maps
    vectors[own_at] += weights.own[own]
    context = (vectors[np.maximum(rest_at, 0)] * present[:, :, None]).sum(axis=1) / sizes
    mirrored = flipped(context)
    keys = vectors[choice_at]
    logits = mirrored @ keys.T / 2 + features[choice_at] @ weights.bias
    logits += _usual(shelf, rest, choices) / sizes
    logits[_is_in_rest(rest_at, choice_at, len(used))] = NEVER

    right = np.searchsorted(choices, target)
    same = shelf.types[choices][None, :] == shelf.types[target][:, None]
    slope = _slope(logits, right) + _slope(np.where(same, logits, 10 * NEVER), right)

    by_vector = np.zeros_like(vectors)
    by_vector[choice_at] = slope.T @ mirrored / 2
    by_context = flipped(slope @ keys / 2) / sizes
    rows, columns = np.nonzero(rest_at >= 0)
    np.add.at(by_vector, rest_at[rows, columns], by_context[rows])
    by_bias = np.zeros(len(used), dtype=np.float32)
    by_bias[choice_at] = slope.sum(axis=0)
    by_own = np.zeros_like(weights.own)
    by_own[own] = by_vector[own_at]
    moves.maps.move(weights.maps, features.T @ by_vector)
    moves.bias.move(weights.bias, features.T @ by_bias)
    moves.own.move(weights.own, by_own)


def _choices(target: Integers, shelf: Shelf, order: _ByType, rng: np.random.Generator) -> Integers:
    """The right ones of the batch, products of any type and products of their types; ascending."""
    types = shelf.types[target]
    low, high = order.starts[types], order.starts[types + 1]
    drawn = low + rng.random((TYPE_NEGATIVES, len(target))) * (high - low)
    return np.unique(
        np.concatenate(
            [
                target,
                rng.integers(len(shelf.features), size=RANDOM_NEGATIVES),
                order.places[drawn.astype(np.int64)].ravel(),
            ]
        )
    )


def _usual(shelf: Shelf, rest: Integers, choices: Integers) -> Floats:
    """(batch, choices) what the kinds alone say, summed over the rest of the look."""
    held = np.zeros((len(rest), len(shelf.lift)), dtype=np.float32)
    rows, columns = np.nonzero(rest >= 0)
    np.add.at(held, (rows, shelf.kinds[rest[rows, columns]]), 1.0)
    return np.asarray((held @ shelf.lift)[:, shelf.kinds[choices]])


def _slope(logits: Floats, right: Integers) -> Floats:
    """The gradient of the mean cross entropy."""
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(right)), right] -= 1
    return np.asarray(chances / len(right), dtype=np.float32)


def _is_in_rest(rest_at: Integers, choice_at: Integers, used: int) -> Booleans:
    held = np.zeros((len(rest_at), used + 1), dtype=np.bool_)
    held[np.arange(len(rest_at))[:, None], np.where(rest_at >= 0, rest_at, used)] = True
    return np.asarray(held[:, choice_at])
