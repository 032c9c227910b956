"""`lookalike users`: what is known of a user, and their rights."""

import json
import sys
from pathlib import Path

import click

from lookalike.cli.options import as_json
from lookalike.cli.output import people, print_json, print_table
from lookalike.domain.controls import Action
from lookalike.domain.receipt import Receipt, receipt_from
from lookalike.domain.receipt import as_json as receipt_json
from lookalike.engine import Engine
from lookalike.errors import InvalidInput, NotFound
from lookalike.settings import Settings
from lookalike.wire import users as wire
from lookalike.wire.schema import Json

SHOWN_LEANINGS = 8


@click.group()
def users() -> None:
    """What is known of a user: show, export, mute, pause, reset, erase."""


@users.command()
@click.argument("user_id", metavar="ID")
@as_json
@click.pass_obj
def show(settings: Settings, *, user_id: str, as_json: bool) -> None:
    """Show the tastes of a user, in words and by product."""
    with Engine.open(settings, create=False) as engine:
        told = _user(engine, user_id, settings.collection)
    if as_json:
        print_json(told)
    else:
        _tell(told)


@users.command()
@click.argument("user_id", metavar="ID")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it there.")
@click.pass_obj
def export(settings: Settings, *, user_id: str, out: Path | None) -> None:
    """Print all that is kept of a user as one JSON object."""
    with Engine.open(settings, create=False) as engine:
        found = engine.users().export(user_id)
        told = {
            "user_id": user_id,
            "collection_id": settings.collection,
            "anonymous_ids": list(found.anonymous_ids),
            "events": [wire.event(one) for one in found.events],
            "decisions": [wire.control(one) for one in found.decisions],
            "profile": _user(engine, user_id, settings.collection),
        }
    if out is None:
        print_json(told)
    else:
        out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        click.echo(f"{len(found.events):,} events and {len(found.decisions):,} decisions: {out}")


def _about_a_taste(action: Action, doc: str) -> None:
    @users.command(action, help=doc)
    @click.argument("user_id", metavar="ID")
    @click.argument("taste")
    @as_json
    @click.pass_obj
    def command(settings: Settings, *, user_id: str, taste: str, as_json: bool) -> None:
        _decide(settings, user_id, action, taste, as_json=as_json)


def _about_all(action: Action, doc: str) -> None:
    @users.command(action, help=doc)
    @click.argument("user_id", metavar="ID")
    @as_json
    @click.pass_obj
    def command(settings: Settings, *, user_id: str, as_json: bool) -> None:
        _decide(settings, user_id, action, None, as_json=as_json)


_about_a_taste("mute", "Do not serve the taste that TASTE stands for, or is part of.")
_about_a_taste("unmute", "Serve a muted taste again.")
_about_a_taste("delete", "Forget a taste; it may be learned anew from what the user does next.")
_about_all("pause", "Learn nothing of a user and show nothing personal until `resume`.")
_about_all("resume", "Learn again.")
_about_all("reset", "Begin anew: what the user did up to now shapes no taste.")


@users.command()
@click.argument("user_id", metavar="ID")
@click.argument("anonymous_id")
@click.pass_obj
def login(settings: Settings, *, user_id: str, anonymous_id: str) -> None:
    """Join an anonymous id to a user: what it did up to now, the user did."""
    with Engine.open(settings, create=False) as engine:
        engine.users().login(user_id, anonymous_id)
    click.echo(f"{anonymous_id} is {user_id}")


@users.command()
@click.argument("user_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_obj
def erase(settings: Settings, *, user_ids: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Forget users for good, and print a signed receipt for each.

    Their events, logins and decisions are deleted, the database is rewritten, and every file of
    the workspace is searched for the id.  With --json each receipt is one line.
    """
    if not yes and sys.stdin.isatty():
        click.confirm(f"Forget {len(user_ids)} user(s) for good?", abort=True, err=True)
    with Engine.open(settings, create=False) as engine:
        receipts = engine.users().erase(*user_ids)
    for receipt in receipts:
        if as_json:
            print_json(receipt_json(receipt))
        else:
            _tell_receipt(receipt)
    if any(one.scan.verdict == "found" for one in receipts):
        raise click.exceptions.Exit(1)


@users.command()
@as_json
@click.pass_obj
def receipts(settings: Settings, *, as_json: bool) -> None:
    """List the receipts of all users erased so far."""
    with Engine.open(settings, create=False) as engine:
        found = engine.users().receipts()
    if as_json:
        print_json({"receipts": [receipt_json(one) for one in found]})
        return
    rows = [
        (
            f"{one.erased_at:%Y-%m-%d %H:%M:%S}",
            f"{sum(one.rows.values()):,}",
            one.scan.verdict,
            one.pseudonym[:16],
        )
        for one in found
    ]
    print_table(("erased", "rows", "scan", "pseudonym"), rows)


@users.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--user", "user_id", metavar="ID", help="Is it about this user?")
@as_json
@click.pass_obj
def verify(settings: Settings, *, file: Path, user_id: str | None, as_json: bool) -> None:
    """Check the receipt in FILE: was it signed here, and is it about a user?"""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(f"{file} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise InvalidInput(f"{file} is not JSON.", hint="Give one receipt a file.") from None
    with Engine.open(settings, create=False) as engine:
        done = engine.users().verify(receipt_from(told), user_id)
    good = done.is_genuine and done.is_of is not False and done.is_gone is not False
    if as_json:
        print_json({"is_genuine": done.is_genuine, "is_of": done.is_of, "is_gone": done.is_gone})
    else:
        click.echo("Signed here." if done.is_genuine else "NOT signed here, or changed since.")
        if user_id is not None:
            click.echo(f"About {user_id}." if done.is_of else f"NOT about {user_id}.")
            click.echo("Nothing is kept of them." if done.is_gone else "Something is kept again.")
    if not good:
        raise click.exceptions.Exit(1)


def _decide(
    settings: Settings, user_id: str, action: Action, taste: str | None, *, as_json: bool
) -> None:
    with Engine.open(settings, create=False) as engine:
        engine.users().decide(user_id, action, taste)
        told = _user(engine, user_id, settings.collection)
    if as_json:
        print_json(told)
    else:
        _tell(told)


def _user(engine: Engine, user_id: str, collection: str) -> Json:
    shown = engine.users().show(user_id)
    return wire.user(user_id, shown.profile, shown.products, collection)


def _tell(told: Json) -> None:
    if told["is_paused"]:
        click.echo("Paused: nothing is learned and nothing personal is shown.")
    rows = [
        (
            one["taste"],
            "muted" if one["is_muted"] else f"{one['importance']:.0%}",
            one["words"],
            one["because"],
            ", ".join(str(product["sku"]) for product in one["products"][:4]),
        )
        for one in told["tastes"]
    ]
    print_table(("taste", "share", "in words", "because", "products"), rows)
    if not rows:
        click.echo("Nothing is known of their taste yet.")
    for one in told["leanings"][:SHOWN_LEANINGS]:
        click.echo(
            f"{one['attribute']} {one['value']}: {one['share']:.0%} of theirs, "
            f"{one['catalog_share']:.0%} of the catalog, {one['confidence']:.0%} sure"
        )
    counted = ", ".join(f"{count:,} {kind}" for kind, count in told["counts"].items())
    click.echo(f"From {counted or 'no events'}.")


def _tell_receipt(one: Receipt) -> None:
    counted = ", ".join(f"{count:,} {table}" for table, count in one.rows.items() if count)
    click.echo(f"Erased: {counted or 'nothing was kept'}.  Pseudonym {one.pseudonym[:16]}")
    scan = one.scan
    told = {
        "clean": f"The id is in none of {scan.files:,} files ({scan.bytes / 1e6:,.0f} MB).",
        "found": f"The id is STILL in {', '.join(scan.found_in)}.",
        "ambiguous": f"Its characters are part of other values: {', '.join(scan.part_of)}.",
        "not scanned": scan.note,
    }
    click.echo(told[scan.verdict])
    for name in one.backups:
        people.print(f"A copy may hold the user still: {name}", markup=False)
