"""Opens a snapshot: arrays stay on disk and are mapped, so opening reads almost nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.domain.calibration import Calibration
from lookalike.domain.channels import Channel, Layout
from lookalike.domain.design import DesignMetric
from lookalike.errors import InvalidInput
from lookalike.index import snapshot_format as files
from lookalike.index.columns import Column, Flags, Numbers, Texts, Words
from lookalike.index.exact import ExactIndex
from lookalike.index.scan import ByteScan, Spread, padded_width
from lookalike.index.segment import BuiltColumns, Segment
from lookalike.index.texts import TextList


@dataclass(frozen=True)
class Snapshot:
    """An opened snapshot; the files may be deleted while it is open (except on Windows).

    meta  what was given to `write_snapshot`; Any as JSON is
    """

    index: ExactIndex
    calibration: Calibration
    meta: Mapping[str, Any]


def open_snapshot(folder: Path) -> Snapshot:
    """Raises Unavailable for a snapshot that is incomplete, damaged or too new."""
    manifest = files.read_manifest(folder)
    try:
        return _opened(_Reader(folder, manifest), manifest)
    except (KeyError, TypeError, ValueError, InvalidInput) as error:
        raise files.damaged(folder, f"{files.MANIFEST}: {error!r}") from error


def _opened(reader: "_Reader", manifest: dict[str, Any]) -> Snapshot:
    layout = Layout(tuple(Channel(name, size) for name, size in manifest["layout"]))
    spread = Spread(
        np.array(manifest["spread"]["norms"]), np.array(manifest["spread"]["residuals"])
    )
    codes = reader.array(files.CODES).reshape(manifest["rows"], padded_width(layout))
    skus = reader.texts(files.SKUS).all()
    base = Segment(
        rows=reader.array(files.ROWS).reshape(manifest["rows"], layout.width),
        ends=reader.array(files.ENDS),
        skus=skus,
        documents=reader.texts(files.DOCUMENTS),
        columns=BuiltColumns(
            {
                name: reader.column(name, column["kind"], column["file"], len(skus))
                for name, column in manifest["columns"].items()
            }
        ),
        scan=ByteScan(codes, reader.array(files.STEPS), spread),
    )
    if not len(base.ends) == len(skus) == manifest["products"]:
        raise ValueError(f"{len(skus)} skus for {manifest['products']} products")
    calibration = Calibration.from_json(
        manifest["calibration"], design=_design(reader, manifest, layout)
    )
    return Snapshot(ExactIndex(base, layout), calibration, manifest["meta"])


def _design(reader: "_Reader", manifest: dict[str, Any], layout: Layout) -> DesignMetric | None:
    if files.DESIGN_COLORS not in manifest["files"]:
        return None
    sizes = {channel.name: channel.size for channel in layout.channels}
    return DesignMetric(
        reader.array(files.DESIGN_COLORS).reshape(sizes["color"], sizes["look"]),
        reader.array(files.DESIGN_PRECISION).reshape(sizes["look"], sizes["look"]),
    )


@dataclass(frozen=True)
class _Reader:
    folder: Path
    manifest: dict[str, Any]

    def array(self, name: str) -> Any:
        """A flat array of the type its suffix names, hence Any."""
        return files.read_array(self.folder, name, self.manifest)

    def texts(self, name: str) -> TextList:
        return TextList(self.array(name + files.CONTENT), self.array(name + files.TEXT_ENDS))

    def column(self, name: str, kind: str, file: str, count: int) -> Column:
        match kind:
            case "number":
                return Numbers(self.array(f"{file}.f8"))
            case "boolean":
                return Flags(name, self.array(f"{file}.i1"))
            case "text":
                return Texts(self.array(f"{file}.i4"), self.texts(f"{file}-texts"))
            case "words":
                values, owners = self.array(f"{file}.i4"), self.array(f"{file}-owners.i4")
                return Words(values, owners, self.texts(f"{file}-texts"), count)
        raise ValueError(f"the column {name} has the kind {kind!r}")
