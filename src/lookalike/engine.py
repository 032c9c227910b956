"""The facade: opens a workspace, joins the parts, one short method per intention."""

import threading
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lookalike.domain.arrays import Floats
from lookalike.domain.features import ImageFeatures
from lookalike.domain.filters import Filter
from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.job import Job
from lookalike.domain.problems import Problem
from lookalike.domain.product import Product
from lookalike.domain.progress import Report, silent
from lookalike.domain.query import (
    DEFAULT_LIMIT,
    Anchor,
    ImageAnchor,
    ProductAnchor,
    Retrieval,
)
from lookalike.domain.results import (
    MatchMap,
    ProductDetail,
    ProductPage,
    Recommendations,
    WhyNot,
)
from lookalike.domain.swap import DEFAULT_QUESTIONS, Agree, Comparison, SwapReport
from lookalike.features.image import ImageLimits
from lookalike.features.pipeline import Extractor
from lookalike.journeys import browse, doctor, export, photos
from lookalike.journeys.anchors import Start, start_from, text_embedding
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.extractors import Extractors, chosen, located
from lookalike.journeys.find_similar import find_similar
from lookalike.journeys.index_catalog import plan_index
from lookalike.journeys.index_job import create_job, run_in_background, run_job
from lookalike.journeys.live_view import LiveView
from lookalike.journeys.match_images import match_images
from lookalike.journeys.measure_images import Tools
from lookalike.journeys.single import fold_changes, store_product
from lookalike.journeys.swap import encoder_before, swap
from lookalike.journeys.why_not import why_not
from lookalike.quality import Quality
from lookalike.registry import make_encoder
from lookalike.settings import Settings
from lookalike.sources.catalog import open_source
from lookalike.sources.images import open_images
from lookalike.storage.collection import Collection
from lookalike.storage.workspace import Workspace

MEGA = 1_000_000


class Engine:
    """One open workspace; safe to share between threads.  Close it, or use it in `with`.

    Every method takes `collection`, the id of a collection; None is the one of the settings.
    """

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self._workspace = workspace
        self._views: dict[str, LiveView] = {}
        self._views_lock = threading.Lock()

    @classmethod
    def open(cls, settings: Settings | None = None, *, create: bool = True) -> Self:
        """Open the workspace that the settings name.

        create  make it where there is none
        Raises NotFound or Unavailable when it is not there or cannot be used.
        """
        chosen = settings or Settings.load()
        url = chosen.database_url or None
        return cls(chosen, Workspace.open(chosen.workspace, database_url=url, create=create))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._workspace.close()

    @property
    def version(self) -> str:
        return version("lookalike")

    def collections(self) -> dict[str, int]:
        """The id of every collection with its number of products."""
        names = self._workspace.collections()
        return {name: self._workspace.collection(name).products.count() for name in names}

    # Indexing

    def index(
        self,
        location: str,
        *,
        images: str | None = None,
        mapping: Mapping[str, str] | None = None,
        options: Options | None = None,
        dry_run: bool = False,
        report: Report = silent,
        collection: str | None = None,
    ) -> IndexReport:
        """Bring a collection in line with a catalog: a folder of images or a file of records.

        images   the root of relative image paths; by default the catalog file's folder
        mapping  product field -> column, where guessing fails
        dry_run  only say what would be done, and about how long it would take
        """
        source = open_source(location, images_root=images, mapping=mapping or {})
        chosen = options or Options()
        tools = self._tools(collection, images_root=source.images_root)
        if dry_run:
            return plan_index(source, tools, chosen)
        done = run_job(create_job(source, tools, chosen), source, tools, chosen, report=report)
        self._live(tools.collection.id).known()  # the next question sees the new generation
        return done

    def start_index(
        self,
        location: str,
        *,
        images: str | None = None,
        mapping: Mapping[str, str] | None = None,
        options: Options | None = None,
        collection: str | None = None,
    ) -> Job:
        """The same in the background; returns the job to follow."""
        source = open_source(location, images_root=images, mapping=mapping or {})
        chosen = options or Options()
        tools = self._tools(collection, images_root=source.images_root)
        job = create_job(source, tools, chosen)
        run_in_background(job, source, tools, chosen, then=self._live(tools.collection.id).known)
        return tools.collection.jobs.get(job)

    def upsert(self, product: Product, *, collection: str | None = None) -> ProductDetail:
        """Add or replace one product; the very next question finds it."""
        tools = self._tools(collection)
        live = self._live(tools.collection.id)
        view = live.known()
        while True:
            tools = self._tools(collection, view=view)
            store_product(product, tools, first=view is None)
            view = live.refresh()
            if view.fingerprint == tools.extractor.fingerprint:  # else it was swapped meanwhile
                break
        fold_changes(view, tools)
        return browse.product(view, tools.collection, product.sku)

    def remove(self, sku: str, *, collection: str | None = None) -> None:
        """Remove one product; the very next question no longer finds it.  Raises NotFound."""
        target = self._collection(collection)
        target.products.get(sku)
        target.products.remove([sku])
        self._live(target.id).refresh()

    def jobs(self, *, limit: int = 20, collection: str | None = None) -> tuple[Job, ...]:
        """The latest index runs of a collection, newest first."""
        return self._collection(collection).jobs.list(limit)

    def job(self, job_id: str) -> Job:
        """One run, of whichever collection.  Raises NotFound."""
        return self._workspace.job(job_id)

    def problems(self, job_id: str, *, offset: int = 0, limit: int = 100) -> tuple[Problem, ...]:
        """What was wrong with the input of a run, in its order."""
        job = self._workspace.job(job_id)
        store = self._workspace.collection(job.collection).jobs
        return store.problems(job_id, offset=offset, limit=limit)

    # Asking

    def similar(self, question: Retrieval, *, collection: str | None = None) -> Recommendations:
        """What looks like the anchor, best first, each with its reason."""
        view = self._live(self._name(collection)).view()
        return find_similar(view, question, self._start(view, question.anchor))

    def why_not(self, question: Retrieval, sku: str, *, collection: str | None = None) -> WhyNot:
        """Why a product is not in the answer to a question, or where it stands."""
        view = self._live(self._name(collection)).view()
        unseen = partial(browse.unseen, self._collection(collection))
        return why_not(view, question, self._start(view, question.anchor), sku, unseen=unseen)

    def match(self, sku: str, other: str, *, collection: str | None = None) -> MatchMap:
        """Where the two images of two products that match best are alike, patch by patch."""
        view = self._live(self._name(collection)).view()
        return match_images(view, sku, other, self._tools(collection, view=view))

    def similar_all(
        self, question: Retrieval | None = None, *, collection: str | None = None
    ) -> Iterator[tuple[str, Recommendations]]:
        """The list of every product, from one state of the collection, by sku."""
        view = self._live(self._name(collection)).view()
        asked = question or Retrieval(ProductAnchor(""), limit=DEFAULT_LIMIT)
        return export.every_list(view, asked)

    def products(
        self,
        *,
        where: Filter | None = None,
        limit: int = 48,
        cursor: str | None = None,
        collection: str | None = None,
    ) -> ProductPage:
        """One page of products that pass the filter, in the order of their skus."""
        view = self._live(self._name(collection)).view()
        return browse.products(view, where=where, limit=limit, cursor=cursor)

    def product(self, sku: str, *, collection: str | None = None) -> ProductDetail:
        """One product with what its images show and its embedding.  Raises NotFound."""
        target = self._collection(collection)
        return browse.product(self._live(target.id).view(), target, sku)

    def facets(self, *, collection: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """The values of the fields that shoppers choose by, most frequent first."""
        return browse.facets(self._live(self._name(collection)).view())

    # Photos

    def upload(self, data: bytes, *, collection: str | None = None) -> photos.Upload:
        """Keep a photo for an hour to search with.  Raises InvalidInput for an unusable one."""
        folder = self._workspace.uploads / self._collection(collection).id
        return photos.keep_upload(folder, data, self._extractor)

    def uploaded(self, upload_id: str, *, collection: str | None = None) -> bytes:
        """The bytes of a kept photo.  Raises NotFound once it is gone."""
        return photos.uploaded(self._workspace.uploads / self._name(collection), upload_id)

    def image(self, image_hash: str, *, collection: str | None = None) -> tuple[bytes, str]:
        """The picture of a product and its media type.  Raises NotFound."""
        return photos.picture(image_hash, self._tools(collection))

    # Looking after it

    def export(self, path: Path, *, collection: str | None = None) -> int:
        """Write every product with attributes and vectors; returns how many.

        The suffix chooses: .parquet or .jsonl.
        """
        return export.write_products(self._live(self._name(collection)).view(), path)

    def quality(self, *, collection: str | None = None) -> Quality:
        """What a merchandiser asks of a collection: how good, how stable, what is odd."""
        name = self._name(collection)
        return Quality(self._collection(name), self._live(name), partial(self._tools, name))

    def swap(
        self,
        encoder: str,
        *,
        compare: int = DEFAULT_QUESTIONS,
        agree: Agree | None = None,
        report: Report = silent,
        collection: str | None = None,
    ) -> SwapReport:
        """Answer with another encoder, without a moment without answers.

        compare  how many products are asked about in both states before the switch
        agree    called with the comparison; the switch is left undone where it says False
        """
        target = self._collection(collection)
        live = self._live(target.id)
        view = live.refresh()
        done = swap(
            self._tools(collection, encoder=located(encoder)),
            view,
            old=self._extractors.named(view.encoder or self._extractors.default),
            over=self._extractors.default,
            count=compare,
            agree=agree or _agreed,
            report=report,
        )
        live.known()  # the next question sees the new generation
        return done

    def rollback(
        self,
        *,
        compare: int = DEFAULT_QUESTIONS,
        report: Report = silent,
        collection: str | None = None,
    ) -> SwapReport:
        """Answer with the encoder before the last swap again, whose features are still known.

        Raises NotFound when there was no swap.
        """
        last = encoder_before(self._tools(collection))
        return self.swap(last, compare=compare, report=report, collection=collection)

    def doctor(self) -> list[doctor.Check]:
        """What this installation and workspace can and cannot do."""
        return doctor.checks(self._workspace, self._extractor)

    # Joining the parts

    @cached_property
    def _extractors(self) -> Extractors:
        return Extractors(self._make_extractor, default=located(self.settings.encoder))

    @property
    def _extractor(self) -> Extractor:
        """That of the settings; what a collection was made with is `_extractors.of(view)`."""
        return self._extractors.named(self._extractors.default)

    def _make_extractor(self, name: str) -> Extractor:
        settings = self.settings
        encoder = make_encoder(
            name, device=settings.device, threads=settings.encoder_threads or None
        )
        limits = ImageLimits(
            bytes=settings.max_image_mb * MEGA,
            pixels=settings.max_image_megapixels * MEGA,
        )
        return Extractor(encoder, limits=limits, name=name)

    def _tools(
        self,
        collection: str | None,
        *,
        images_root: str | None = None,
        view: CatalogView | None = None,
        encoder: str | None = None,
    ) -> Tools:
        """What measuring needs; image paths lie below the root of the last run by default.

        view     measure as its rows were, instead of as the next run will
        encoder  measure with this one instead
        """
        target = self._workspace.collection(self._name(collection), create=True)
        settings, known = self.settings, target.settings()
        root = images_root or known.get("images_root")
        extractors = self._extractors
        next_encoder = encoder or chosen(known, extractors.default)
        return Tools(
            extractor=extractors.of(view) if view else extractors.named(next_encoder),
            images=open_images(
                str(root) if root else str(self._workspace.uploads / "none"),
                allow_private_addresses=settings.allow_private_addresses,
                max_bytes=settings.max_image_mb * MEGA,
                timeout_s=settings.fetch_timeout_s,
            ),
            features=self._workspace.features,
            collection=target,
            readers=settings.fetch_threads,
        )

    def _measure(self, view: CatalogView, anchor: ImageAnchor) -> ImageFeatures:
        box = anchor.crop
        crop = None if box is None else (box.x, box.y, box.width, box.height)
        return self._extractors.of(view).extract(anchor.data, crop_box=crop)

    def _read(self, view: CatalogView, text: str) -> Floats:
        return text_embedding(self._extractors.of(view).encoder, text)

    def _start(self, view: CatalogView, anchor: Anchor) -> Start:
        measure, read = partial(self._measure, view), partial(self._read, view)
        return start_from(anchor, view, measure=measure, read=read)

    def _name(self, collection: str | None) -> str:
        return collection or self.settings.collection

    def _collection(self, collection: str | None) -> Collection:
        return self._workspace.collection(self._name(collection))

    def _live(self, name: str) -> LiveView:
        with self._views_lock:
            if name not in self._views:
                self._views[name] = LiveView(self._workspace.collection(name))
            return self._views[name]


def _agreed(_: Comparison) -> bool:
    return True
