"""What work tells whoever observes it: stages that take time, and things that are counted.

The core knows neither a clock nor a metrics library: it names a stage or a count, and an
observer that a surface has set measures.  Without one, both cost a look at a variable.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Literal, Protocol

Stage = Literal["extract", "search", "rank", "explain", "solve", "profile"]
"""The parts of an answer: read a photo, scan the rows, order what was found, say why, choose the
best look, fold a user's events into tastes."""

Counted = Literal["searches", "degraded", "events", "images", "runs"]


class Observer(Protocol):
    """What measures; safe to call from any thread."""

    def stage(self, name: Stage) -> AbstractContextManager[object]:
        """Entered when the stage begins, left when it ends, also by an error."""

    def count(self, what: Counted, label: str, amount: int) -> None:
        """So many more; labels are words of ours, or begin with one and a colon."""


_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)
_request: ContextVar[str] = ContextVar("request", default="")
_UNSEEN = nullcontext()


def stage(name: Stage) -> AbstractContextManager[object]:
    """`with stage("search"): ...` where the time goes."""
    observer = _observer.get()
    return _UNSEEN if observer is None else observer.stage(name)


def count(what: Counted, label: str, amount: int = 1) -> None:
    """Tell the observer of `amount` more."""
    observer = _observer.get()
    if observer is not None and amount:
        observer.count(what, label, amount)


def count_all(what: Counted, labels: Iterable[str]) -> None:
    """One more for each label."""
    for label in labels:
        count(what, label)


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """All that this thread or task does within, and what copies its context, is observed."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def name_request(request_id: str) -> None:
    """What follows in this task, and in threads with a copy of its context, is for a request."""
    _request.set(request_id)


def current_request() -> str:
    """The id of the request that is being answered; empty outside of one."""
    return _request.get()
