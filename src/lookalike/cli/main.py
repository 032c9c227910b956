"""The command line: one command per intention, errors as a message, a hint and an exit code."""

import logging
import sys
from importlib.metadata import version
from typing import Any

import click

from lookalike.cli.logs import configure
from lookalike.cli.output import people
from lookalike.errors import LookalikeError
from lookalike.settings import Settings
from lookalike.wire.errors import exit_code

_logger = logging.getLogger(__name__)

COMMANDS = {
    "index": "lookalike.cli.index:index",
    "sync": "lookalike.cli.sync:sync",
    "patch": "lookalike.cli.sync:patch",
    "problems": "lookalike.cli.sync:problems",
    "retry": "lookalike.cli.sync:retry",
    "similar": "lookalike.cli.similar:similar",
    "look": "lookalike.cli.look:look",
    "slots": "lookalike.cli.look:slots",
    "looks": "lookalike.cli.looks:looks",
    "rules": "lookalike.cli.rules:rules",
    "why-not": "lookalike.cli.explain:why_not",
    "match": "lookalike.cli.explain:match",
    "products": "lookalike.cli.catalog:products",
    "show": "lookalike.cli.catalog:show",
    "export": "lookalike.cli.catalog:export",
    "feed": "lookalike.cli.feed:feed",
    "events": "lookalike.cli.events:events",
    "users": "lookalike.cli.users:users",
    "evaluate": "lookalike.cli.evaluate:evaluate",
    "conflicts": "lookalike.cli.conflicts:conflicts",
    "attribute": "lookalike.cli.conflicts:attribute",
    "certify": "lookalike.cli.certify:certify",
    "duplicates": "lookalike.cli.duplicates:duplicates",
    "swap": "lookalike.cli.swap:swap",
    "rollback": "lookalike.cli.swap:rollback",
    "serve": "lookalike.cli.serve:serve",
    "demo": "lookalike.cli.serve:demo",
    "keys": "lookalike.cli.keys:keys",
    "backup": "lookalike.cli.backup:backup",
    "restore": "lookalike.cli.backup:restore",
    "openapi": "lookalike.cli.openapi:openapi",
    "jobs": "lookalike.cli.jobs:jobs",
    "doctor": "lookalike.cli.doctor:doctor",
    "settings": "lookalike.cli.doctor:settings",
}
"""Imported when used, so that --help answers at once."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(__import__(module, fromlist=[name]), name)
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("lookalike"), prog_name="lookalike")
@click.option("--workspace", metavar="DIR", help="Where products and the index are kept.")
@click.option("--collection", metavar="ID", help='The set of products; "default" if not given.')
@click.option("--encoder", metavar="NAME", help='"default", onnx:PATH, open_clip:... or hf:...')
@click.option("--settings", "settings_file", metavar="FILE", help="A lookalike.toml to read.")
@click.pass_context
def cli(ctx: click.Context, /, settings_file: str | None, **arguments: Any) -> None:
    """Visual recommendations for shops: what looks like this, and why."""
    ctx.obj = settings = Settings.load(arguments, file=settings_file)
    configure(settings.log_format, settings.log_level)


def main() -> None:
    """Run one command; errors made on purpose end in their own exit code, others in 1."""
    configure()
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        people.print("Stopped.")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except LookalikeError as error:
        people.print(f"[bold red]{error.code}[/]: ", end="")
        people.print(error.message, markup=False)
        if error.hint:
            people.print(error.hint, markup=False, style="dim")
        sys.exit(exit_code(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception:
        _logger.exception("this should not happen; please report it")
        sys.exit(1)
