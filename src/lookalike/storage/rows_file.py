"""Rows of plain values to a file of JSON Lines or Parquet, written beside and then renamed."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lookalike.errors import InvalidInput, Unavailable

Row = dict[str, Any]
"""A JSON object; its values are a merchant's own, so they have no narrower type."""


def write_rows(path: Path, batches: Iterable[Sequence[Row]]) -> int:
    """Write every row; returns how many.  A reader sees the whole file or none of it.

    The suffix chooses: .jsonl, or .parquet, where nested objects become JSON text except for
    lists of numbers.
    Raises InvalidInput for another suffix, Unavailable when the file cannot be written.
    """
    writers = {".jsonl": _write_json_lines, ".parquet": _write_parquet}
    if path.suffix not in writers:
        raise InvalidInput(
            f"{path.name} has the suffix {path.suffix or 'none'!r}.",
            hint="Name the file .jsonl or .parquet.",
        )
    part = path.with_name(f"{path.name}.part")
    try:
        count = writers[path.suffix](part, batches)
        os.replace(part, path)  # noqa: PTH105 - the same call as everywhere a file is published
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written ({error.strerror or error}).",
            hint="Choose a folder that exists and that this user may write to.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _write_json_lines(path: Path, batches: Iterable[Sequence[Row]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for batch in batches:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch)
            count += len(batch)
    return count


def _write_parquet(path: Path, batches: Iterable[Sequence[Row]]) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    count = 0
    writer = None
    try:
        for batch in batches:
            table = pa.Table.from_pylist([_flat(row) for row in batch], schema=_schema(pa))
            writer = writer or parquet.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
            count += len(batch)
        if writer is None:
            parquet.write_table(_schema(pa).empty_table(), path)
    finally:
        if writer is not None:
            writer.close()
    return count


def _schema(pa: Any) -> Any:
    """One fixed schema, so that every batch and every export fit together."""
    text, number = pa.string(), pa.float64()
    return pa.schema(
        [
            ("sku", text),
            ("name", text),
            ("category", text),
            ("brand", text),
            ("price", number),
            ("currency", text),
            ("in_stock", pa.bool_()),
            ("variant_group", text),
            ("url", text),
            ("images", text),
            ("extra", text),
            ("visual_attributes", text),
            ("palette", text),
            ("rows", pa.list_(pa.list_(pa.float32()))),
            ("channels", text),
        ]
    )


def _flat(row: Row) -> Row:
    vectors = row["image_embedding"]
    nested = {
        name: json.dumps(row[name], ensure_ascii=False)
        for name in ("images", "extra", "visual_attributes", "palette")
    }
    return {
        **row,
        **nested,
        "rows": vectors["rows"],
        "channels": json.dumps(vectors["channels"]),
    }
