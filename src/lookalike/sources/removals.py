"""Which rows say that their product is gone."""

from collections.abc import Mapping, Sequence

from lookalike.sources.mapping import plain
from lookalike.sources.protocol import Record

OPERATIONS = {"op", "operation", "action", "changetype"}
REMOVING = {"d", "del", "delete", "deleted", "remove", "removed", "tombstone"}
FLAGS = {"deleted", "isdeleted", "removed", "isremoved", "tombstone"}
MOMENTS = {"deletedat", "removedat"}
NO = {"", "0", "false", "no", "n", "none", "null"}


class Removals:
    """Judges the rows of one table by its columns.

    A row removes its product when an operation says delete, a flag such as `deleted` is set,
    `deleted_at` holds a moment, or the availability is "discontinued".
    """

    def __init__(self, columns: Sequence[str], mapping: Mapping[str, tuple[str, ...]]) -> None:
        taken = {name for names in mapping.values() for name in names}
        by_name = {column: plain(column) for column in columns if column not in taken}
        self._operations = [column for column, name in by_name.items() if name in OPERATIONS]
        self._flags = [column for column, name in by_name.items() if name in FLAGS | MOMENTS]
        self._stock = [name for name in mapping.get("in_stock", ()) if "avail" in plain(name)]
        self.columns = {*self._operations, *self._flags}

    def says(self, record: Record) -> bool:
        values = record.values
        return (
            any(_word(values.get(column)) in REMOVING for column in self._operations)
            or any(_word(values.get(column)) not in NO for column in self._flags)
            or any(_word(values.get(column)) == "discontinued" for column in self._stock)
        )


def _word(value: object) -> str:
    if value is None:
        return ""
    return str(value).strip().rsplit("/", 1)[-1].casefold()
