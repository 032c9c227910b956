"""Learn from a merchant's looks: fit, measure on looks kept back, and only then switch on."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain

import numpy as np

from lookalike.domain.arrays import Integers
from lookalike.domain.look_scores import NEGATIVES, LearnReport
from lookalike.domain.progress import Report, Step, silent
from lookalike.errors import InvalidInput, NotFound
from lookalike.evaluation.intervals import bootstrap, means
from lookalike.evaluation.looks import Blank, popularity
from lookalike.journeys.looks.columns import LookView
from lookalike.journeys.looks.models import digest, pack
from lookalike.journeys.looks.pieces import pieces_of
from lookalike.journeys.looks.read_looks import EXAMPLE, LookFile
from lookalike.journeys.looks.trial import Trial, clusters_of, pair_totals
from lookalike.ranking.compatibility import Basis
from lookalike.ranking.pair_maps import Fit, PairMaps, Questions, fit_pair_maps
from lookalike.ranking.pieces import Pieces, code
from lookalike.storage.collection import Collection

STAGE = "learning from looks"
LEAST_LOOKS = 20
"""Fewer leave too few to check on: what is learned could not be told from luck."""

HELD_OUT_SHARE = 5  # one look in five is kept back, by its digest
MOST_HELD_OUT = 500  # more would only make the interval of the comparison narrower
LEAST_BLANKS, MOST_TIMES = 400, 8  # where few looks are kept back, each is asked about often
SEED = 20  # of training and of the trials: the same looks give the same maps
STOP_SEED, TRIAL_SEED = 1, 2


@dataclass(frozen=True)
class KnownLooks:
    """The looks of a file as places among the products of a collection.

    names    of each look kept
    missing  products of the file that the collection lacks
    """

    names: tuple[str, ...]
    looks: tuple[Integers, ...]
    digests: Integers
    missing: int


def learn_looks(
    seen: LookView, collection: Collection, file: LookFile, *, report: Report = silent
) -> LearnReport:
    """Fit pair maps, and switch them on where they do better than the rules on looks kept back.

    Whatever was learned before is no longer used from then on: a file says all that is known.
    Raises InvalidInput where fewer than LEAST_LOOKS looks have two products of the collection.
    """
    started = time.monotonic()
    pieces = pieces_of(seen.view, seen.products, seen.table)
    known = known_looks(file, pieces)
    if len(known.looks) < LEAST_LOOKS:
        raise InvalidInput(
            f"{len(known.looks)} of {len(file.looks)} looks have two products of the collection; "
            f"at least {LEAST_LOOKS} are needed. {known.missing} products are not in it.",
            hint=EXAMPLE,
        )
    is_held = _held_out(known.digests)
    held = [look for look, out in zip(known.looks, is_held, strict=True) if out]
    taught = [look for look, out in zip(known.looks, is_held, strict=True) if not out]
    basis = Basis(seen.view.index.layout, seen.view.calibration)
    rng = np.random.default_rng(SEED)
    report(Step(STAGE, 0, 3))
    fit = fit_pair_maps(pieces, taught, basis.layout, rng=rng, questions=_questions(held, pieces))
    report(Step(STAGE, 1, 3))
    compared = _compared(held, pieces, basis, fit.maps)
    final = fit
    if compared.is_better:
        report(Step(STAGE, 2, 3))
        steps = round(fit.steps * len(known.looks) / len(taught))
        final = fit_pair_maps(
            pieces, known.looks, basis.layout, rng=np.random.default_rng(SEED), steps=steps
        )
    found = LearnReport(
        version=collection.look_models.version() + 1,
        switched_on=compared.is_better,
        reason=_reason(compared),
        looks=len(known.looks),
        products=len(np.unique(np.concatenate(known.looks))),
        held_out=len(held),
        before=compared.before,
        after=compared.after,
        gain=compared.gain,
        share=final.maps.share if compared.is_better else 0.0,
        steps=final.steps,
        missing=known.missing,
        alone=file.alone,
        seconds=time.monotonic() - started,
        problems=tuple(file.problems.kept),
    )
    _keep(found, collection, seen, final, known, pieces)
    report(Step(STAGE, 3, 3))
    return found


def forget_looks(collection: Collection) -> int:
    """Answer by the rules alone again; the version that was in use.  Raises NotFound."""
    newest = collection.look_models.newest()
    if newest is None or newest.arrays is None:
        raise NotFound(
            f'Nothing that was learned from looks is in use in "{collection.id}".',
            hint="lookalike looks learn FILE",
        )
    note = json.dumps({"forgot": newest.version})
    collection.look_models.add(fingerprint=newest.fingerprint, report=note, arrays=None)
    return newest.version


def known_looks(file: LookFile, pieces: Pieces) -> KnownLooks:
    """The looks with at least two products of the collection."""
    places = {sku: place for place, sku in enumerate(pieces.skus)}
    names, looks, digests = [], [], []
    for name, skus in file.looks.items():
        found = [places[sku] for sku in skus if sku in places]
        if len(found) > 1:
            names.append(name)
            looks.append(np.array(found, dtype=np.int64))
            digests.append(digest(skus))
    missing = {sku for sku in chain.from_iterable(file.looks.values()) if sku not in places}
    return KnownLooks(tuple(names), tuple(looks), np.array(digests, dtype=np.int64), len(missing))


def _held_out(digests: Integers) -> list[bool]:
    """Looks to keep back, by digest, so that two equal looks are on one side."""
    kept: list[bool] = []
    for one in digests.tolist():
        kept.append(one % HELD_OUT_SHARE == 0 and sum(kept) < MOST_HELD_OUT)
    if not any(kept) or all(kept):
        kept = [place % HELD_OUT_SHARE == 0 for place in range(len(kept))]
    return kept


def _times(looks: Sequence[Integers]) -> int:
    return int(np.clip(round(LEAST_BLANKS / len(looks)), 1, MOST_TIMES))


def _questions(looks: Sequence[Integers], pieces: Pieces) -> Questions:
    """Blanks of both kinds, in arrays."""
    asked: list[Blank] = []
    for kind in NEGATIVES:  # where no category has four products there are only random ones
        asked += Trial.of(looks, pieces, kind, STOP_SEED, times=_times(looks)).blanks
    rest = np.full((len(asked), max(len(one.rest) for one in asked)), -1, dtype=np.int64)
    for row, one in enumerate(asked):
        rest[row, : len(one.rest)] = one.rest
    return Questions(rest, np.stack([one.choices for one in asked]))


@dataclass(frozen=True)
class _Comparison:
    """Rules and rules with maps on the same questions.

    before, after  negatives -> both figures
    gain           mean over all blanks of how many more were filled right, with its interval
                   over looks: (low, mean, high)
    """

    before: Mapping[str, Mapping[str, float]]
    after: Mapping[str, Mapping[str, float]]
    gain: tuple[float, float, float]

    @property
    def is_better(self) -> bool:
        """Better beyond luck: learning from noise gains as often as it loses."""
        return self.gain[0] > 0


def _compared(
    looks: Sequence[Integers], pieces: Pieces, basis: Basis, maps: PairMaps
) -> _Comparison:
    rules, blended = (
        pair_totals(pieces, one) for one in (basis, Basis(basis.layout, basis.calibration, maps))
    )
    before: dict[str, dict[str, float]] = {}
    after: dict[str, dict[str, float]] = {}
    gains, numbers = [], []
    for kind in NEGATIVES:
        trial = Trial.of(looks, pieces, kind, TRIAL_SEED, times=_times(looks))
        if not trial.blanks:
            continue
        before[kind], old = trial.brief(rules)
        after[kind], new = trial.brief(blended)
        gains.append(new - old)
        numbers.append(trial.numbers)
    every = np.concatenate(gains)
    low, high = bootstrap(
        means(every[:, None]),
        clusters_of(np.concatenate(numbers)),
        rng=np.random.default_rng(TRIAL_SEED),
    )
    return _Comparison(before, after, (float(low[0]), float(every.mean()), float(high[0])))


def _reason(found: _Comparison) -> str:
    low, mean, high = found.gain
    told = f"{mean:+.3f} of the blanks of looks kept back (95% interval {low:+.3f} to {high:+.3f})"
    if found.is_better:
        return f"With what was learned, {told} are filled right."
    return f"What was learned is not clearly better than the rules: {told}. The rules answer alone."


def _keep(
    found: LearnReport,
    collection: Collection,
    seen: LookView,
    fit: Fit,
    known: KnownLooks,
    pieces: Pieces,
) -> None:
    counts = popularity(known.looks, len(pieces)).astype(np.int64)
    by_code = {code(sku): count for sku, count in zip(pieces.skus, counts.tolist(), strict=True)}
    arrays = None
    if found.switched_on:
        arrays = pack(
            fit.maps,
            popularity=np.array([by_code[one] for one in fit.maps.members.tolist()]),
            digests=np.sort(known.digests),
        )
    told = {name: value for name, value in asdict(found).items() if name != "problems"}
    collection.look_models.add(
        fingerprint=seen.view.fingerprint, report=json.dumps(told), arrays=arrays
    )
