"""Parquet: typed columns, read in batches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lookalike.errors import InvalidInput, Unavailable
from lookalike.sources.nested import flat
from lookalike.sources.protocol import Record

BATCH_ROWS = 1024


class ParquetFile:
    """A RecordReader of one Parquet file; its line numbers are row numbers from 1.

    NaN is a missing value here, because that is how data frames write one.
    """

    def __init__(self, path: Path) -> None:
        self.location = str(path)
        self._path = path
        self._arrow, self._parquet = _libraries()
        try:
            with self._parquet.ParquetFile(path) as file:
                self._count = int(file.metadata.num_rows)
                names = file.schema_arrow.names
        except (self._arrow.ArrowException, OSError) as error:
            raise InvalidInput(
                f"{path} cannot be read as Parquet ({error}).", hint="Export it again."
            ) from None
        if not self._count:
            raise InvalidInput(f"{path} holds no rows.", hint="Export it again.")
        first = next(self.records(), None)
        self.columns = tuple(first.values) if first else tuple(names)

    def records(self) -> Iterator[Record]:
        row = 0
        try:
            with self._parquet.ParquetFile(self._path) as file:
                for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                    for values in self._plain(batch).to_pylist():
                        row += 1
                        yield Record(row, self.location, flat(_without_nan(values)))
        except (self._arrow.ArrowException, OSError, ValueError) as error:
            raise InvalidInput(
                f"{self.location} cannot be read after row {row} ({error}).",
                hint="Export it again.",
            ) from None

    def count_hint(self) -> int | None:
        return self._count

    def _plain(self, batch: Any) -> Any:  # Any: pyarrow ships no types
        """The batch with times as text or microseconds: nanoseconds have no Python type."""
        arrow = self._arrow
        for number, field in enumerate(batch.schema):
            if arrow.types.is_timestamp(field.type):
                kind = arrow.timestamp("us", tz=field.type.tz)
            elif arrow.types.is_time(field.type) or arrow.types.is_duration(field.type):
                kind = arrow.string()
            else:
                continue
            column = batch.column(number).cast(kind, safe=False)
            batch = batch.set_column(number, field.name, column)
        return batch


def _without_nan(values: dict[str, object]) -> dict[str, object]:
    return {
        name: None if isinstance(value, float) and value != value else value
        for name, value in values.items()
    }


def _libraries() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"Reading Parquet needs a library that is missing ({error}).",
            hint="Install it: pip install pyarrow",
        ) from None
    return pyarrow, pyarrow.parquet
