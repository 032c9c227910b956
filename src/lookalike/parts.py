"""What an open workspace consists of, joined: live views, extractors, readers of images."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from lookalike.domain.arrays import Floats
from lookalike.domain.features import ImageFeatures
from lookalike.domain.query import Anchor, ImageAnchor
from lookalike.features.image import ImageLimits
from lookalike.features.pipeline import Extractor
from lookalike.journeys.anchors import Start, start_from, text_embedding
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.extractors import Extractors, chosen, located
from lookalike.journeys.live_view import LiveView
from lookalike.journeys.measure_images import Tools
from lookalike.registry import make_encoder
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


class Parts:
    """The parts of one open workspace; safe to share between threads.

    `collection` is the id of a collection everywhere; None is the one of the settings.
    """

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self.workspace = workspace
        self._views: dict[str, LiveView] = {}
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
                self._views[name] = LiveView(self.workspace.collection(name))
            return self._views[name]

    def view(self, collection: str | None) -> CatalogView:
        """The state of a collection that a question reads.  Raises Unavailable before any index."""
        return self.live(collection).view()

    def start(self, view: CatalogView, anchor: Anchor) -> Start:
        """An anchor as query rows; a photo or text is read by the extractor of the view's rows."""
        measure, read = partial(self._measure, view), partial(self._read, view)
        return start_from(anchor, view, measure=measure, read=read)

    @cached_property
    def extractors(self) -> Extractors:
        return Extractors(self._make_extractor, default=located(self.settings.encoder))

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
    ) -> Tools:
        """What measuring needs; image paths lie below the root of the last run by default.

        view     measure as its rows were, instead of as the next run will
        encoder  measure with this one instead
        """
        target = self.workspace.collection(self.name(collection), create=True)
        settings, known = self.settings, target.settings()
        root = images_root or known.get("images_root")
        extractors = self.extractors
        next_encoder = encoder or chosen(known, extractors.default)
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
        )

    def source(self, location: str, chosen: Choice) -> CatalogSource:
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
        return self.extractors.of(view).extract(anchor.data, crop_box=crop)

    def _read(self, view: CatalogView, text: str) -> Floats:
        return text_embedding(self.extractors.of(view).encoder, text)
