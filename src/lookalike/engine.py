"""The facade: opens a workspace, joins the parts, one short method per intention."""

from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lookalike.domain.filters import Filter
from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.job import Job
from lookalike.domain.looks import LookRequest, Looks
from lookalike.domain.problems import Problem
from lookalike.domain.product import Product
from lookalike.domain.progress import Report, silent
from lookalike.domain.query import (
    DEFAULT_LIMIT,
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
from lookalike.journeys import browse, doctor, export, photos
from lookalike.journeys.extractors import located
from lookalike.journeys.find_similar import find_similar
from lookalike.journeys.index_catalog import plan_index
from lookalike.journeys.index_job import create_job, run_in_background, run_job
from lookalike.journeys.match_images import match_images
from lookalike.journeys.single import fold_changes, store_product
from lookalike.journeys.swap import encoder_before, swap
from lookalike.journeys.swap_job import start_swap
from lookalike.journeys.why_not import why_not
from lookalike.parts import Parts
from lookalike.quality import Quality
from lookalike.settings import Settings
from lookalike.storage.workspace import Workspace
from lookalike.stylist import Stylist

MEGA = 1_000_000


class Engine:
    """One open workspace; safe to share between threads.  Close it, or use it in `with`.

    Every method takes `collection`, the id of a collection; None is the one of the settings.
    """

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self._workspace = workspace
        self._parts = Parts(settings, workspace)

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
        chosen = options or Options()
        source = self._parts.source(location, images, mapping, chosen)
        tools = self._parts.tools(collection, images_root=source.images_root, options=chosen)
        if dry_run:
            return plan_index(source, tools, chosen)
        done = run_job(create_job(source, tools, chosen), source, tools, chosen, report=report)
        self._parts.live(tools.collection.id).known()  # the next question sees the new generation
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
        chosen = options or Options()
        source = self._parts.source(location, images, mapping, chosen)
        tools = self._parts.tools(collection, images_root=source.images_root, options=chosen)
        job = create_job(source, tools, chosen)
        run_in_background(
            job, source, tools, chosen, then=self._parts.live(tools.collection.id).known
        )
        return tools.collection.jobs.get(job)

    def upsert(self, product: Product, *, collection: str | None = None) -> ProductDetail:
        """Add or replace one product; the very next question finds it."""
        tools = self._parts.tools(collection)
        live = self._parts.live(tools.collection.id)
        view = live.known()
        while True:
            tools = self._parts.tools(collection, view=view)
            store_product(product, tools, first=view is None)
            view = live.refresh()
            if view.fingerprint == tools.extractor.fingerprint:  # else it was swapped meanwhile
                break
        fold_changes(view, tools)
        return browse.product(view, tools.collection, product.sku)

    def remove(self, sku: str, *, collection: str | None = None) -> None:
        """Remove one product; the very next question no longer finds it.  Raises NotFound."""
        target = self._parts.collection(collection)
        target.products.get(sku)
        target.products.remove([sku])
        self._parts.live(target.id).refresh()

    def jobs(self, *, limit: int = 20, collection: str | None = None) -> tuple[Job, ...]:
        """The latest index runs and swaps of a collection, newest first."""
        return self._parts.collection(collection).jobs.list(limit)

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
        view = self._parts.view(collection)
        return find_similar(view, question, self._parts.start(view, question.anchor))

    def look(self, request: LookRequest, *, collection: str | None = None) -> Looks:
        """What completes a product: complementary pieces, and whole looks with a total."""
        return self.stylist(collection=collection).look(request)

    def why_not(self, question: Retrieval, sku: str, *, collection: str | None = None) -> WhyNot:
        """Why a product is not in the answer to a question, or where it stands."""
        view = self._parts.view(collection)
        unseen = partial(browse.unseen, self._parts.collection(collection))
        return why_not(view, question, self._parts.start(view, question.anchor), sku, unseen=unseen)

    def match(self, sku: str, other: str, *, collection: str | None = None) -> MatchMap:
        """Where the two images of two products that match best are alike, patch by patch."""
        view = self._parts.view(collection)
        return match_images(view, sku, other, self._parts.tools(collection, view=view))

    def similar_all(
        self, question: Retrieval | None = None, *, collection: str | None = None
    ) -> Iterator[tuple[str, Recommendations]]:
        """The list of every product, from one state of the collection, by sku."""
        view = self._parts.view(collection)
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
        view = self._parts.view(collection)
        return browse.products(view, where=where, limit=limit, cursor=cursor)

    def product(self, sku: str, *, collection: str | None = None) -> ProductDetail:
        """One product with what its images show and its embedding.  Raises NotFound."""
        target = self._parts.collection(collection)
        return browse.product(self._parts.live(target.id).view(), target, sku)

    def facets(self, *, collection: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """The values of the fields that shoppers choose by, most frequent first."""
        return browse.facets(self._parts.view(collection))

    # Photos

    def upload(self, data: bytes, *, collection: str | None = None) -> photos.Upload:
        """Keep a photo for an hour to search with.  Raises InvalidInput for an unusable one."""
        folder = self._workspace.uploads / self._parts.collection(collection).id
        return photos.keep_upload(folder, data, self._parts.extractor)

    def uploaded(self, upload_id: str, *, collection: str | None = None) -> bytes:
        """The bytes of a kept photo.  Raises NotFound once it is gone."""
        return photos.uploaded(self._workspace.uploads / self._parts.name(collection), upload_id)

    def image(self, image_hash: str, *, collection: str | None = None) -> tuple[bytes, str]:
        """The picture of a product and its media type.  Raises NotFound."""
        return photos.picture(image_hash, self._parts.tools(collection))

    # Looking after it

    def export(self, path: Path, *, collection: str | None = None) -> int:
        """Write every product with attributes and vectors; returns how many.

        The suffix chooses: .parquet or .jsonl.
        """
        return export.write_products(self._parts.view(collection), path)

    def quality(self, *, collection: str | None = None) -> Quality:
        """What a merchandiser asks of a collection: how good, how stable, what is odd."""
        name = self._parts.name(collection)
        return Quality(
            self._parts.collection(name), self._parts.live(name), partial(self._parts.tools, name)
        )

    def stylist(self, *, collection: str | None = None) -> Stylist:
        """Everything about looks: slots, look types, and what merchants' own looks teach."""
        name, parts = self._parts.name(collection), self._parts
        return Stylist(
            parts.collection(name),
            parts.live(name),
            parts.look_views(name),
            parts.look_models(name),
            parts.start,
            parts.extractors.of,
        )

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
        target = self._parts.collection(collection)
        live = self._parts.live(target.id)
        view = live.refresh()
        done = swap(
            self._parts.tools(collection, encoder=located(encoder)),
            view,
            old=self._parts.extractors.named(view.encoder or self._parts.extractors.default),
            over=self._parts.extractors.default,
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
        last = encoder_before(self._parts.tools(collection))
        return self.swap(last, compare=compare, report=report, collection=collection)

    def start_swap(
        self,
        encoder: str,
        *,
        compare: int = DEFAULT_QUESTIONS,
        dry_run: bool = False,
        collection: str | None = None,
    ) -> Job:
        """`swap` in the background; returns the job to follow, whose report has the comparison.

        dry_run  build and compare, and leave it at that
        Raises InvalidInput for an encoder that does not exist; what else stops it, the job says.
        """
        self._parts.require_encoder(encoder)
        target = self._parts.collection(collection)
        self._parts.view(target.id)
        job = start_swap(
            target,
            lambda report: self.swap(
                encoder,
                compare=compare,
                agree=lambda _: not dry_run,
                report=report,
                collection=target.id,
            ),
            {"encoder": encoder, "compare": compare, "dry_run": dry_run},
        )
        return target.jobs.get(job)

    def start_rollback(
        self, *, compare: int = DEFAULT_QUESTIONS, collection: str | None = None
    ) -> Job:
        """`rollback` in the background.  Raises NotFound when there was no swap."""
        target = self._parts.collection(collection)
        last = encoder_before(self._parts.tools(target.id))
        return self.start_swap(last, compare=compare, collection=target.id)

    def doctor(self) -> list[doctor.Check]:
        """What this installation and workspace can and cannot do."""
        return doctor.checks(self._workspace, self._parts.extractor)


def _agreed(_: Comparison) -> bool:
    return True
