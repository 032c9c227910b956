"""`lookalike feed`: recommendations for one user, the style quiz, and the feed's weights."""

from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import print_json, print_table
from lookalike.domain.filters import Filter
from lookalike.domain.query import FEED_DIVERSITY, Retrieval, UserAnchor
from lookalike.domain.results import Document, Recommendations
from lookalike.engine import Engine
from lookalike.errors import InvalidInput
from lookalike.settings import Settings
from lookalike.wire import answers


@click.command()
@click.argument("user", required=False)
@click.option("--pick", "picks", metavar="SKU", multiple=True, help="As if just saved; not kept.")
@click.option("--quiz", "asks_quiz", is_flag=True, help="Show the pictures of the style quiz.")
@click.option("--learn", is_flag=True, help="Fit the feed's weights to the log, then stop.")
@click.option("--limit", type=int, help="How many; 12, and 24 pictures of a quiz.")
@options.where
@click.option("--weights", metavar="CHANNEL=NUMBER", multiple=True, help="For example color=2")
@click.option("--exclude", metavar="SKU", multiple=True, help="Do not show this product.")
@click.option("--diversity", default=FEED_DIVERSITY, show_default=True, help="0 to 1.")
@click.option("--max-per", metavar="FIELD=COUNT", multiple=True, help="For example brand=2")
@options.rules
@click.option("--cursor", metavar="TEXT", help="Continue an earlier answer.")
@options.as_json
@click.pass_obj
def feed(settings: Settings, /, **asked: Any) -> None:
    """Show what USER will like: their tastes, what is popular, and what is new."""
    where = options.filter_of(asked["clauses"])
    with Engine.open(settings, create=False) as engine:
        if asked["learn"]:
            _learn(engine, as_json=asked["as_json"])
        elif asked["asks_quiz"]:
            _quiz(engine, where, asked)
        else:
            answer = engine.similar(_question(asked, where))
            if asked["as_json"]:
                print_json(answers.recommendations(answer))
            else:
                _tell(answer)


def _question(asked: dict[str, Any], where: Filter | None) -> Retrieval:
    if not asked["user"] and not asked["picks"]:
        raise InvalidInput(
            "Name a USER, or --pick products.", hint="lookalike feed --quiz shows what to pick of."
        )
    caps = options.numbers(asked["max_per"], option="--max-per")
    return Retrieval(
        UserAnchor(asked["user"] or "", asked["picks"]),
        limit=12 if asked["limit"] is None else asked["limit"],
        where=where,
        weights=options.numbers(asked["weights"], option="--weights") or None,
        exclude=tuple(asked["exclude"]),
        diversity=asked["diversity"],
        rules=options.names(asked["rule_names"]),
        max_per={name: int(count) for name, count in caps.items()},
        cursor=asked["cursor"],
    )


def _tell(answer: Recommendations) -> None:
    print_table(
        ("#", "sku", "name", "for", "chance", "why"),
        [
            (
                str(one.position),
                one.sku,
                str(one.product.get("name") or "")[:40],
                one.placement.lane if one.placement else "",
                f"{one.placement.propensity:.2f}" if one.placement else "",
                one.reason,
            )
            for one in answer.recommendations
        ],
    )
    for said in (*answer.limits, *answer.degraded):
        click.echo(said, err=True)


def _quiz(engine: Engine, where: Filter | None, asked: dict[str, Any]) -> None:
    limit = 24 if asked["limit"] is None else asked["limit"]
    shown: tuple[Document, ...] = engine.quiz(where=where, limit=limit)
    if asked["as_json"]:
        print_json(answers.quiz(shown, engine.settings.collection))
        return
    print_table(
        ("sku", "name", "category"),
        [(one["sku"], str(one["name"] or "")[:50], str(one["category"] or "")) for one in shown],
    )
    click.echo("Pick a few: lookalike feed --pick SKU --pick SKU")


def _learn(engine: Engine, *, as_json: bool) -> None:
    found = engine.quality().learn_feed()
    values = {"choices": found.choices, **found.blend.to_json()}
    if as_json:
        print_json(values)
        return
    click.echo(f"Fitted to {found.choices:,} choices of users.")
    leanings = sorted(found.blend.leanings.items(), key=lambda one: -abs(one[1]))
    rows = [
        ("popular now", f"{found.blend.popular:.2f}"),
        ("popular for months", f"{found.blend.lasting:.2f}"),
        ("likeness to a taste", f"{found.blend.affinity:.2f}"),
        *((f"leaning: {name}", f"{weight:.2f}") for name, weight in leanings),
        ("share of places for tastes", f"{found.blend.alike:.2f}"),
        ("share of places for new products", f"{found.blend.new:.2f}"),
    ]
    print_table(("weight", "log-odds"), rows)
