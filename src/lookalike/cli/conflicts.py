"""`lookalike conflicts` and `attribute`: where feed and images disagree, and who decides."""

import click

from lookalike.cli.options import as_json
from lookalike.cli.output import people, print_json, print_table
from lookalike.domain.conflicts import Conflict, Conflicts, UnknownWord
from lookalike.engine import Engine
from lookalike.errors import InvalidInput
from lookalike.settings import Settings
from lookalike.wire import ledger

SHOWN_SWATCHES = 4


@click.command()
@click.option("--attribute", metavar="NAME", help="Only this one, for example color_family.")
@click.option("--limit", default=20, show_default=True)
@click.option("--unknown-words", is_flag=True, help="List words of the feed that no table knows.")
@as_json
@click.pass_obj
def conflicts(
    settings: Settings, *, attribute: str | None, limit: int, unknown_words: bool, as_json: bool
) -> None:
    """List where the feed says one thing and the pictures another, the surest pictures first."""
    with Engine.open(settings, create=False) as engine:
        quality = engine.quality()
        if unknown_words:
            words = quality.unknown_words()
        else:
            found = quality.conflicts(attribute=attribute, limit=limit)
    if unknown_words:
        _tell_words(words, limit=limit, as_json=as_json)
    elif as_json:
        print_json(ledger.conflicts(found, settings.collection))
    else:
        _tell(found)


@click.command()
@click.argument("sku")
@click.argument("name")
@click.argument("value", required=False)
@click.option("--forget", is_flag=True, help="Take an earlier decision back.")
@click.option("--by", default="", metavar="WHO", help="Who decides; kept with the decision.")
@as_json
@click.pass_obj
def attribute(
    settings: Settings,
    *,
    sku: str,
    name: str,
    value: str | None,
    forget: bool,
    by: str,
    as_json: bool,
) -> None:
    """Show attribute NAME of product SKU, or decide by hand that it is VALUE.

    A decision counts more than the feed, the rules and the images, and outlives every run.
    """
    if forget and value is not None:
        raise InvalidInput(f'Either "{value}" or --forget, not both.')
    with Engine.open(settings, create=False) as engine:
        if forget:
            engine.quality().forget_attribute(sku, name)
        elif value is not None:
            engine.quality().decide_attribute(sku, name, value, by=by)
        shown = ledger.attributes(engine.product(sku).ledger)
    entries = [one for one in shown if one["name"] == name]
    if as_json:
        print_json(entries[0] if entries else {"name": name, "value": None, "others": []})
        return
    if not entries:
        click.echo(f"Nothing is known of {name}.")
    for one in [*entries, *(other for entry in entries for other in entry["others"])]:
        told = ", ".join(f"{key} {value}" for key, value in one["evidence"].items())
        click.echo(f"{one['value']:16} {one['source']:6} {one['confidence']:4.0%}  {told}")


def _tell(found: Conflicts) -> None:
    print_table(
        ("sku", "name", "attribute", "feed or rule", "images", "sure", "palette"),
        [_row(one) for one in found.conflicts],
    )
    counted = ", ".join(f"{count:,} {name}" for name, count in found.counts.items())
    click.echo(
        f"{sum(found.counts.values()):,} in {found.products:,} products: {counted or 'none'}"
    )
    if found.conflicts:
        people.print("Decide: lookalike attribute SKU NAME VALUE", style="dim", markup=False)


def _row(one: Conflict) -> tuple[str, ...]:
    palette = " ".join(f"{s.hex} {s.share:.0%}" for s in one.palette[:SHOWN_SWATCHES])
    said = f"{one.said.value} ({one.said.evidence.get('said', '')})"[:40]
    sure = f"{one.seen.confidence:.0%}"
    return (one.sku, (one.name or "")[:36], one.said.name, said, one.seen.value, sure, palette)


def _tell_words(words: list[UnknownWord], *, limit: int, as_json: bool) -> None:
    if as_json:
        print_json(ledger.unknown_words(words))
        return
    rows = [(one.attribute, one.column, one.word, f"{one.count:,}") for one in words[:limit]]
    print_table(("attribute", "column", "word", "products"), rows)
    click.echo(f"{len(words):,} words that no table knows")
