"""The facade's part for what keeps a collection current: prices, failed images, polled catalogs."""

import random
import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

from lookalike.domain.index_run import IndexReport
from lookalike.domain.patch import Patch, PatchResult
from lookalike.domain.problems import Problem
from lookalike.domain.progress import Report, silent
from lookalike.domain.schedule import Schedule, schedule
from lookalike.errors import LookalikeError
from lookalike.journeys.catalog.job_report import stopping
from lookalike.journeys.catalog.single import fold_changes, is_worth_folding, patch_products
from lookalike.journeys.catalog.sync import RetryReport, failed_images, poll, retry_images
from lookalike.parts import Parts

Tell = Callable[[IndexReport | LookalikeError], None]


def _untold(_: IndexReport | LookalikeError) -> None:
    return None


def _untold_of(_: Schedule, __: IndexReport | LookalikeError) -> None:
    return None


@dataclass(frozen=True)
class Upkeep:
    """What keeps one collection current between runs over its catalog.

    index  `Engine.index`, which polling calls
    """

    parts: Parts
    collection: str
    index: Callable[..., IndexReport]

    def patch(self, patches: Sequence[Patch]) -> list[PatchResult]:
        """Change prices and stock, without looking at any image; one result each, in order.

        The very next question sees them.  Raises InvalidInput for more than MAX_PATCHES.
        """
        target = self.parts.collection(self.collection)
        results = patch_products(target, patches)
        if any(one.status == "changed" for one in results):
            view = self.parts.live(target.id).known()
            if view is not None and is_worth_folding(view):
                fold_changes(view, self.parts.tools(target.id, view=view))
        return results

    def failed_images(self) -> list[Problem]:
        """The images of products that could not be used as they are now, by sku."""
        return failed_images(self.parts.collection(self.collection))

    def retry(self, *, report: Report = silent) -> RetryReport:
        """Read the failed images again; what is mended can be recommended at once."""
        done = retry_images(self.parts.tools(self.collection), report=report)
        self.parts.live(self.collection).known()
        return done

    def poll(
        self,
        planned: Schedule,
        *,
        stop: threading.Event,
        tell: Tell = _untold,
        **given: Any,  # the arguments of `index`
    ) -> None:
        """Keep a catalog in sync until `stop` is set, which also ends a run at its next step."""

        def run() -> IndexReport:
            return self.index(
                planned.location,
                if_changed=True,
                report=stopping(silent, stop),
                collection=planned.collection,
                **given,
            )

        poll(run, every_s=planned.every_s, stop=stop, tell=tell, rng=random.Random())  # noqa: S311

    def poll_all(
        self,
        stop: threading.Event,
        *,
        tell: Callable[[Schedule, IndexReport | LookalikeError], None] = _untold_of,
    ) -> list[threading.Thread]:
        """Keep the catalogs of the setting `sync` in sync, a thread each, until `stop` is set."""

        def thread(planned: Schedule) -> threading.Thread:
            poll = partial(self.poll, planned, stop=stop, tell=partial(tell, planned))
            args = (poll,)
            return threading.Thread(target=copy_context().run, args=args, name="sync", daemon=True)

        threads = [thread(one) for one in map(schedule, self.parts.settings.sync)]
        for one in threads:
            one.start()
        return threads
