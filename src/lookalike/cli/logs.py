"""How commands write their log: lines for people or JSON, always on standard error."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from lookalike.domain.observe import current_request

PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; all else was given as `extra`."""


_encode = json.JSONEncoder(default=str).encode


def configure(form: str = "text", level: str = "warning") -> None:
    """Write ours from `level` on, and warnings of others."""
    handler = _StandardError()
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    root, ours = logging.getLogger(), logging.getLogger("lookalike")
    for old in [one for one in root.handlers if isinstance(one, _StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    least = logging.getLevelNamesMapping()[level.upper()]
    ours.setLevel(least)
    root.setLevel(max(least, logging.WARNING))


class _StandardError(logging.StreamHandler[TextIO]):
    """Whatever standard error is at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # a property, as in logging itself
        return sys.stderr


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, the fields, and the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {  # `Any`: fields hold what JSON can
            "time": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return _encode(told)


class Lines(logging.Formatter):
    """A line that reads: time, level, logger, message, field=value."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        time = f"{_moment(record):%Y-%m-%d %H:%M:%S}"
        line = f"{time} {record.levelname} {record.name}: {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found = {name: value for name, value in vars(record).items() if name not in PLAIN}
    request_id = current_request()
    return {**found, "request_id": request_id} if request_id else found


def _word(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else json.dumps(text)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
