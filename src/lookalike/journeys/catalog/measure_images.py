"""The second half of an index run: from image locations to stored features.

Reading and measuring run in threads beside the encoder, which is the bottleneck.  Reading
waits, so it has many threads; measuring computes and holds the interpreter's lock, so it has
one for each core: with eight the encoder waited for the lock, and a run took a tenth longer.
The next batches are handed to the encoder before the last one is done, so that it never idles
while one is measured or stored.

Features are stored before the record that says an image has been seen, so a kill at any
instant costs at most the work since the last flush, and never leaves an image that looks done
and is not.
"""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from lookalike.domain import observe
from lookalike.domain.extraction import ALL_STEPS
from lookalike.domain.features import ImageFeatures
from lookalike.domain.progress import Report, Step
from lookalike.features.encoder import usable_cores
from lookalike.features.image import ImageProblem
from lookalike.features.pipeline import Extractor, Prepared
from lookalike.features.protocol import AttributeExtractor, Encoded
from lookalike.sources.protocol import FetchFailed, FetchProblem, ImageStore
from lookalike.storage.collection import Collection
from lookalike.storage.features import FeatureStore
from lookalike.storage.images import ImageProblem as StoredProblem
from lookalike.storage.images import ImageRecord

STAGE = "looking at the images"
CHUNK = 32  # images read by one task; small enough that three threads stay busy at the end
CHUNKS_AHEAD = 6  # prepared images waiting for the encoder: 6 * 32 * 200 kB are 40 MB
BATCHES_AT_ONCE = 3  # two in the encoder while one is measured
BATCHES_BEHIND = 4  # handed over and not collected yet, before reading waits
ENCODED_TOGETHER = 32  # so that no core idles for long while the last of them is encoded
FLUSH = 256  # images per durable transaction, ...
FLUSH_S = 0.5  # ... or so many seconds: other processes recommend a product within one


@dataclass(frozen=True)
class Seen:
    """One image after reading: prepared for the encoder, known already, or a problem."""

    location: str
    stamp: str | None
    hash: str | None = None
    prepared: Prepared | None = None
    problem: StoredProblem | None = None
    stays: bool = False  # what is known of it is still the best there is


@dataclass
class Measured:
    """What a run did: images whose features were computed, found in the cache, or impossible."""

    encoded: int = 0
    reused: int = 0
    problems: dict[str, StoredProblem] = field(default_factory=dict)


@dataclass(frozen=True)
class Tools:
    """What measuring works with.

    steps  what is measured beside row, palette and heads (domain/extraction.py)
    added  the extractors of others among them, by step
    """

    extractor: Extractor
    images: ImageStore
    features: FeatureStore
    collection: Collection
    readers: int
    steps: frozenset[str] = ALL_STEPS
    added: Mapping[str, AttributeExtractor] = field(default_factory=dict)

    @property
    def added_attributes(self) -> dict[str, tuple[str, ...]]:
        """Added extractor -> what it names."""
        return {step.partition("@")[0]: one.attributes for step, one in self.added.items()}


def measure_images(
    locations: Iterable[str], tools: Tools, *, refresh: bool, report: Report
) -> Measured:
    """Make sure that every location has features or a recorded problem.

    refresh  read every image again, even where size and time say that it is unchanged
    """
    wanted = sorted(set(locations))
    todo, measured = unseen(wanted, tools, refresh=refresh)
    done = len(wanted) - len(todo)
    with (
        ThreadPoolExecutor(usable_cores(), thread_name_prefix="measure") as measuring,
        ThreadPoolExecutor(tools.readers, thread_name_prefix="read") as readers,
        ThreadPoolExecutor(BATCHES_AT_ONCE, thread_name_prefix="encode") as encoding,
    ):
        look = partial(_look, tools=tools, measuring=measuring)
        run = _Run(tools, measured, lambda prepared: encoding.submit(look, prepared))
        read = partial(_read_chunk, tools=tools, measuring=measuring)
        for seen in _ahead(todo, read, readers):
            run.take(seen)
            done += 1
            if done % CHUNK == 0:
                try:
                    report(Step(STAGE, done, len(wanted)))
                except BaseException:  # whoever follows it wants it to end: keep what was done
                    readers.shutdown(wait=False, cancel_futures=True)
                    run.keep()
                    raise
        run.finish()
    report(Step(STAGE, done, len(wanted)))
    return measured


def unseen(locations: Sequence[str], tools: Tools, *, refresh: bool) -> tuple[list[str], Measured]:
    """Those that must be read, and what is known of the others."""
    measured = Measured()
    if refresh:
        return list(locations), measured
    records = tools.collection.images.records(locations)
    hashes = (record.hash for record in records.values() if record.hash)
    known = tools.features.known(hashes, tools.extractor.fingerprint, steps=tools.steps)
    todo = []
    for location in locations:
        record = records.get(location)
        if record is None or record.hash is None or _differs(record, tools.images):
            todo.append(location)
        elif record.problem:
            measured.problems[location] = record.problem
        elif record.hash in known:
            measured.reused += 1
        else:
            todo.append(location)
    return todo, measured


def _differs(record: ImageRecord, images: ImageStore) -> bool:
    return images.stamp(record.location, record.stamp) != record.stamp


def _ahead(
    locations: Sequence[str],
    read: Callable[[Sequence[str]], list[Seen]],
    readers: ThreadPoolExecutor,
) -> Iterator[Seen]:
    """Read chunks in threads, a few ahead of whoever consumes them, in order."""
    waiting: deque[Future[list[Seen]]] = deque()
    for start in range(0, len(locations), CHUNK):
        waiting.append(readers.submit(read, locations[start : start + CHUNK]))
        if len(waiting) > CHUNKS_AHEAD:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _read_chunk(
    locations: Sequence[str], *, tools: Tools, measuring: ThreadPoolExecutor
) -> list[Seen]:
    before = tools.collection.images.records(locations)
    usable = tools.features.known(
        (one.hash for one in before.values() if one.hash and not one.problem),
        tools.extractor.fingerprint,
        steps=tools.steps,
    )
    have = {place: one for place, one in before.items() if one.hash in usable}
    read = [_read(location, tools.images, have.get(location)) for location in locations]
    hashes = [seen.hash for seen, _ in read if seen.hash]
    known = tools.features.known(hashes, tools.extractor.fingerprint, steps=tools.steps)
    return measuring.submit(_prepare_new, read, known, tools.extractor).result()


def _prepare_new(
    read: Sequence[tuple[Seen, bytes]], known: Container[str | None], extractor: Extractor
) -> list[Seen]:
    return [
        seen if seen.problem or seen.hash in known else _prepare(seen, data, extractor)
        for seen, data in read
    ]


def _read(location: str, images: ImageStore, have: ImageRecord | None) -> tuple[Seen, bytes]:
    """The image as it is now.  have: what is known of it, with features, if anything is"""
    try:
        fetched = images.fetch(location, have.stamp if have else None)
    except FetchProblem as problem:
        said = StoredProblem(problem.reason, problem.message)
        # A host that is down says nothing of a photo, nor does a root that has moved elsewhere.
        is_out_of_reach = isinstance(problem, FetchFailed) or problem.reason == "outside_root"
        stays = have is not None and is_out_of_reach
        return Seen(location, images.stamp(location), problem=said, stays=stays), b""
    if fetched.data is None:
        return Seen(location, fetched.stamp, have.hash if have else None), b""
    return Seen(location, fetched.stamp, hashlib.sha256(fetched.data).hexdigest()), fetched.data


def _prepare(seen: Seen, data: bytes, extractor: Extractor) -> Seen:
    try:
        return Seen(seen.location, seen.stamp, seen.hash, extractor.prepare(data))
    except ImageProblem as problem:
        said = StoredProblem(problem.reason, problem.message)
        return Seen(seen.location, seen.stamp, seen.hash, problem=said)


Look = Callable[[Sequence[Prepared]], Future[list[ImageFeatures]]]


def _look(
    prepared: Sequence[Prepared], *, tools: Tools, measuring: ThreadPoolExecutor
) -> list[ImageFeatures]:
    encoded = tools.extractor.encode(prepared)
    return measuring.submit(_finish, tools, prepared, encoded).result()


class _Run:
    """The images in flight between the reader, the encoder and the database."""

    def __init__(self, tools: Tools, measured: Measured, look: Look) -> None:
        self._tools = tools
        self._measured = measured
        self._look = look
        self._together = max(ENCODED_TOGETHER, tools.extractor.encoder.batch_size)
        self._batch: list[Seen] = []
        self._finishing: deque[tuple[list[Seen], Future[list[ImageFeatures]]]] = deque()
        self._features: dict[str, ImageFeatures] = {}
        self._records: list[ImageRecord] = []
        self._flushed = time.monotonic()
        self._started: set[str] = set()  # hashes met in this run; no image is encoded twice
        self._pending: set[str] = set()  # those of them whose features are not there yet

    def take(self, seen: Seen) -> None:
        self._collect_done()
        if seen.prepared is None or seen.hash is None or seen.hash in self._started:
            self._settle(seen)
            return
        self._started.add(seen.hash)
        self._pending.add(seen.hash)
        self._batch.append(seen)
        if len(self._batch) >= self._together:
            self._encode()

    def finish(self) -> None:
        self._encode()
        self.keep()

    def keep(self) -> None:
        """Write down what is measured, and what is being measured, but begin nothing new."""
        while self._finishing:
            self._collect()
        self._flush()

    def _encode(self) -> None:
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        prepared = [seen.prepared for seen in batch if seen.prepared]
        self._finishing.append((batch, self._look(prepared)))
        if len(self._finishing) > BATCHES_BEHIND:
            self._collect()
        self._collect_done()

    def _collect_done(self) -> None:
        while self._finishing and self._finishing[0][1].done():
            self._collect()
        due = time.monotonic() - self._flushed >= FLUSH_S
        if len(self._features) >= FLUSH or (due and (self._features or self._records)):
            self._flush()

    def _collect(self) -> None:
        batch, measuring = self._finishing.popleft()
        observe.count("images", "encoded", len(batch))
        for seen, features in zip(batch, measuring.result(), strict=True):
            if seen.hash:
                self._features[seen.hash] = features
                self._pending.discard(seen.hash)
                self._measured.encoded += 1
                self._record(seen)

    def _settle(self, seen: Seen) -> None:
        if seen.problem:
            self._measured.problems[seen.location] = seen.problem
            observe.count("images", "failed")
        else:
            self._measured.reused += 1
            observe.count("images", "known")
        if not seen.stays:
            self._record(seen)

    def _record(self, seen: Seen) -> None:
        now = datetime.now(UTC)
        self._records.append(ImageRecord(seen.location, seen.stamp, seen.hash, seen.problem, now))

    def _flush(self) -> None:
        """Features first: a record promises that they are there."""
        self._flushed = time.monotonic()
        self._tools.features.put(self._features, self._tools.extractor.fingerprint)
        self._features = {}
        self._tools.collection.images.record(
            one for one in self._records if one.hash not in self._pending
        )
        self._records = [one for one in self._records if one.hash in self._pending]


def _finish(
    tools: Tools, prepared: Sequence[Prepared], encoded: Sequence[Encoded]
) -> list[ImageFeatures]:
    finish = partial(tools.extractor.finish, steps=tools.steps, added=tools.added)
    return [finish(one, told) for one, told in zip(prepared, encoded, strict=True)]
