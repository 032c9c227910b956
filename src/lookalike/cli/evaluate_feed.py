"""`lookalike evaluate feed`: a log replayed, the feed beside popularity and other baselines."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import people, print_json, print_table, progress
from lookalike.domain.feed_evaluation import FEED_METRICS, FeedGroup, FeedScores, Split
from lookalike.engine import Engine
from lookalike.errors import InvalidInput
from lookalike.settings import Settings
from lookalike.wire.errors import PROBLEMS_REPORTED

SHOWN_PROBLEMS = 10
TOLD = {
    "all": "users with a past",
    "cold_users": "of them, users with 1 to 3 events",
    "warm_users": "of them, users with more",
    "unknown_users": "users without a past",
    "cold_products": "finds that nobody had met before, in the whole list",
    "cold_for_cold_users": "of them, those of users with 1 to 3 events",
    "new_arrivals": "the same, in a list of such products alone",
}


@click.command()
@click.argument("events", metavar="EVENTS")
@click.option("--split", "time", metavar="TIME", required=True, help="2026-05-31T00:00:00Z")
@click.option("--kinds", metavar="KIND", multiple=True, help="What counts as found; repeatable.")
@click.option("--product-field", metavar="NAME", help="Where another tool keeps the sku.")
@click.option("--sample", type=int, metavar="COUNT", help="Ask for this many users.")
@click.option("--seed", default=0, show_default=True, help="Of the sample and intervals.")
@options.as_json
@click.pass_obj
def feed(settings: Settings, /, **asked: Any) -> None:
    """How well feeds made before a moment tell what users go for after it."""
    split = Split(
        _moment(asked["time"]), tuple(asked["kinds"]) or None, asked["sample"], asked["seed"]
    )
    quiet = asked["as_json"] and not sys.stderr.isatty()
    with Engine.open(settings, create=False) as engine, progress(quiet=quiet) as report:
        found = engine.quality().evaluate_feed(
            asked["events"], split, product_field=asked["product_field"], report=report
        )
    if asked["as_json"]:
        print_json(_plain(found))
    else:
        _tell(found)
    if found.problems:
        raise click.exceptions.Exit(PROBLEMS_REPORTED)


def _moment(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"--split {text!r} is not a time.", hint="For example 2026-05-31T00:00:00Z."
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _plain(found: FeedScores) -> dict[str, Any]:
    """One object; the figures of the feed over users with a past stand at its top."""
    main = found.groups.get("all")
    ours = main.methods["feed"] if main else None
    top = {**ours.scores, "coverage": ours.coverage, "novelty": ours.novelty} if ours else {}
    return {
        **top,
        "intervals": dict(ours.intervals) if ours else {},
        **asdict(found),
        "split": found.split.isoformat(),
        "n": main.n if main else 0,
    }


def _tell(found: FeedScores) -> None:
    click.echo(
        f"{found.events_before:,} events before {found.split.isoformat()}, {found.events_after:,} "
        f"after; found means {', '.join(found.kinds)}"
    )
    for name, group in found.groups.items():
        click.echo(f"\n{TOLD[name]}: {group.n:,} users, who went for {group.wanted:,} products")
        _tell_group(group)
    left = ", ".join(f"{count:,} {reason}" for reason, count in found.left_out.items())
    if left:
        click.echo(f"\nLeft out: {left}.", err=True)
    for said in dict.fromkeys(found.missing.values()):
        people.print(said, style="yellow", markup=False)
    for one in found.problems[:SHOWN_PROBLEMS]:
        people.print(f"  line {one.line}: {one.message}", markup=False)
    if len(found.problems) > SHOWN_PROBLEMS:
        people.print(f"  ... {len(found.problems):,} problems in all: --json", markup=False)


def _tell_group(group: FeedGroup) -> None:
    recall, ndcg = FEED_METRICS
    rows = []
    for name, one in group.methods.items():
        low, high = one.intervals[recall]
        over = ""
        if one.over:
            start, end = one.over_intervals[recall]
            over = f"{one.over[recall]:+.4f}  ({start:+.4f} to {end:+.4f})"
        rows.append(
            (
                name,
                f"{one.scores[recall]:.4f}",
                f"{low:.4f} to {high:.4f}",
                f"{one.scores[ndcg]:.4f}",
                over,
                "" if one.coverage is None else f"{one.coverage:.1%}",
                "" if one.novelty is None else f"{one.novelty:.1f}",
            )
        )
    columns = (recall, "95% interval", ndcg, "feed over it", "coverage", "novelty")
    print_table(("method", *columns), rows)
