"""Problems: what went wrong with one record or image while the rest went on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A fault in the input that is reported and never stops a run.

    line      first physical line of the record (its row number in a columnar file)
    location  the file, folder or URL it is about
    code      stable and short: bad_price, duplicate_sku, missing, timeout, ...
    skipped   whether the record gave no product; False: only a value or an image was left out
    """

    line: int | None
    sku: str | None
    location: str | None
    code: str
    message: str
    skipped: bool = True
