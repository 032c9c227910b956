"""The version of the tables: checked on every open, migrated when it is old."""

from pathlib import Path

import sqlalchemy as sa

from lookalike.errors import Unavailable
from lookalike.storage.database import Database

LATEST = "0006"
"""The newest migration in migrations/versions; a test compares the two."""

VERSION_TABLE = "lookalike_schema"
MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(url: str) -> Database:
    """A database whose tables are those this code expects.

    Costs two small queries when nothing is to be done.  Several processes may open a new
    database at once: one creates the tables, the others wait for it.
    Raises Unavailable when the database was written by a newer version.
    """
    database = Database(url)
    try:
        with database.reading() as connection:
            version = schema_of(connection)
        if version != LATEST:
            with database.writing() as connection:
                database.hold_schema(connection)
                version = schema_of(connection)
                if version != LATEST:
                    migrate_to(connection)
    except BaseException:
        database.close()
        raise
    return database


def require_latest(database: Database) -> None:
    """Raises Unavailable when the database cannot be read, or a newer version has migrated it."""
    with database.reading() as connection:
        version = schema_of(connection)
    if version != LATEST:
        raise newer_schema(version)


def newer_schema(version: str | None) -> Unavailable:
    return Unavailable(
        f"The database has schema {version}; this version of Lookalike knows up to {LATEST}.",
        hint="It was written by a newer version: run pip install --upgrade lookalike.",
    )


def schema_of(connection: sa.Connection) -> str | None:
    """The schema of the tables; None where there are none of ours."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    table = sa.table(VERSION_TABLE, sa.column("version_num"))
    return connection.execute(sa.select(table.c.version_num)).scalar_one_or_none()


def migrate_to(connection: sa.Connection, schema: str | None = LATEST) -> None:
    """Run the migrations up to a schema inside the caller's transaction.

    schema  None forgets that there are tables, for a caller that drops them
    Raises Unavailable for a schema that is newer than ours, wanted or found.
    """
    from alembic import command  # 0.2 s to import, so only when it has work
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    for one in (schema, schema_of(connection)):
        if one is not None and one not in known:
            raise newer_schema(one)
    if schema is None:
        command.stamp(config, "base")
    else:
        command.upgrade(config, schema)
