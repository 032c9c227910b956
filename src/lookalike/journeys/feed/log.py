"""A file of events read whole, as a replay needs it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lookalike.domain.event_parsing import parse_event, unwrapped
from lookalike.domain.events import Event, Link, owner, with_link
from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput
from lookalike.sources.event_file import read_events


@dataclass(frozen=True)
class Log:
    """Events with the users they count for, each id once, and the lines that are none."""

    events: tuple[Event, ...]
    problems: tuple[Problem, ...] = ()


def read_log(location: str, now: datetime, *, product_field: str | None = None) -> Log:
    """Read every event; logins in the file join ids as they do in the log.

    Raises NotFound or InvalidInput for a file that cannot be read.
    """
    found: dict[str, Event] = {}
    links: dict[str, Sequence[Link]] = defaultdict(tuple)
    problems = []
    for line, row in read_events(location):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        for place, raw in enumerate(unwrapped(row)):
            number = line * 1_000 + place
            try:
                parsed = parse_event(raw, now=now, place=number, product_field=product_field)
            except InvalidInput as error:
                problems.append(Problem(line, None, location, "bad_event", str(error)))
                continue
            for event in parsed.events:
                found.setdefault(event.event_id, event)
            if parsed.link:
                known = links[parsed.link.anonymous_id]
                links[parsed.link.anonymous_id] = with_link(known, parsed.link)
    events = [
        replace(one, user_id=owner(one.user_id, one.time, links[one.user_id]))
        if one.user_id in links
        else one
        for one in found.values()
    ]
    return Log(tuple(events), tuple(problems))
