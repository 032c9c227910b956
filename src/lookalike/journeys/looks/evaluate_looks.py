"""How good looks are: pair scores on a file of looks, beside what takes no thought."""

from importlib.metadata import version

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Integers
from lookalike.domain.look_scores import LookFigures, LookScores, Negatives
from lookalike.domain.progress import Report, Step, silent
from lookalike.errors import InvalidInput
from lookalike.evaluation.looks import CHOICES, PairTotals
from lookalike.journeys.looks.columns import LookView
from lookalike.journeys.looks.learn_looks import known_looks
from lookalike.journeys.looks.models import LookModel
from lookalike.journeys.looks.pieces import pieces_of
from lookalike.journeys.looks.read_looks import EXAMPLE, LookFile
from lookalike.journeys.looks.trial import Trial, each, pair_totals, similarity
from lookalike.ranking.compatibility import Basis
from lookalike.ranking.pair_features import word_codes
from lookalike.ranking.pieces import Pieces, code

STAGE = "filling blanks"


def evaluate_looks(
    seen: LookView,
    file: LookFile,
    model: LookModel | None,
    *,
    negatives: Negatives = "random",
    seed: int = 0,
    times: int = 1,
    report: Report = silent,
) -> LookScores:
    """Fill one blank of every look, and tell every look from one of random products.

    times  blanks of each look; the intervals are over looks
    model  the learned part in use; the figures are then of rules and learned part together,
           and the rules alone are a baseline
    Raises InvalidInput for `times` below 1, and where no look has two products of the collection
    and enough negatives.
    """
    if times < 1:
        raise InvalidInput(f"times is {times}; it must be at least 1.")
    pieces = pieces_of(seen.view, seen.products, seen.table)
    known = known_looks(file, pieces)
    trial = Trial.of(known.looks, pieces, negatives, seed, times=times)
    if not trial.blanks:
        raise InvalidInput(
            f"None of {len(file.looks)} looks has two products of the collection and three others"
            f" to choose from; {known.missing} products are not in it.",
            hint=EXAMPLE,
        )
    basis = Basis(seen.view.index.layout, seen.view.calibration)
    named = _baselines(pieces, basis, model)
    figures: dict[str, LookFigures] = {}
    rights: dict[str, Doubles] = {}
    for done, (name, totals) in enumerate(named.items()):
        report(Step(STAGE, done, len(named)))
        figures[name], rights[name] = trial.figures(totals, seed=seed)
    report(Step(STAGE, len(named), len(named)))
    own = "learned" if model is not None else "rules"
    ours = figures.pop(own) if own == "learned" else figures[own]
    return LookScores(
        fitb=ours.fitb,
        auc=ours.auc,
        n=int(trial.clusters.max()) + 1,
        blanks=len(trial.blanks),
        chance=1 / CHOICES,
        negatives=negatives,
        seed=seed,
        intervals=ours.intervals,
        baselines=figures,
        learned=None if model is None else {"version": model.version, "share": model.maps.share},
        new=None if model is None else _new(trial, pieces, model, rights["learned"]),
        learned_looks=0 if model is None else int(np.isin(known.digests, model.digests).sum()),
        missing=known.missing,
        left_out=len(file.looks) - int(trial.clusters.max()) - 1,
        versions={
            "lookalike": version("lookalike"),
            "extractor": seen.view.fingerprint,
            "generation": seen.view.generation,
        },
        problems=tuple(file.problems.kept),
    )


def _baselines(pieces: Pieces, basis: Basis, model: LookModel | None) -> dict[str, PairTotals]:
    """What is tried, the plainest first."""
    chance = np.random.default_rng(0).random(len(pieces))
    found = {
        "random": each(chance),
        "similarity": similarity(pieces, basis.layout.part("look")),
        "rules": pair_totals(pieces, basis),
    }
    if model is not None:
        types, slots = word_codes(pieces, "category"), pieces.slots

        def lift(first: Integers, second: Integers) -> Doubles:
            return model.maps.types.lift(
                (types[first], slots[first]), (types[second], slots[second])
            )

        found["popularity"] = each(_popularity(pieces, model))
        found["types"] = lift
        with_maps = Basis(basis.layout, basis.calibration, model.maps)
        found["learned"] = pair_totals(pieces, with_maps)
    return found


def _popularity(pieces: Pieces, model: LookModel) -> Doubles:
    """(n,) in how many of the looks learned from each product is."""
    counts = dict(zip(model.maps.members.tolist(), model.popularity.tolist(), strict=True))
    return np.array([float(counts.get(code(sku), 0)) for sku in pieces.skus])


def _new(trial: Trial, pieces: Pieces, model: LookModel, right: Doubles) -> dict[str, float] | None:
    """The figure over blanks whose right product was in no look learned from."""
    is_new = _popularity(pieces, model)[[int(one.choices[0]) for one in trial.blanks]] == 0
    chosen: Booleans = is_new
    if not chosen.any():
        return None
    return {"fitb": float(right[chosen].mean()), "n": float(chosen.sum())}
