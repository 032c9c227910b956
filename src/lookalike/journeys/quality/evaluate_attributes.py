"""How good the named values are: what the images say beside what people labeled."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Integers
from lookalike.domain.attributes import UNKNOWN, believed
from lookalike.domain.evaluation import (
    ATTRIBUTE_METRICS,
    AttributeItem,
    AttributeScores,
    LabelColumn,
    LeftOut,
    ValueSource,
)
from lookalike.domain.features import AttributeValue
from lookalike.errors import InvalidInput
from lookalike.evaluation.identical import clusters
from lookalike.evaluation.intervals import bootstrap
from lookalike.evaluation.labels import LabelMap, folded, spellings
from lookalike.evaluation.metrics import (
    ClassScores,
    calibration_error,
    class_scores,
    confusion,
    macro_f1,
)
from lookalike.features.pipeline import Extractor
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.ledger import Told, image_attributes, ledger, told
from lookalike.journeys.quality.evaluate import Labeled, drawn, labeled_products, versions
from lookalike.journeys.quality.labels import read_label_map, read_labels
from lookalike.storage.collection import Collection
from lookalike.storage.features import IndexedProduct


def evaluate_attributes(
    view: CatalogView,
    collection: Collection,
    extractor: Extractor,
    asked: LabelColumn,
    *,
    attribute: str,
    map_file: str | None = None,
    source: ValueSource = "image",
) -> AttributeScores:
    """Compare one attribute of the labeled products with their labels.

    map_file  JSON: label -> value; a label mapped to null is left out

    By default the value is what the images say, as a label column that is in the feed too
    would otherwise be compared with itself.
    Raises InvalidInput for an attribute that no product has.
    """
    found = read_labels(asked)
    meanings = read_label_map(map_file)
    joined = labeled_products(view, found, asked, meanings)
    chosen = [joined.products[place] for place in drawn(len(joined.products), asked)]
    answers = list(_answers(view, collection, chosen, attribute, source))
    items = [_item(one.labeled, one.value, meanings) for one in answers]
    judged = _Judged.of(items)
    low, high = bootstrap(
        judged.scores,
        clusters([one.images for one in answers]),
        rng=np.random.default_rng(asked.seed),
    )
    once = np.ones(len(items))
    scores = dict(zip(ATTRIBUTE_METRICS, judged.scores(once).tolist(), strict=True))
    return AttributeScores(
        attribute=attribute,
        column=asked.column,
        source=source,
        **scores,
        ece=judged.calibration_error(),
        n=len(items),
        per_class=judged.per_class(),
        confusion=judged.confusion(),
        majority_baseline=judged.majority_baseline(),
        never_said=judged.never_said(),
        intervals={
            name: (float(low[number]), float(high[number]))
            for number, name in enumerate(ATTRIBUTE_METRICS)
        },
        left_out=LeftOut(
            missing=joined.missing + len(chosen) - len(items),
            unlabeled=joined.unlabeled,
            filtered=joined.filtered,
            sampled=len(joined.products) - len(chosen),
        ),
        versions=versions(view, extractor),
        problems=found.problems,
        items=tuple(items),
    )


@dataclass(frozen=True)
class _Answer:
    """What is said of one labeled product; `images` are the hashes of what was looked at."""

    labeled: Labeled
    value: AttributeValue
    images: frozenset[str]


def _answers(
    view: CatalogView,
    collection: Collection,
    chosen: Sequence[Labeled],
    attribute: str,
    source: ValueSource,
) -> Iterator[_Answer]:
    by_sku = {one.sku: one for one in chosen}
    known = told(collection, view.fingerprint, skus=by_sku)
    others: set[str] = set()
    is_any = False
    for stored in collection.catalog(view.fingerprint, skus=by_sku):
        values = image_attributes(stored) if source == "image" else _believed(stored, known)
        if attribute not in values:
            others.update(values)
            continue
        is_any = True
        hashes = frozenset([one.hash for one in stored.images if one.hash])
        labeled = by_sku[stored.product.sku]
        yield _Answer(labeled, values[attribute], hashes or frozenset([f"sku {labeled.sku}"]))
    if not is_any:
        raise InvalidInput(
            f'Nothing says "{attribute}" of these products.',
            hint=f"What is said of them: {', '.join(sorted(others)) or 'nothing'}.",
        )


def _believed(stored: IndexedProduct, known: Told) -> dict[str, AttributeValue]:
    return {
        name: AttributeValue(one.value, one.confidence, one.probabilities)
        for name, one in believed(ledger(stored, known)).items()
    }


def _item(labeled: Labeled, answer: AttributeValue, meanings: LabelMap) -> AttributeItem:
    """The answer in the words of the labels; values that mean one word add up."""
    shares: dict[str, float] = {}
    for value, share in answer.probabilities.items():
        word = meanings.value(value)
        shares[word] = shares.get(word, 0.0) + share
    ranking = sorted(shares, key=lambda word: -shares[word])
    value, confidence = answer.value, answer.confidence
    if value != UNKNOWN:
        word = meanings.value(value)
        ranking = [word, *(other for other in ranking if other != word)]
        others = shares.get(word, 0.0) - answer.probabilities.get(value, 0.0)
        value, confidence = word, min(1.0, confidence + max(0.0, others))
    return AttributeItem(
        sku=labeled.sku,
        label=labeled.label,
        truth=labeled.truth,
        value=value,
        confidence=confidence,
        ranking=tuple(ranking),
    )


@dataclass(frozen=True)
class _Judged:
    """Labels and answers as numbers of `names`; len(names) stands for unknown.

    truth, said, guess  (n,) the label, the value, and the best guess even where that is unknown
    in_two              (n,) whether the label is one of the two most probable values
    """

    names: tuple[str, ...]
    truth: Integers
    said: Integers
    guess: Integers
    in_two: Booleans
    confidence: Doubles
    seen: frozenset[str]

    @classmethod
    def of(cls, items: Sequence[AttributeItem]) -> "_Judged":
        known = [one.value for one in items if one.value != UNKNOWN]
        seen = [word for one in items for word in one.ranking]
        names = spellings([*known, *seen, *(one.truth for one in items)])
        codes = {name: number for number, name in enumerate(names)}
        unknown = len(codes)
        return cls(
            names=tuple(names.values()),
            truth=np.array([codes[folded(one.truth)] for one in items]),
            said=np.array(
                [unknown if one.value == UNKNOWN else codes[folded(one.value)] for one in items]
            ),
            guess=np.array(
                [codes[folded(one.ranking[0])] if one.ranking else unknown for one in items]
            ),
            in_two=np.array(
                [folded(one.truth) in {folded(word) for word in one.ranking[:2]} for one in items]
            ),
            confidence=np.array([one.confidence for one in items]),
            seen=frozenset(folded(word) for word in (*known, *seen)),
        )

    def scores(self, times: Doubles) -> Doubles:
        """ATTRIBUTE_METRICS of items that count (n,) times each.

        A class of the labels of which no item counts keeps the F1 of all items: were it left
        out, draws without a rare and badly known class would seem better.
        """
        total = times.sum()
        known = float(times[self.said < len(self.names)].sum())
        right = float(times[self.said == self.truth].sum())
        drawn = class_scores(confusion(self.truth, self.said, len(self.names), times))
        f1 = np.where(drawn.support > 0, drawn.f1, self.classes.f1)
        return np.array(
            [
                right / total,
                float(times[self.in_two].sum()) / total,
                float(f1[self.classes.support > 0].mean()),
                known / total,
                right / known if known else 0.0,
            ]
        )

    def calibration_error(self) -> float | None:
        sure = self.guess < len(self.names)
        if not sure.any():
            return None
        return calibration_error(self.confidence[sure], self.guess[sure] == self.truth[sure])

    def per_class(self) -> dict[str, dict[str, float]]:
        found = self.classes
        return {
            self.names[number]: {
                "precision": float(found.precision[number]),
                "recall": float(found.recall[number]),
                "f1": float(found.f1[number]),
                "support": int(found.support[number]),
            }
            for number in np.flatnonzero(found.support)
        }

    def confusion(self) -> dict[str, dict[str, int]]:
        names = (*self.names, UNKNOWN)
        matrix = self._matrix().astype(int)
        return {
            names[row]: {
                names[said]: int(matrix[row, said]) for said in np.flatnonzero(matrix[row])
            }
            for row in np.flatnonzero(matrix.sum(axis=1))
        }

    def majority_baseline(self) -> dict[str, str | float]:
        ((most, count),) = Counter(self.truth.tolist()).most_common(1)
        said = np.full(len(self.truth), most)
        matrix = confusion(self.truth, said, len(self.names), np.ones(len(said)))
        return {
            "value": self.names[most],
            "accuracy": count / len(said),
            "macro_f1": macro_f1(matrix),
        }

    def never_said(self) -> tuple[str, ...]:
        labels = [self.names[number] for number in sorted(set(self.truth.tolist()))]
        return tuple(name for name in labels if folded(name) not in self.seen)

    @cached_property
    def classes(self) -> ClassScores:
        """Of every name, over all items."""
        return class_scores(self._matrix())

    def _matrix(self) -> Doubles:
        return confusion(self.truth, self.said, len(self.names), np.ones(len(self.truth)))
