"""Writes a snapshot from a stream of products; rows and documents go to disk as they come."""

import itertools
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lookalike.domain.arrays import Floats
from lookalike.domain.calibration import Calibration
from lookalike.domain.channels import Layout
from lookalike.errors import InvalidInput
from lookalike.index import snapshot_format as files
from lookalike.index.building import ColumnsBuilder
from lookalike.index.calibrate import calibrate
from lookalike.index.columns import Column, Flags, Numbers, Texts, Words
from lookalike.index.fit_design import fit_design
from lookalike.index.protocol import Entry
from lookalike.index.scan import Spread, coded, decoded, empty_spread, spread_of, steps_of, wider
from lookalike.index.segment import check_entry
from lookalike.index.texts import TextList, encoded

CALIBRATION_SEED = 20261123  # fixed, so that one catalog is always calibrated alike
_BATCH = 512  # products rounded at a time: 1 MB of rows


def write_snapshot(
    folder: Path, entries: Iterable[Entry], *, layout: Layout, meta: Mapping[str, Any]
) -> None:
    """Write a snapshot of the entries into a folder, which is made if needed and must be empty.

    entries  ascending by sku; each is let go once written.  Memory grows with the different
             values of the fields, plus 4 bytes per value, not with rows and documents
    meta     anything JSON can hold (hence Any), given back when the snapshot is opened

    All files are synced, the manifest last: a folder with a manifest is complete.
    Raises InvalidInput for entries out of order, a sku given twice, or wrong rows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Writer(folder, layout)
    with writer:
        ordered = _ascending(entries, layout)
        while batch := list(itertools.islice(ordered, _BATCH)):
            writer.add(batch)
    calibration = writer.finish()
    columns = {
        name: _write_column(folder, number, column)
        for number, (name, column) in enumerate(writer.builder.columns().items())
    }
    files.write_manifest(
        folder,
        {
            "layout": [[channel.name, channel.size] for channel in layout.channels],
            "products": len(writer.ends),
            "rows": writer.rows,
            "spread": {
                "norms": writer.spread.norms.tolist(),
                "residuals": writer.spread.residuals.tolist(),
            },
            "calibration": calibration.to_json(),
            "columns": columns,
            "meta": dict(meta),
        },
    )


class _Writer:
    """The files that grow while products come in."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        self.builder = ColumnsBuilder()
        self.ends = array("q")
        self.rows = 0
        self.spread: Spread = empty_spread(layout)
        self._folder = folder
        self._layout = layout
        self._largest = np.zeros(layout.width, dtype=np.float32)
        self._open = ExitStack()

    def __enter__(self) -> "_Writer":
        self._rows = self._file(files.ROWS)
        self._skus = _Texts(self._file(files.SKUS + files.CONTENT))
        self._documents = _Texts(self._file(files.DOCUMENTS + files.CONTENT))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, batch: list[Entry]) -> None:
        rows = np.concatenate([entry.rows for entry in batch], dtype=np.float32)
        np.maximum(self._largest, np.abs(rows).max(axis=0), out=self._largest)
        self._rows.write(np.ascontiguousarray(rows, "<f4").data)
        for entry in batch:
            self.rows += len(entry.rows)
            self.ends.append(self.rows)
            self._skus.add(entry.sku)
            self._documents.add(entry.document)
            self.builder.add(entry.fields)

    def finish(self) -> Calibration:
        """Write what is known at the end; codes and calibration read the rows back from disk."""
        ends = np.array(self.ends, dtype=np.int64)
        files.write_array(self._folder, files.ENDS, ends)
        for name, texts in ((files.SKUS, self._skus), (files.DOCUMENTS, self._documents)):
            files.write_array(self._folder, name + files.TEXT_ENDS, np.array(texts.ends, np.int64))
        rows = self._written_rows()
        self._write_codes(rows)
        if not self.rows:
            return Calibration.neutral(self._layout)
        owners = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
        rng = np.random.default_rng(CALIBRATION_SEED)
        design = fit_design(rows, self._layout)
        if design is not None:
            files.write_array(self._folder, files.DESIGN_COLORS, design.colors)
            files.write_array(self._folder, files.DESIGN_PRECISION, design.precision)
        return calibrate(rows, owners, self._layout, rng=rng, design=design)

    def _written_rows(self) -> Floats:
        shape = (self.rows, self._layout.width)
        if not self.rows:
            return np.zeros(shape, dtype=np.float32)  # an empty file cannot be mapped
        return np.asarray(np.memmap(self._folder / files.ROWS, "<f4", mode="r", shape=shape))

    def _write_codes(self, rows: Floats) -> None:
        """The steps depend on every row, so codes can only be written once all are there."""
        steps = steps_of(self._largest, self._layout)
        files.write_array(self._folder, files.STEPS, steps)
        with (self._folder / files.CODES).open("wb") as file:
            for start in range(0, len(rows), _BATCH):
                part = rows[start : start + _BATCH]
                codes = coded(part, steps)
                near = spread_of(part, decoded(codes, steps), self._layout)
                self.spread = wider(self.spread, near)
                file.write(codes.data)
            _flushed(file)

    def _file(self, name: str) -> BinaryIO:
        file = self._open.enter_context((self._folder / name).open("wb"))
        self._open.callback(_flushed, file)
        return file


class _Texts:
    """Texts written end to end."""

    def __init__(self, file: BinaryIO) -> None:
        self.ends = array("q")
        self._file = file
        self._size = 0

    def add(self, text: str) -> None:
        self._size += self._file.write(encoded(text))
        self.ends.append(self._size)


def _flushed(file: BinaryIO) -> None:
    file.flush()
    files.sync(file.fileno())


def _ascending(entries: Iterable[Entry], layout: Layout) -> Iterator[Entry]:
    last = ""
    for entry in entries:
        if entry.sku <= last:
            raise InvalidInput(
                f"The product {entry.sku!r} comes after {last!r}.",
                hint="A snapshot takes products in ascending order of sku, each once.",
            )
        check_entry(entry, layout)
        last = entry.sku
        yield entry


def _write_column(folder: Path, number: int, column: Column) -> dict[str, str]:
    """Write one column's files; returns its line in the manifest."""
    name = f"column-{number}"
    match column:
        case Numbers():
            files.write_array(folder, f"{name}.f8", column.values)
        case Flags():
            files.write_array(folder, f"{name}.i1", column.values)
        case Texts():
            files.write_array(folder, f"{name}.i4", column.values)
            _write_texts(folder, f"{name}-texts", column.vocabulary)
        case Words():
            files.write_array(folder, f"{name}.i4", column.values)
            files.write_array(folder, f"{name}-owners.i4", column.owners)
            _write_texts(folder, f"{name}-texts", column.vocabulary)
    return {"kind": column.kind or "", "file": name}


def _write_texts(folder: Path, name: str, texts: object) -> None:
    assert isinstance(texts, TextList)  # a base column always has one
    files.write_array(folder, name + files.CONTENT, texts.content)
    files.write_array(folder, name + files.TEXT_ENDS, texts.ends)
