"""Receipts: a signed statement of what was erased, without the id of whom."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

from lookalike.errors import InvalidInput

Verdict = Literal["clean", "found", "ambiguous", "not scanned"]
FORMAT = "lookalike-erasure-1"


@dataclass(frozen=True)
class Scan:
    """A search for the bytes of the id, and of rows kept for it, through every file.

    verdict    clean: in no file.  found: in `found_in`, though no row holds it.  ambiguous: the
               same characters are part of something else (`part_of`), so bytes cannot tell.
               not scanned: `note` says why
    """

    verdict: Verdict
    files: int = 0
    bytes: int = 0
    found_in: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Receipt:
    """What an erasure did.

    pseudonym      HMAC of the id: whoever has the workspace and the id can tell whose it is
    anonymous_ids  how many anonymous ids went with it
    rows           table -> rows deleted
    backups        files of the workspace that look like copies; they were not changed
    signature      HMAC-SHA256 over all else, with the key of the workspace
    """

    collection: str
    pseudonym: str
    erased_at: datetime
    anonymous_ids: int
    rows: Mapping[str, int]
    scan: Scan
    backups: tuple[str, ...] = ()
    signature: str = ""


def as_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as it is printed and kept; `receipt_from` reads it back."""
    told = asdict(receipt)
    told["scan"] = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in told["scan"].items()
    }
    told |= {
        "erased_at": receipt.erased_at.isoformat(),
        "rows": dict(receipt.rows),
        "backups": list(receipt.backups),
    }
    return {"format": FORMAT, **told}


def receipt_from(told: Any) -> Receipt:
    """Raises InvalidInput for what is no receipt."""
    try:
        if told["format"] != FORMAT:
            raise InvalidInput(f"{told['format']!r} is not a format of receipts that is known.")
        scan = dict(told["scan"])
        scan |= {name: tuple(scan[name]) for name in ("found_in", "part_of")}
        known = {field.name: told[field.name] for field in fields(Receipt)}
        for name in ("collection", "pseudonym", "signature"):
            known[name].encode("ascii")  # names and hexadecimal digits
        return Receipt(
            **{
                **known,
                "erased_at": datetime.fromisoformat(told["erased_at"]),
                "rows": dict(told["rows"]),
                "scan": Scan(**scan),
                "backups": tuple(told["backups"]),
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput(
            "This is not a receipt of an erasure.",
            hint="Give the JSON object that `users erase --json` printed, as it came.",
        ) from None


def signature(receipt: Receipt, key: bytes) -> str:
    """HMAC-SHA256 over the receipt without its signature, keys in order, no blanks."""
    said = {name: value for name, value in as_json(receipt).items() if name != "signature"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def is_genuine(receipt: Receipt, key: bytes) -> bool:
    """Whether the key signed exactly this receipt."""
    return hmac.compare_digest(signature(receipt, key), receipt.signature)
