"""The facade: opens a workspace, joins the parts, one short method per intention."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lookalike.access import Access
from lookalike.domain.filters import Filter, all_of
from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.job import Job
from lookalike.domain.looks import LookRequest, Looks
from lookalike.domain.problems import Problem
from lookalike.domain.product import Product, Tombstone
from lookalike.domain.progress import Report, silent
from lookalike.domain.query import (
    DEFAULT_LIMIT,
    FEED_DIVERSITY,
    ProductAnchor,
    Retrieval,
    UserAnchor,
)
from lookalike.domain.recorded import Recorded
from lookalike.domain.results import (
    Document,
    MatchMap,
    ProductDetail,
    ProductPage,
    Recommendations,
    WhyNot,
)
from lookalike.encoders import Encoders
from lookalike.errors import Conflict
from lookalike.journeys.catalog import browse, export
from lookalike.journeys.catalog.single import fold_changes, store_product
from lookalike.journeys.feed.quiz import QUIZ_PICTURES, quiz
from lookalike.journeys.feed.record_events import Reading, record_events
from lookalike.journeys.operations import doctor
from lookalike.journeys.search import photos
from lookalike.journeys.search.find_similar import find_similar
from lookalike.journeys.search.match_images import match_images
from lookalike.journeys.search.why_not import why_not
from lookalike.merchandising import Merchandising
from lookalike.operations import Operations
from lookalike.parts import Choice, Parts
from lookalike.quality import Quality
from lookalike.runs import Runs
from lookalike.settings import Settings
from lookalike.sources.event_file import read_events
from lookalike.storage.workspace import Workspace
from lookalike.stylist import Stylist
from lookalike.upkeep import Upkeep
from lookalike.users import Users


class Engine:
    """One open workspace; safe to share between threads.  Close it, or use it in `with`.

    Every method takes `collection`, the id of a collection; None is the one of the settings.
    """

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self._workspace = workspace
        self._parts = Parts(settings, workspace)
        self.kept_answers = workspace.kept_answers  # of requests that may be sent again

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

    @cached_property
    def access(self) -> Access:
        """Who may call the service: its API keys."""
        return Access(self._workspace.api_keys)

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
        form: str | None = None,
        options: Options | None = None,
        dry_run: bool = False,
        if_changed: bool = False,
        report: Report = silent,
        collection: str | None = None,
    ) -> IndexReport:
        """Bring a collection in line with a catalog: a folder of images or a file of records.

        location    a path, an http(s) address or a bucket (s3://, gs://, az://, ...)
        images      the root of relative image paths; by default the catalog file's folder
        mapping     product field -> column, where guessing fails
        form        the format of the file by name; by default it is recognized
        dry_run     only say what would be done, and about how long it would take
        if_changed  do nothing when the catalog is the very one of the last run
        """
        choice = Choice(images, mapping or {}, form)
        return self.runs().index(
            location,
            choice,
            options,
            dry_run=dry_run,
            if_changed=if_changed,
            report=report,
            collection=collection,
        )

    def start_index(
        self,
        location: str,
        *,
        images: str | None = None,
        mapping: Mapping[str, str] | None = None,
        form: str | None = None,
        options: Options | None = None,
        collection: str | None = None,
    ) -> Job:
        """The same in the background; returns the job to follow."""
        choice = Choice(images, mapping or {}, form)
        return self.runs().start_index(location, choice, options, collection=collection)

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

    def remove(
        self, sku: str, *, version: int | None = None, collection: str | None = None
    ) -> None:
        """Remove one product; the very next question no longer finds it.  Raises NotFound.

        version  as of which it is gone; raises Conflict when something newer is known of it
        """
        target = self._parts.collection(collection)
        target.products.get(sku)
        if not target.products.bury([Tombstone(sku, version)]):
            raise Conflict(f"Something newer than version {version} is known of {sku}.")
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
        if isinstance(question.anchor, UserAnchor):
            return self._parts.feed(question, collection)
        remaining = self._parts.remaining(question.time_budget_ms)
        view = self._parts.view(collection)
        start = self._parts.start(view, question.anchor)
        personal = self._parts.personal(question.user_id, view, collection)
        ruled = self._parts.ruled("similar", view, question.rules, *start.skus)
        return find_similar(
            view, question, start, personal=personal, remaining=remaining, ruled=ruled
        )

    def feed(
        self,
        user_id: str,
        *,
        limit: int = DEFAULT_LIMIT,
        where: Filter | None = None,
        collection: str | None = None,
    ) -> Recommendations:
        """What one user will like: their tastes, what is popular, and what is new.

        `similar(Retrieval(UserAnchor(user_id), ...))` takes every other option.
        """
        question = Retrieval(
            UserAnchor(user_id), limit=limit, where=where, diversity=FEED_DIVERSITY
        )
        return self.similar(question, collection=collection)

    def quiz(
        self,
        *,
        where: Filter | None = None,
        limit: int = QUIZ_PICTURES,
        collection: str | None = None,
    ) -> tuple[Document, ...]:
        """Pictures that tell most about a taste: pick five, ask for `UserAnchor(likes=...)`."""
        view = self._parts.view(collection)
        allowed = all_of(where, self._parts.ruled("feed", view, None).hidden)
        return quiz(self._parts.profiles(collection).shelf(view), where=allowed, limit=limit)

    def look(self, request: LookRequest, *, collection: str | None = None) -> Looks:
        """What completes a product: complementary pieces, and whole looks with a total."""
        return self.stylist(collection=collection).look(request)

    def why_not(self, question: Retrieval, sku: str, *, collection: str | None = None) -> WhyNot:
        """Why a product is not in the answer to a question, or where it stands."""
        view = self._parts.view(collection)
        start = self._parts.start(view, question.anchor)
        ruled = self._parts.ruled("similar", view, question.rules, *start.skus)
        unseen = partial(browse.unseen, self._parts.collection(collection))
        return why_not(view, question, start, sku, unseen=unseen, ruled=ruled)

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
        ruled = partial(self._parts.ruled, "similar", view, asked.rules)
        return export.every_list(view, asked, ruled)

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

    def state(self, *, look: bool = True, collection: str | None = None) -> str | None:
        """Equal while equal questions without a user get equal answers; see `Parts.state`."""
        return self._parts.state(collection, look=look)

    # Users

    def record(
        self,
        events: str | Iterable[Any],
        *,
        product_field: str | None = None,
        collection: str | None = None,
    ) -> Recorded:
        """Keep what users did: on the disk when it returns, each event once.

        events         `Event` values, raw events (ours, GA4, Segment, Google Retail), or the
                       location of a file with one a line
        product_field  where another tool keeps our sku, where it is not in the usual place
        """
        target = self._parts.collection(collection)
        is_file = isinstance(events, str)
        reading = Reading(datetime.now(UTC), product_field, str(events) if is_file else None)
        rows = read_events(events) if isinstance(events, str) else enumerate(events, 1)
        return record_events(rows, target, reading)

    def users(self, *, collection: str | None = None) -> Users:
        """What is known of single users, and what they may do with it."""
        name = self._parts.name(collection)
        return Users(
            self._workspace,
            self._parts.collection(name),
            self._parts.live(name),
            self._parts.profiles(name),
        )

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
        parts = self._parts
        return Quality(
            parts.collection(name),
            parts.live(name),
            partial(parts.tools, name),
            parts.profiles(name),
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
            partial(parts.personal, collection=name),
            parts.remaining,
            partial(parts.ruled, "looks"),
        )

    def merchandising(self, *, collection: str | None = None) -> Merchandising:
        """The merchant's rules: pin, boost, bury, exclude; with a preview."""
        name = self._parts.name(collection)
        return Merchandising(self._parts, name, self.stylist(collection=name))

    def upkeep(self, *, collection: str | None = None) -> Upkeep:
        """What keeps a collection current: bulk prices and stock, failed images, polling."""
        return Upkeep(self._parts, self._parts.name(collection), self.index)

    def runs(self) -> Runs:
        """Cancel index runs and swaps, and resume those that did not succeed."""
        return Runs(self._parts)

    def operations(self) -> Operations:
        """What concerns whoever runs the service: numbers to watch, readiness, backups."""
        return Operations(self._parts)

    def encoders(self, *, collection: str | None = None) -> Encoders:
        """Which encoder a collection answers with, and how to go over to another."""
        return Encoders(self._parts, self._parts.name(collection))

    def doctor(self) -> list[doctor.Check]:
        """What this installation and workspace can and cannot do."""
        return self.operations().doctor()
