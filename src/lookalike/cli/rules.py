"""`lookalike rules`: what the shop pins, boosts, buries and excludes; and what a change does."""

import math
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import people, print_json, print_table
from lookalike.domain.filter_text import in_words
from lookalike.domain.rule_preview import (
    DEFAULT_SAMPLE,
    ListChange,
    PreviewRequest,
    RulePreview,
    RuleState,
)
from lookalike.domain.rule_reading import moment
from lookalike.domain.rules import SURFACES, WHENS, MerchantRule, RuleKind, Surface
from lookalike.engine import Engine
from lookalike.errors import InvalidInput
from lookalike.settings import Settings
from lookalike.wire import rules as wire


@click.group()
def rules() -> None:
    """Pin, boost, bury and exclude products; preview what that does."""


@rules.command("list")
@options.as_json
@click.pass_obj
def list_(settings: Settings, *, as_json: bool) -> None:
    """Show every rule, and whether it acts now."""
    with Engine.open(settings, create=False) as engine:
        found = engine.merchandising().rules()
    if as_json:
        print_json(wire.states(found))
        return
    columns = ("rule", "does", "to", "products", "for", "standing", "note")
    print_table(columns, [_row(one) for one in found])


@rules.command()
@click.argument("name")
@options.as_json
@click.pass_obj
def show(settings: Settings, *, name: str, as_json: bool) -> None:
    """Show one rule."""
    with Engine.open(settings, create=False) as engine:
        found = engine.merchandising().rule(name)
    _tell(found, as_json=as_json)


def says(command: options.Command) -> options.Command:
    """What a rule says, as options."""
    for option in reversed(
        (
            click.option("--boost", type=float, metavar="AMOUNT", help="Add to the score."),
            click.option("--bury", type=float, metavar="AMOUNT", help="Take from the score."),
            click.option("--exclude", is_flag=True, help="Never show them."),
            click.option(
                "--pin",
                metavar="SKU[@PLACE]",
                multiple=True,
                help="Put products at places; 1, 2, 3, ... where none is said.",
            ),
            options.where,
            click.option("--sku", "skus", metavar="SKU", multiple=True, help="Named products."),
            click.option(
                "--for-anchors",
                metavar="CLAUSE",
                multiple=True,
                help="Only lists that start from such a product.",
            ),
            click.option(
                "--on",
                "surfaces",
                type=click.Choice(SURFACES),
                multiple=True,
                help="Only such answers; all by default.",
            ),
            click.option("--from", "starts", metavar="TIME", help="A date or time, UTC."),
            click.option("--until", "ends", metavar="TIME", help="From then on no longer."),
            click.option("--priority", default=0, show_default=True),
            click.option("--when", type=click.Choice(WHENS), default="usual", show_default=True),
            click.option("--off", is_flag=True, help="Keep it, switched off."),
            click.option("--sponsored", is_flag=True, help="Paid for: recommendations say so."),
            click.option("--even-sold-out", is_flag=True, help="Pin also what is sold out."),
        )
    ):
        command = option(command)
    return command


@rules.command("set")
@click.argument("name")
@says
@options.as_json
@click.pass_obj
def set_(settings: Settings, /, name: str, *, as_json: bool, **said: Any) -> None:
    """Add the rule NAME, or replace it; it counts in the very next question."""
    made = _rule(name, said)
    with Engine.open(settings, create=False) as engine:
        found = engine.merchandising().set(made)
    _tell(found, as_json=as_json)


@rules.command()
@click.argument("name")
@click.pass_obj
def delete(settings: Settings, *, name: str) -> None:
    """Remove the rule NAME."""
    with Engine.open(settings, create=False) as engine:
        engine.merchandising().delete(name)
    click.echo(f"{name}: deleted")


@rules.command()
@click.argument("name")
@says
@click.option("--remove", is_flag=True, help="What would be if NAME were deleted.")
@click.option("--anchor", "anchors", metavar="SKU", multiple=True, help="A list to try it on.")
@click.option("--sample", default=DEFAULT_SAMPLE, show_default=True, help="Lists, if none named.")
@click.option("--surface", type=click.Choice(SURFACES), default="similar", show_default=True)
@click.option("--limit", default=12, show_default=True, help="Places of a list.")
@click.option("--at", metavar="TIME", help="As of when; by default now.")
@click.option("--show", "shown", default=3, show_default=True, help="Changed lists to print.")
@options.as_json
@click.pass_obj
def preview(settings: Settings, /, name: str, *, as_json: bool, shown: int, **said: Any) -> None:
    """Show lists before and after NAME is set so, or as it stands; nothing is stored."""
    with Engine.open(settings, create=False) as engine:
        merchandising = engine.merchandising()
        draft = None
        if not said["remove"]:
            draft = _rule(name, said) if _says_something(said) else merchandising.rule(name).rule
        request = PreviewRequest(
            rule=draft,
            remove=name if said["remove"] else None,
            surface=said["surface"],
            anchors=said["anchors"],
            sample=said["sample"],
            limit=said["limit"],
            at=moment(said["at"]),
        )
        found = merchandising.preview(request)
    if as_json:
        print_json(wire.preview(found))
    else:
        _tell_preview(found, shown)


def _says_something(said: dict[str, Any]) -> bool:
    return any(said[key] for key in ("boost", "bury", "exclude", "pin"))


def _rule(name: str, said: dict[str, Any]) -> MerchantRule:
    kinds: list[RuleKind] = [
        kind for kind in ("pin", "boost", "bury", "exclude") if said[kind] not in (None, False, ())
    ]
    if len(kinds) != 1:
        raise InvalidInput(
            f'The rule "{name}" does {" and ".join(kinds) or "nothing"}.',
            hint="Give one of --pin, --boost, --bury and --exclude.",
        )
    (kind,) = kinds
    skus, places = _pins(said["pin"])
    surfaces: tuple[Surface, ...] = said["surfaces"] or SURFACES
    return MerchantRule(
        name=name,
        kind=kind,
        where=options.filter_of(said["clauses"]),
        skus=(*skus, *said["skus"]),
        positions=places,
        amount=_amount(said, kind),
        surfaces=surfaces,
        for_anchors=options.filter_of(said["for_anchors"]),
        starts=moment(said["starts"]),
        ends=moment(said["ends"]),
        priority=said["priority"],
        enabled=not said["off"],
        when=said["when"],
        sponsored=said["sponsored"],
        sold_out=said["even_sold_out"],
    )


def _amount(said: dict[str, Any], kind: str) -> float:
    if kind not in ("boost", "bury"):
        return 0.0
    amount: float = said[kind]
    if not amount > 0:
        raise InvalidInput(f"--{kind} {amount} is not above 0.", hint=f"For example --{kind} 0.2")
    return amount


def _pins(texts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """`SKU@3` and `SKU`, which goes to the next place after the one before it."""
    skus: list[str] = []
    places: list[int] = []
    for text in texts:
        sku, at, place = text.rpartition("@")
        if not at or not place.isdecimal():  # a sku may hold an @ itself
            sku, place = text, str(places[-1] + 1 if places else 1)
        skus.append(sku)
        places.append(int(place))
    return tuple(skus), tuple(places)


def _tell(found: RuleState, *, as_json: bool) -> None:
    if as_json:
        print_json(wire.state(found))
        return
    name, does, to, products, anchors, standing, note = _row(found)
    count = "" if found.products is None else f", {products} products"
    click.echo(f"{name}: {does} {to}{count}; for {anchors}; {standing}{note and f' ({note})'}")
    for said in found.warnings:
        people.print(f"warning: {said}", style="yellow", markup=False)


def _row(one: RuleState) -> tuple[str, ...]:
    rule = one.rule
    amount = f" {rule.amount:g}" if rule.amount else ""
    about = in_words(rule.where) if rule.where is not None else _named(rule)
    anchors = "every list" if rule.for_anchors is None else in_words(rule.for_anchors)
    on = "" if rule.surfaces == SURFACES else f" ({', '.join(rule.surfaces)})"
    notes = [
        "sponsored" if rule.sponsored else "",
        f"from {rule.starts:%Y-%m-%d %H:%M}" if rule.starts else "",
        f"until {rule.ends:%Y-%m-%d %H:%M}" if rule.ends else "",
        "always" if rule.when == "always" else "",
    ]
    return (
        rule.name,
        f"{rule.kind}{amount}",
        about,
        "?" if one.products is None else f"{one.products:,}",
        f"{anchors}{on}",
        one.standing,
        ", ".join(filter(None, notes)),
    )


def _named(rule: MerchantRule) -> str:
    if rule.kind == "pin":
        pairs = zip(rule.skus, rule.positions, strict=True)
        texts = [f"{sku}@{place}" for sku, place in pairs]
    else:
        texts = list(rule.skus)
    return ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")


def _tell_preview(found: RulePreview, shown: int) -> None:
    for one in [one for one in found.lists if one.is_changed][:shown]:
        _tell_list(one)
    asked = len(found.lists)
    click.echo(
        f"about {found.products:,} of {found.catalog:,} products; for {found.anchors:,} anchors, "
        f"{asked} of them tried"
    )
    click.echo(f"{found.changed} of {asked} lists change; {_share(found.overlap)} stays on average")
    rows = [
        ("likeness", _number(found.before.likeness), _number(found.after.likeness)),
        ("price", _number(found.before.price), _number(found.after.price)),
        ("sold out", _share(found.before.sold_out), _share(found.after.sold_out)),
    ]
    print_table(("mean", "before", "after"), rows)
    moved = [
        (one.sku, one.name[:40], str(one.before), str(one.after))
        for one in (*found.gained[:5], *found.lost[:5])
    ]
    if moved:
        print_table(("exposure", "name", "lists before", "after"), moved)
    for said in found.conflicts:
        people.print(f"conflict: {said}", style="yellow", markup=False)
    for said in found.warnings:
        people.print(f"warning: {said}", style="yellow", markup=False)


def _tell_list(one: ListChange) -> None:
    rows = []
    for place in range(max(len(one.before), len(one.after))):
        old = one.before[place] if place < len(one.before) else None
        new = one.after[place] if place < len(one.after) else None
        moved = "" if new is None else _moved(one.moved(place))
        by = "" if new is None else ", ".join(f"{mark.kind} {mark.name}" for mark in new.rules)
        rows.append(
            (
                str(place + 1),
                f"{old.sku} {old.name[:28]}" if old else "",
                f"{old.score:.2f}" if old else "",
                f"{new.sku} {new.name[:28]}" if new else "",
                f"{new.score:.2f}" if new else "",
                moved,
                by,
            )
        )
    columns = ("#", "before", "score", "after", "score", "moved", "by")
    print_table(columns, rows, title=f"Like {one.anchor} {one.name}".strip())
    for said in one.notes:
        click.echo(f"  {said}")
    click.echo("")


def _moved(places: int | None) -> str:
    if places is None:
        return "new"
    return f"{places:+d}" if places else ""


def _number(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:,.2f}"


def _share(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.0%}"
