"""The process of one job: python -m lookalike.cli.job_process, begun by `serve` alone.

It steps back for all other work of the machine, and ends at its next step when its standard input
closes or it is asked to by SIGTERM.  Ctrl+C is for the process that began it.
"""

import json
import os
import signal
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from lookalike.cli.logs import configure
from lookalike.domain.observe import Counted, Stage, observing
from lookalike.engine import Engine
from lookalike.errors import LookalikeError
from lookalike.settings import Settings


def main() -> None:
    """Carry out the job that the first line of standard input names."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    told: dict[str, Any] = json.loads(sys.stdin.readline())  # JSON of `serve`
    os.nice(told["nice"])
    settings = Settings(**{name: _value(one) for name, one in told["settings"].items()})
    configure(settings.log_format, settings.log_level)
    threading.Thread(target=_until_closed, args=(stop,), daemon=True).start()
    try:
        with Engine.open(settings, create=False) as engine, observing(_Teller()):
            engine.runs().carry_out(told["job"], stop)
    except LookalikeError as error:
        _tell({"error": type(error).__name__, "message": error.message, "hint": error.hint})


def _value(said: Any) -> Any:
    return tuple(said) if isinstance(said, list) else said


def _until_closed(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


_ONE_AT_A_TIME = threading.Lock()


def _tell(told: dict[str, object]) -> None:
    with _ONE_AT_A_TIME:
        print(json.dumps(told), flush=True)  # noqa: T201 - read by whoever began this process


class _Teller:
    """An observer that passes counts on; of stages only those of answers are measured."""

    def stage(self, name: Stage) -> AbstractContextManager[object]:  # noqa: ARG002
        return nullcontext()

    def count(self, what: Counted, label: str, amount: int) -> None:
        _tell({"count": what, "label": label, "amount": amount})


if __name__ == "__main__":
    main()
