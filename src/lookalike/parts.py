"""What an open workspace consists of, joined: live views, extractors, readers of images."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

from lookalike.domain import observe
from lookalike.domain.arrays import Floats
from lookalike.domain.extraction import added_names, chosen_attributes, steps_for
from lookalike.domain.features import ImageFeatures
from lookalike.domain.index_run import Options
from lookalike.domain.profile import Learning, Profile, learning_of
from lookalike.domain.query import Anchor, ImageAnchor, Retrieval, UserAnchor
from lookalike.domain.results import Recommendations
from lookalike.domain.rules import Surface
from lookalike.domain.time_budget import Remaining
from lookalike.features.image import ImageLimits
from lookalike.features.pipeline import Extractor
from lookalike.features.protocol import AttributeExtractor
from lookalike.journeys.catalog.background import Background
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.extractors import Extractors, chosen, located
from lookalike.journeys.catalog.job_process import JobProcess
from lookalike.journeys.catalog.live_view import LiveView
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.journeys.feed.personal_feed import personal_feed
from lookalike.journeys.feed.reasons import FeedParts
from lookalike.journeys.feed.user_profiles import UserProfiles
from lookalike.journeys.looks.models import LookModels
from lookalike.journeys.looks.slot_settings import LookViews
from lookalike.journeys.rules.rule_book import Asked, RuleBook, Ruled
from lookalike.journeys.search.anchors import Start, start_from, text_embedding
from lookalike.journeys.search.deadline import remaining
from lookalike.journeys.search.personal_order import PersonalOrder
from lookalike.registry import encoder_factory, extractor_names, make_encoder, make_extractor
from lookalike.settings import Settings
from lookalike.sources.catalog import open_source
from lookalike.sources.images import open_images
from lookalike.sources.packed import FeedLimits
from lookalike.sources.protocol import CatalogSource
from lookalike.storage.collection import Collection
from lookalike.storage.workspace import Workspace

MEGA = 1_000_000


@dataclass(frozen=True)
class Choice:
    """How a catalog is read where guessing is not enough.

    images   the root of relative image paths: a folder or a bucket
    mapping  product field -> column
    form     the format by name
    """

    images: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None

    @property
    def asked(self) -> dict[str, object]:
        """As a job keeps it."""
        return {"images": self.images, "mapping": dict(self.mapping), "form": self.form}


class Parts:
    """The parts of one open workspace; safe to share between threads.

    `collection` is the id of a collection everywhere; None is the one of the settings.
    """

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self.workspace = workspace
        self.background = Background()
        self.apart: JobProcess | None = None  # where jobs are carried out, if not here
        self._views: dict[str, LiveView] = {}
        self._added_extractors: dict[str, AttributeExtractor] = {}
        self._look_views: dict[str, LookViews] = {}
        self._look_models: dict[str, LookModels] = {}
        self._profiles: dict[str, UserProfiles] = {}
        self._rule_books: dict[str, RuleBook] = {}
        self._lock = threading.Lock()

    def name(self, collection: str | None) -> str:
        return collection or self.settings.collection

    def collection(self, collection: str | None) -> Collection:
        """Raises NotFound for one that is not there."""
        return self.workspace.collection(self.name(collection))

    def live(self, collection: str | None) -> LiveView:
        """What keeps the view of a collection current; one for each collection."""
        name = self.name(collection)
        with self._lock:
            if name not in self._views:
                prepare = partial(self._prepare, name)
                self._views[name] = LiveView(self.workspace.collection(name), prepare=prepare)
            return self._views[name]

    def _prepare(self, name: str, view: CatalogView) -> None:
        """Work out of a new generation what was asked for of the one before."""
        looks, profiles = self._look_views.get(name), self._profiles.get(name)
        if looks is not None:
            looks.of(view)
        if profiles is not None:
            profiles.prepare(view)

    def look_views(self, collection: str | None) -> LookViews:
        """What keeps the slots of a collection's newest view; one for each collection."""
        name = self.name(collection)
        with self._lock:
            if name not in self._look_views:
                self._look_views[name] = LookViews(self.workspace.collection(name))
            return self._look_views[name]

    def look_models(self, collection: str | None) -> LookModels:
        """What keeps what was learned from a collection's looks; one for each collection."""
        name = self.name(collection)
        with self._lock:
            if name not in self._look_models:
                self._look_models[name] = LookModels(self.workspace.collection(name))
            return self._look_models[name]

    def rule_book(self, collection: str | None) -> RuleBook:
        """What keeps the merchant's rules of a collection; one for each collection."""
        name = self.name(collection)
        with self._lock:
            if name not in self._rule_books:
                self._rule_books[name] = RuleBook(self.workspace.collection(name))
            return self._rule_books[name]

    def ruled(
        self, surface: Surface, view: CatalogView, names: tuple[str, ...] | None, *skus: str
    ) -> Ruled:
        """The rules that act now on a list which starts from these products."""
        asked = Asked(surface, datetime.now(UTC), skus, names)
        return self.rule_book(view.collection_id).of(view, asked)

    def state(self, collection: str | None, *, look: bool) -> str | None:
        """Stands for all that an answer without a user depends on, beside the question.

        look  where that may have changed, look now, and wait; else None says so
        Raises NotFound and Unavailable.
        """
        live, book = self.live(collection), self.rule_book(collection)
        view = live.view() if look else live.fresh()
        if look:
            book.rules()
        rules = book.fresh(datetime.now(UTC))
        if view is None or rules is None:
            return None
        return f"{view.generation}/{view.change}/{view.fingerprint}/{rules}"

    def profiles(self, collection: str | None) -> UserProfiles:
        """What knows the users of a collection; one for each collection."""
        name = self.name(collection)
        with self._lock:
            if name not in self._profiles:
                found = self.workspace.collection(name)
                self._profiles[name] = UserProfiles(found, self.learning)
            return self._profiles[name]

    def feed(
        self,
        question: Retrieval,
        collection: str | None,
        *,
        view: CatalogView | None = None,
        ruled: Ruled | None = None,
    ) -> Recommendations:
        """The answer to a question whose anchor is a user.

        view, ruled  the newest, and the rules that act now, where none are given
        """
        view, profiles = view or self.view(collection), self.profiles(collection)
        anchor = question.anchor
        with observe.stage("profile"):
            profile = (
                profiles.picked(anchor.user_id, anchor.likes, view)
                if isinstance(anchor, UserAnchor)
                else Profile()
            )
        found = FeedParts(
            view,
            profile,
            profiles.shelf(view),
            profiles.ranks(view),
            profiles.blend(),
            ruled or self.ruled("feed", view, question.rules),
        )
        return personal_feed(question, found)

    def personal(
        self, user_id: str | None, view: CatalogView, collection: str | None
    ) -> PersonalOrder | None:
        """How a user's tastes order other lists; None where no user is named."""
        if user_id is None:
            return None
        profiles = self.profiles(collection)
        with observe.stage("profile"):
            return PersonalOrder(view, profiles.profile(user_id, view), profiles.shelf(view))

    @cached_property
    def learning(self) -> Learning:
        """How events become tastes, by the settings."""
        settings = self.settings
        return learning_of(settings.action_weights, half_life_d=settings.taste_half_life_d)

    def view(self, collection: str | None) -> CatalogView:
        """The state of a collection that a question reads.  Raises Unavailable before any index."""
        return self.live(collection).view()

    def remaining(self, budget_ms: int | None) -> Remaining:
        """A countdown from now, of a question's own time budget or that of the settings."""
        return remaining(self.settings.time_budget_ms if budget_ms is None else budget_ms)

    def start(self, view: CatalogView, anchor: Anchor) -> Start:
        """An anchor as query rows; a photo or text is read by the extractor of the view's rows."""
        measure, read = partial(self._measure, view), partial(self._read, view)
        return start_from(anchor, view, measure=measure, read=read)

    @cached_property
    def extractors(self) -> Extractors:
        return Extractors(self._make_extractor, default=located(self.settings.encoder))

    def require_encoder(self, encoder: str) -> None:
        """Raises InvalidInput or Unavailable for a name that leads to no encoder; loads none."""
        encoder_factory(encoder)

    @property
    def extractor(self) -> Extractor:
        """That of the settings; what a collection was made with is `extractors.of(view)`."""
        return self.extractors.named(self.extractors.default)

    def tools(
        self,
        collection: str | None,
        *,
        images_root: str | None = None,
        view: CatalogView | None = None,
        encoder: str | None = None,
        options: Options | None = None,
    ) -> Tools:
        """What measuring needs; image paths lie below the root of the last run by default.

        view     measure as its rows were, instead of as the next run will
        encoder  measure with this one instead
        options  of the run, whose choices come before those kept
        Raises InvalidInput for extractors and attributes that there are none of.
        """
        target = self.workspace.collection(self.name(collection), create=True)
        settings, known = self.settings, target.settings()
        root = images_root or known.get("images_root")
        extractors = self.extractors
        next_encoder = encoder or chosen(known, extractors.default)
        kept, added = self._choices(known, options or Options())
        return Tools(
            extractor=extractors.of(view) if view else extractors.named(next_encoder),
            images=open_images(
                str(root) if root else str(self.workspace.uploads / "none"),
                allow_private_addresses=settings.allow_private_addresses,
                max_bytes=settings.max_image_mb * MEGA,
                timeout_s=settings.fetch_timeout_s,
                per_host=settings.fetch_per_host,
            ),
            features=self.workspace.features,
            collection=target,
            readers=settings.fetch_threads,
            steps=steps_for(kept, added),
            added=added,
        )

    def _choices(
        self, known: Mapping[str, Any], options: Options
    ) -> tuple[Sequence[str] | None, dict[str, AttributeExtractor]]:
        """The attributes kept (None: all of ours), and the added extractors by their step."""
        named = known.get("added_extractors") or ()
        if options.extractors is not None:
            named = added_names(options.extractors)
            chosen_attributes(options.extractors, None, dict.fromkeys(extractor_names(), ()))
        made = {name: self._added(name) for name in named}
        kept = options.kept_attributes({name: one.attributes for name, one in made.items()})
        if options.extractors is None and options.extract_attributes is None:
            kept = known.get("kept_attributes")
        return kept, {f"{name}@{one.version}": one for name, one in made.items()}

    def _added(self, name: str) -> AttributeExtractor:
        with self._lock:
            if name not in self._added_extractors:
                self._added_extractors[name] = make_extractor(name)
            return self._added_extractors[name]

    def source(self, location: str, chosen: Choice, options: Options) -> CatalogSource:
        """A catalog of this machine or of elsewhere, of which a copy is kept in the workspace."""
        settings = self.settings
        return open_source(
            location,
            images_root=chosen.images,
            mapping=chosen.mapping,
            form=chosen.form,
            cache=self.workspace.feeds,
            limits=FeedLimits(
                settings.max_feed_mb * MEGA,
                allow_private_addresses=settings.allow_private_addresses,
            ),
            multiple_images=options.multiple_images,
        )

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

    def _measure(self, view: CatalogView, anchor: ImageAnchor) -> ImageFeatures:
        box = anchor.crop
        crop = None if box is None else (box.x, box.y, box.width, box.height)
        with observe.stage("extract"):
            return self.extractors.of(view).extract(anchor.data, crop_box=crop)

    def _read(self, view: CatalogView, text: str) -> Floats:
        with observe.stage("extract"):
            return text_embedding(self.extractors.of(view).encoder, text)
