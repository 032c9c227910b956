"""`lookalike look` and `slots`: what completes a product, and what stands in which slot."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import people, print_json, print_table
from lookalike.cli.similar import crop_of
from lookalike.domain.looks import (
    DEFAULT_RULES,
    Look,
    LookAnchor,
    LookRequest,
    Looks,
    Rule,
    SceneRequest,
)
from lookalike.domain.money import spoken
from lookalike.domain.query import ImageAnchor, ProductAnchor
from lookalike.engine import Engine
from lookalike.errors import InvalidInput, NotFound
from lookalike.settings import Settings
from lookalike.wire import looks as wire
from lookalike.wire.errors import PROBLEMS_REPORTED


@click.command()
@click.argument("skus", nargs=-1, metavar="[SKU]...")
@click.option("--image", "photo", metavar="FILE", help="A photo of one product to start from.")
@click.option("--scene", metavar="FILE", help="A photo of a whole outfit or room instead.")
@click.option("--crop", metavar="X,Y,W,H", help="Only this part of the photo, as fractions.")
@click.option("--type", "look_type", metavar="NAME", help="outfit, room, collection or your own.")
@click.option("--budget", metavar="AMOUNT", help="No look costs more, the product included.")
@click.option("--looks", default=1, show_default=True, help="How many whole looks.")
@click.option("--limit", default=12, show_default=True, help="Complementary products with --json.")
@click.option("--owned", metavar="SKU", multiple=True, help="The shopper has it; it costs nothing.")
@click.option("--lock", metavar="SKU", multiple=True, help="It must be in the look.")
@click.option("--exclude", metavar="SKU", multiple=True, help="It must not be in the look.")
@click.option("--pin", metavar="SKU", multiple=True, help="In the look wherever it can be.")
@click.option("--without-slot", metavar="SLOT", multiple=True, help="Leave this slot empty.")
@click.option(
    "--rule",
    metavar="NAME=MATCH[:WEIGHT][!]",
    multiple=True,
    help="style=same, color_family=complementary:2, brand=same! (! is required), season=any.",
)
@options.where
@click.option("--sold-out", is_flag=True, help="Also what is known to be sold out.")
@click.option(
    "--merchant-rules",
    "rule_names",
    metavar="NAME,...",
    help="The shop's rules that may act, '*' for all usual ones, '' for none.",
)
@click.option("--user", "user_id", metavar="ID", help="Theirs first of what suits equally.")
@options.time_budget
@click.option("--alternatives", default=3, show_default=True, help="Other pieces for each slot.")
@options.as_json
@click.pass_obj
def look(settings: Settings, /, **asked: Any) -> None:
    """Complete SKU, or several, to whole looks with a total, and say why."""
    if asked["scene"]:
        _scene(settings, asked)
        return
    with Engine.open(settings, create=False) as engine:
        answer = engine.look(_request(asked))
    if asked["as_json"]:
        print_json(wire.looks(answer))
    else:
        _tell(answer)
    if answer.infeasible is not None:
        raise SystemExit(PROBLEMS_REPORTED)


def _request(asked: dict[str, Any]) -> LookRequest:
    anchors = [LookAnchor(ProductAnchor(sku)) for sku in asked["skus"]]
    if asked["photo"]:
        anchors.append(LookAnchor(ImageAnchor(_bytes(asked["photo"]), crop_of(asked["crop"]))))
    return LookRequest(
        anchors=tuple(anchors),
        look_type=asked["look_type"],
        rules=_rules(asked["rule"]),
        limit=asked["limit"],
        looks=asked["looks"],
        budget=wire.budget_from(asked["budget"]),
        where=options.filter_of(asked["clauses"]),
        in_stock=not asked["sold_out"],
        owned=asked["owned"],
        locked=asked["lock"],
        exclude=asked["exclude"],
        pins=asked["pin"],
        without=asked["without_slot"],
        alternatives=asked["alternatives"],
        user_id=asked["user_id"],
        time_budget_ms=asked["time_budget_ms"],
        merchant_rules=options.names(asked["rule_names"]),
    )


def _scene(settings: Settings, asked: dict[str, Any]) -> None:
    """The parts of a photo and what can be bought of them."""
    if asked["skus"] or asked["photo"]:
        raise InvalidInput("--scene stands alone: without a SKU and --image.")
    request = SceneRequest(
        data=_bytes(asked["scene"]),
        crop=crop_of(asked["crop"]),
        look_type=asked["look_type"],
        where=options.filter_of(asked["clauses"]),
        in_stock=not asked["sold_out"],
        budget=wire.budget_from(asked["budget"]),
    )
    with Engine.open(settings, create=False) as engine:
        found = engine.stylist().scene(request)
    if asked["as_json"]:
        print_json(wire.scene(found))
    elif found.look is not None:
        _tell_look(found.look, 1, 1)
    for said in found.degraded:
        click.echo(said, err=True)


def _bytes(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NotFound(f"{name} cannot be read ({error.strerror}).") from None


def _rules(texts: tuple[str, ...]) -> tuple[Rule, ...]:
    """The default rules, each replaced by one of the same attribute."""
    given: dict[str, Rule] = {rule.attribute: rule for rule in DEFAULT_RULES}
    for name, said in options.pairs(texts, option="--rule").items():
        match, _, weight = said.removesuffix("!").partition(":")
        try:
            number = float(weight) if weight else 1.0
        except ValueError:
            raise InvalidInput(f"--rule {name}={said}: {weight!r} is not a number.") from None
        given[name] = Rule(name, match, number, said.endswith("!"))  # type: ignore[arg-type]
    return tuple(given.values())


def _tell(answer: Looks) -> None:
    for number, one in enumerate(answer.looks, start=1):
        _tell_look(one, number, len(answer.looks))
    if answer.infeasible is not None:
        people.print(answer.infeasible.reason, markup=False)
        for relax in answer.infeasible.relax:
            people.print(f"  {relax.change}", markup=False, style="dim")
    for said in (*answer.limits, *answer.degraded):
        click.echo(said, err=True)


def _tell_look(one: Look, number: int, count: int) -> None:
    rows = []
    for piece in one.pieces:
        rows.append(
            (
                piece.slot or "",
                piece.sku,
                str(piece.product.get("name") or "")[:40],
                _price(piece.price, one.currency) if piece.role != "owned" else "owned",
                piece.reason,
            )
        )
        for other in piece.alternatives:
            change = other.total_change
            cost = "" if change is None else f"{change:+,f}"
            rows.append(
                ("", f"  or {other.sku}", str(other.product.get("name") or "")[:40], cost, "")
            )
    title = f"Look {number}: {one.reason}" if count > 1 else one.reason
    print_table(("slot", "sku", "name", "price", "why"), rows, title=title)
    total = "unknown" if one.total is None else spoken(one.total, one.currency)
    left = one.prices_unknown
    unknown = f", {left} {'price' if left == 1 else 'prices'} unknown" if left and one.total else ""
    empty = f"; empty: {', '.join(one.missing)}" if one.missing else ""
    click.echo(f"total {total}{unknown}{empty}\n")


def _price(price: Decimal | None, currency: str | None) -> str:
    return "" if price is None else spoken(price, currency)


@click.group(invoke_without_command=True)
@click.option("--limit", default=20, show_default=True, help="Kinds shown of each table.")
@options.as_json
@click.pass_context
def slots(ctx: click.Context, *, limit: int, as_json: bool) -> None:
    """Show which kind of product stands in which slot of a look, and what no table knows."""
    if ctx.invoked_subcommand:
        return
    with Engine.open(ctx.obj, create=False) as engine:
        stylist = engine.stylist()
        report, table = stylist.slots(), stylist.table()
    if as_json:
        print_json(wire.slots(report, table))
        return
    rows = [
        (one.slot or "?", one.kind, f"{one.count:,}", one.source, ", ".join(one.examples))
        for one in report.kinds[:limit]
    ]
    print_table(("slot", "kind", "products", "told by", "examples"), rows)
    if report.unmapped:
        left = [
            (one.kind[:50], f"{one.count:,}", ", ".join(one.examples))
            for one in report.unmapped[:limit]
        ]
        print_table(("unmapped", "products", "examples"), left)
        people.print("Map them: lookalike slots set KIND SLOT", style="dim", markup=False)
    mapped = sum(report.counts.values())
    click.echo(f"{mapped:,} of {report.products:,} products have a slot")
    for name, template in table.templates.items():
        click.echo(f"{name}: {', '.join(template.slots)}")


@slots.command("set")
@click.argument("kind")
@click.argument("slot")
@click.pass_obj
def set_(settings: Settings, *, kind: str, slot: str) -> None:
    """Let KIND (a kind, category or product type) stand in SLOT; "none" for no look at all."""
    with Engine.open(settings, create=False) as engine:
        engine.stylist().set_slot(kind, slot)
    click.echo(f"{kind}: {slot}")


@slots.command()
@click.argument("kind")
@click.pass_obj
def forget(settings: Settings, *, kind: str) -> None:
    """Take back what was set for KIND."""
    with Engine.open(settings, create=False) as engine:
        engine.stylist().set_slot(kind, None)
    click.echo(f"{kind}: as documented again")


@slots.command()
@click.argument("name")
@click.argument("required", nargs=-1)
@click.option("--optional", metavar="SLOT", multiple=True, help="Filled where something suits.")
@click.option("--remove", is_flag=True, help="Remove the look type.")
@click.pass_obj
def template(
    settings: Settings,
    *,
    name: str,
    required: tuple[str, ...],
    optional: tuple[str, ...],
    remove: bool,
) -> None:
    """Make the look type NAME of the slots REQUIRED and --optional; most important first."""
    with Engine.open(settings, create=False) as engine:
        if remove:
            engine.stylist().forget_template(name)
            click.echo(f"{name}: removed")
            return
        made = engine.stylist().set_template(name, required, optional)
    click.echo(f"{made.name}: {', '.join(made.slots)}")
