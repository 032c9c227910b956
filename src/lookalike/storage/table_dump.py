"""All tables as Arrow streams: the same bytes from every database, and back into any.

A stream says which columns it has.  Loading makes the tables as they were in the schema of the
dump, fills them, and migrates: so a newer version reads every older dump.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any

import sqlalchemy as sa

from lookalike.errors import Conflict, InvalidInput
from lookalike.storage.database import Database
from lookalike.storage.schema import migrate_to, schema_of
from lookalike.storage.tables import metadata

ROWS = 1_000
"""Rows of a batch: with features 4 MB, and never more than two batches are held."""

Row = dict[str, Any]
"""Column -> value; `Any` as columns have many types."""

OpenMember = Callable[[str], AbstractContextManager[IO[bytes]]]


def dump_tables(database: Database, open_member: OpenMember) -> tuple[str, dict[str, int]]:
    """Write every table under its name, as of one moment; returns (schema, rows of each).

    One transaction that reads: nobody waits for it, and it waits for nobody.
    """
    with database.reading() as connection:
        schema = schema_of(connection)
        counts = {}
        for table in metadata.sorted_tables:
            with open_member(table.name) as file:
                counts[table.name] = _dump(connection, table, file)
    return schema or "", counts


def _dump(connection: sa.Connection, table: sa.Table, file: IO[bytes]) -> int:
    import pyarrow as pa

    schema = pa.schema([(column.name, _arrow(column.type)) for column in table.columns])
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    count = 0
    found = connection.execution_options(yield_per=ROWS).execute(sa.select(table))
    with pa.ipc.new_stream(file, schema, options=options) as writer:
        for rows in found.partitions():
            columns = zip(*rows, strict=True)
            arrays = [
                pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(rows)
    return count


def _arrow(kind: sa.types.TypeEngine[Any]) -> Any:
    import pyarrow as pa

    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    for ours, theirs in (
        (sa.Boolean, pa.bool_()),
        (sa.Integer, pa.int64()),  # BigInteger too
        (sa.DateTime, pa.timestamp("us", "UTC")),
        (sa.LargeBinary, pa.binary()),
        (sa.String, pa.large_string()),  # Text too
        (sa.Float, pa.float64()),
    ):
        if isinstance(kind, ours):
            return theirs
    raise TypeError(f"no Arrow type for {kind!r}")


def read_rows(file: IO[bytes]) -> Iterator[list[Row]]:
    """The rows of one stream, batch by batch.  Raises InvalidInput for what is none."""
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(file) as reader:
            for batch in reader:
                yield batch.to_pylist()
    except pa.ArrowException as error:
        raise InvalidInput(f"A table of the backup cannot be read: {error}.") from error


@contextmanager
def loading(url: str, schema: str) -> Iterator[sa.Connection]:
    """An empty database with the tables of a schema; migrated when all went well, else untouched.

    Raises Conflict when it holds anything, Unavailable when the schema is newer than ours.
    """
    database = Database(url)
    try:
        with database.writing() as connection:
            database.hold_schema(connection)
            _clear(connection)
            migrate_to(connection, schema)
            yield connection
            migrate_to(connection)
    finally:
        database.close()


def _clear(connection: sa.Connection) -> None:
    """Drop the empty tables of an unused workspace.  Raises Conflict where one is not empty."""
    there = set(sa.inspect(connection).get_table_names())
    ours = [table for table in metadata.sorted_tables if table.name in there]
    for table in ours:
        row = connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        if row is not None:
            raise Conflict(
                f"The database is in use: its table {table.name} is not empty.",
                hint="Restore into an empty database, or an empty folder.",
            )
    if schema_of(connection) is not None:
        migrate_to(connection, None)
    for table in reversed(ours):
        table.drop(connection)


def load_table(connection: sa.Connection, name: str, batches: Iterable[list[Row]]) -> int:
    """Insert rows into a table as it is in this connection's schema; returns how many."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    count = 0
    for rows in batches:
        if rows:
            connection.execute(table.insert(), rows)
            count += len(rows)
    return count


def replace_rows(connection: sa.Connection, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put rows in place of those with the same primary key."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    for row in rows:
        same = [column == row[column.name] for column in table.primary_key]
        connection.execute(table.delete().where(*same))
        connection.execute(table.insert(), dict(row))
