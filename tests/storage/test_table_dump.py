"""Every table out of one database and into another, row for row."""

import io
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from lookalike.errors import Conflict
from lookalike.storage.database import Database
from lookalike.storage.schema import LATEST, open_database
from lookalike.storage.table_dump import dump_tables, load_table, loading, read_rows
from lookalike.storage.tables import Moment, metadata

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def value(column, number):
    """Something that each type finds hard: long numbers, microseconds, bytes of all kinds."""
    if column.nullable and number % 2:
        return None
    kind = column.type
    if isinstance(kind, Moment):
        return MOMENT + timedelta(microseconds=number)
    if isinstance(kind, sa.Boolean):
        return bool(number % 4)
    if isinstance(kind, sa.BigInteger):
        return 2**62 - number
    if isinstance(kind, sa.Integer):
        return number
    if isinstance(kind, sa.LargeBinary):
        return bytes(range(256)) * 3 + bytes([number])
    return f"Größe {number} 👗 'quoted' \\ \n{'x' * (number * 700)}"


KEYS = ("collection", "sku", "job")
"""Columns that lead to a row of another table."""


def fill(database, count=5):
    """Rows in every table."""
    with database.writing() as connection:
        for table in metadata.sorted_tables:
            made = []
            for number in range(count):
                row = {column.name: value(column, number) for column in table.columns}
                row |= {name: f"key {number}" for name in KEYS if name in row}
                if table.name in ("collections", "jobs"):
                    row["id"] = f"key {number}"
                made.append(row)
            connection.execute(table.insert(), made)


def rows(database):
    with database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in metadata.sorted_tables
        }


def dumped(database):
    streams = {}

    @contextmanager
    def member(name):
        streams[name] = io.BytesIO()
        yield streams[name]

    schema, counts = dump_tables(database, member)
    for stream in streams.values():
        stream.seek(0)
    return schema, counts, streams


def load(url, schema, streams):
    with loading(url, schema) as connection:
        for name, stream in streams.items():
            load_table(connection, name, read_rows(stream))


@pytest.mark.parametrize("way", ["out of it", "into it"])
def test_every_value_survives_the_way_to_another_database(database_url, tmp_path, way):
    other = f"sqlite:///{tmp_path / 'other.db'}"
    source, target = (database_url, other) if way == "out of it" else (other, database_url)
    full = open_database(source)
    fill(full)
    before = rows(full)
    schema, counts, streams = dumped(full)
    full.close()
    assert schema == LATEST
    assert counts == {name: len(found) for name, found in before.items()}
    load(target, schema, streams)
    restored = open_database(target)
    assert rows(restored) == before
    restored.close()


def test_a_database_in_use_is_refused_untouched_and_an_unused_one_is_taken(database_url, tmp_path):
    source = open_database(f"sqlite:///{tmp_path / 'source.db'}")
    fill(source)
    schema, _, streams = dumped(source)
    source.close()
    open_database(database_url).close()  # made by a service that was started too early
    load(database_url, schema, streams)
    before = rows(taken := open_database(database_url))
    with pytest.raises(Conflict, match="not empty"):
        load(database_url, schema, streams)
    assert rows(taken) == before
    taken.close()


def test_what_fails_half_way_leaves_nothing(database_url, tmp_path):
    source = open_database(f"sqlite:///{tmp_path / 'source.db'}")
    fill(source)
    schema, _, streams = dumped(source)
    source.close()
    streams["products"] = io.BytesIO(streams["products"].getvalue()[:300])
    with pytest.raises(Exception, match=r".+"):
        load(database_url, schema, streams)
    database = Database(database_url)
    with database.reading() as connection:
        assert not sa.inspect(connection).get_table_names()
    database.close()
