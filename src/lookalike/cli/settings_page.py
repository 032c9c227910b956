"""The reference of all settings and an annotated lookalike.toml, from the settings themselves."""

import json
import textwrap
from collections.abc import Sequence
from typing import Any

PAGE = """# Settings

Written by `lookalike settings --reference > docs/reference/settings.md`; a test compares.

Order: default, then `lookalike.toml` in the working directory (or `--settings FILE`), then the
environment, then the command line.  `NAME` in a file is `LOOKALIKE_NAME` in the environment, where
a list is separated by commas.  A name that is not known is an error.  `lookalike settings` prints
each value and where it came from; `lookalike settings --example` prints a `lookalike.toml` with
every default, as [deploy/lookalike.toml](../../deploy/lookalike.toml) is.

| setting | default | unit | may be |
|---|---|---|---|
"""

HEAD = """# Every setting of Lookalike with its default.  Remove the # of what you change.
# Written by: lookalike settings --example
"""

Told = Sequence[dict[str, Any]]
"""`Settings.described()`; `Any` as values have many types."""


def settings_page(told: Told) -> str:
    """A table, then a paragraph for each."""
    rows = [
        f"| [`{one['name']}`](#{one['name']}) | `{_toml(one['default'])}` | {one['unit']} | "
        f"{_range(one)} |\n"
        for one in told
    ]
    parts = [
        f"\n## {one['name']}\n\n{one['doc']}\n\n`LOOKALIKE_{one['name'].upper()}` in the "
        "environment.\n"
        for one in told
    ]
    return PAGE + "".join(rows) + "".join(parts)


def settings_example(told: Told) -> str:
    """TOML whose every line is a comment, so that it changes nothing as it stands."""
    parts = []
    for one in told:
        note = " ".join(part for part in (one["unit"], _range(one)) if part)
        lines = textwrap.wrap(one["doc"] + (f"  [{note}]" if note else ""), 96)
        comment = "".join(f"# {line}\n" for line in lines)
        parts.append(f"\n{comment}# {one['name']} = {_toml(one['default'])}\n")
    return HEAD + "".join(parts)


def _range(one: dict[str, Any]) -> str:
    if one["choices"]:
        return " or ".join(f'"{word}"' for word in one["choices"])
    low, high = one["low"], one["high"]
    if low is None and high is None:
        return ""
    return f">= {low:g}" if high is None else f"{low:g} to {high:g}"


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # a TOML basic string, for text without \\x
    return str(value).lower() if isinstance(value, bool) else str(value)
