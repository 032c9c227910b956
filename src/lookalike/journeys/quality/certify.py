"""How robust a collection's answers are: disturb its own photos, search, compare.

The first photo of every sampled product is put on other backgrounds and disturbed, saved as a
JPEG and searched with as a shopper's photo is: among all products, with the default weights.
"""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from lookalike.domain.arrays import Floats, Pixels
from lookalike.domain.features import ImageFeatures
from lookalike.domain.filters import Filter
from lookalike.domain.problems import Problem
from lookalike.domain.progress import Report, Step, silent
from lookalike.domain.query import Retrieval, RowAnchor
from lookalike.domain.results import Document
from lookalike.domain.stability import KEPT_ATTRIBUTES, Certificate, Trial
from lookalike.errors import InvalidInput, NotFound
from lookalike.evaluation.stability import UNKNOWN, by, steadiness, worst_cases
from lookalike.features.disturb import cut_out, disturbed, on_backgrounds
from lookalike.features.encoder import usable_cores
from lookalike.features.image import ImageProblem, decode
from lookalike.features.image_fit import encode_png, thumbnail
from lookalike.features.pipeline import Prepared
from lookalike.features.protocol import Encoded
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.journeys.search.anchors import Start
from lookalike.journeys.search.plan import plan
from lookalike.sources.protocol import FetchProblem

STAGE = "searching with disturbed photos"
DEFAULT_SAMPLE = 200
TOGETHER = 16  # products: their 176 disturbed photos take 30 MB and keep all cores busy
WORKING_PX = 512  # longer side of a disturbed photo; over twice that of the default encoder
LAST_PLACE = 20  # a product further down counts as not found
WORST_SHOWN = 20
NO_CATEGORY = "(none)"


def certify(
    view: CatalogView,
    tools: Tools,
    *,
    sample: int = DEFAULT_SAMPLE,
    seed: int = 1,
    where: Filter | None = None,
    report: Report = silent,
) -> Certificate:
    """Measure the stability of a collection on `sample` products chosen by chance.

    where  choose among these; they are searched for among all
    Raises InvalidInput for a sample below 1, NotFound when no product passes the filter, and
    Conflict when the index was made with another encoder.
    """
    if sample < 1:
        raise InvalidInput(f"The sample is {sample}; it must be at least 1.")
    view.require(tools.extractor.fingerprint)
    started = time.monotonic()
    documents = _chosen(view, sample=sample, seed=seed, where=where)
    run = _Run(view, tools, seed)
    with ThreadPoolExecutor(usable_cores(), thread_name_prefix="disturb") as workers:
        for first in range(0, len(documents), TOGETHER):
            run.add(documents[first : first + TOGETHER], workers)
            report(Step(STAGE, min(first + TOGETHER, len(documents)), len(documents)))
    trials = run.trials
    return Certificate(
        collection_id=view.collection_id,
        generation=view.generation,
        fingerprint=view.fingerprint,
        seed=seed,
        products=len({trial.sku for trial in trials}),
        photos=len(trials),
        not_cut_out=run.not_cut_out,
        overall=steadiness(trials),
        by_disturbance=by(lambda trial: trial.disturbance, sorted(trials, key=_on_backgrounds)),
        by_category=by(lambda trial: trial.category, sorted(trials, key=lambda t: t.category)),
        worst=worst_cases(trials, limit=WORST_SHOWN),
        trials=tuple(trials),
        problems=tuple(run.problems),
        seconds=time.monotonic() - started,
    )


def _chosen(view: CatalogView, *, sample: int, seed: int, where: Filter | None) -> list[Document]:
    numbers = view.index.select(where)
    if not len(numbers):
        raise NotFound(
            f'No product of the collection "{view.collection_id}" passes the filter.',
            hint="`lookalike products --where ...` shows what a filter leaves.",
        )
    some = np.random.default_rng(seed).permutation(len(numbers))[:sample]
    return [json.loads(text) for text in view.index.documents(numbers[np.sort(some)])]


def _on_backgrounds(trial: Trial) -> bool:
    """Backgrounds first, also where the first product could not be cut out."""
    return not trial.disturbance.startswith("on ")


@dataclass(frozen=True)
class _Subject:
    """A product and its photo: `pixels` (h, w, 3) and `alpha` (h, w) of at most WORKING_PX."""

    document: Document
    pixels: Pixels
    alpha: Floats | None
    prepared: Prepared


@dataclass
class _Run:
    """What has been found so far."""

    view: CatalogView
    tools: Tools
    seed: int
    trials: list[Trial] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    not_cut_out: int = 0

    def add(self, documents: Sequence[Document], workers: ThreadPoolExecutor) -> None:
        """Read, cut out, disturb, search: for a few products at once."""
        extractor = self.tools.extractor
        read = list(workers.map(self._read, documents))
        self.problems += [one for one in read if isinstance(one, Problem)]
        subjects = [one for one in read if isinstance(one, _Subject)]
        encoded = extractor.encode([one.prepared for one in subjects])
        originals = workers.map(extractor.finish, [one.prepared for one in subjects], encoded)
        named = list(workers.map(self._disturbed, subjects, encoded))
        self.not_cut_out += sum(not any(n.startswith("on ") for n in names) for names in named)
        prepared = [one for names in named for one in names.values()]
        looked = workers.map(extractor.finish, prepared, extractor.encode(prepared))
        for subject, original, names in zip(subjects, originals, named, strict=True):
            for name in names:
                self.trials.append(self._trial(subject.document, name, original, next(looked)))

    def _read(self, document: Document) -> _Subject | Problem:
        """The product's first photo, or what is wrong with it."""
        sku, content_hash = str(document["sku"]), document["images"][0]["hash"]
        location = self.tools.collection.images.location_of(content_hash)
        if location is None:
            return Problem(None, sku, None, "missing", f"The photo of {sku} is no longer listed.")
        limits = self.tools.extractor.limits
        try:
            data = self.tools.images.read(location)
            photo = decode(data, limits=limits, target_px=WORKING_PX)
            prepared = self.tools.extractor.prepare(data)
        except (FetchProblem, ImageProblem) as problem:
            return Problem(None, sku, location, problem.reason, problem.message)
        return _Subject(document, *thumbnail(photo, WORKING_PX), prepared)

    def _disturbed(self, subject: _Subject, encoded: Encoded) -> dict[str, Prepared]:
        extractor = self.tools.extractor
        photos: dict[str, Pixels] = {}
        weights = cut_out(subject.pixels, subject.alpha, encoded, extractor.encoder.input)
        if weights is not None:
            rng = np.random.default_rng([self.seed, *str(subject.document["sku"]).encode()])
            photos = on_backgrounds(subject.pixels, weights, rng=rng)
        photos |= disturbed(subject.pixels)
        found = {}
        for name, pixels in photos.items():
            try:
                found[name] = extractor.prepare(encode_png(pixels))
            except ImageProblem as problem:  # a white product made brighter shows nothing
                said = f"{name}: {problem.message}"
                sku = str(subject.document["sku"])
                self.problems.append(Problem(None, sku, None, problem.reason, said))
        return found

    def _trial(
        self, document: Document, disturbance: str, original: ImageFeatures, seen: ImageFeatures
    ) -> Trial:
        rank, found = self._place(document, seen.row)
        before = {name: original.attributes.get(name) for name in KEPT_ATTRIBUTES}
        return Trial(
            sku=str(document["sku"]),
            category=str(document.get("category") or NO_CATEGORY),
            disturbance=disturbance,
            rank=rank,
            found=found,
            attributes={
                name: (value.value, seen.attributes[name].value)
                for name, value in before.items()
                if value is not None and value.value != UNKNOWN
            },
        )

    def _place(self, document: Document, row: Floats) -> tuple[int | None, str]:
        """The rank of the product or of one that shows the identical photo, and who is first."""
        view = self.view
        start = Start(row[np.newaxis], view.index.layout.names, {})
        queries = plan(Retrieval(RowAnchor(())), start, view).queries
        products = view.index.search(queries, limit=LAST_PLACE).products
        content_hash = document["images"][0]["hash"]
        for rank, sku in enumerate(view.index.skus(products), start=1):
            if sku == document["sku"] or content_hash in _hashes(view, products[rank - 1]):
                return rank, view.index.sku(int(products[0]))
        return None, view.index.sku(int(products[0]))


def _hashes(view: CatalogView, product: np.int64) -> Iterator[str]:
    (text,) = view.index.documents(np.array([product]))
    return (image["hash"] for image in json.loads(text)["images"])
