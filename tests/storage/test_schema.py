import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lookalike.errors import Unavailable
from lookalike.storage.schema import LATEST, MIGRATIONS, VERSION_TABLE, open_database
from lookalike.storage.tables import metadata

OPEN_WHEN_TOLD = """
import sys
from lookalike.storage.workspace import Workspace
from lookalike.domain.product import Product

print("ready", flush=True)
sys.stdin.readline()
with Workspace.open(sys.argv[1], database_url=sys.argv[2]) as workspace:
    workspace.collection("default", create=True).products.upsert(
        [Product(sys.argv[3])], origin="api"
    )
"""


def test_the_newest_migration_is_the_version_the_code_expects():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == LATEST


def test_migrations_make_the_tables_of_the_code(database_url):
    database = open_database(database_url)
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []
        indexes = {
            index["name"]
            for table in metadata.tables
            for index in sa.inspect(connection).get_indexes(table)
        }
    assert indexes == {index.name for table in metadata.tables.values() for index in table.indexes}
    database.close()


def test_an_open_database_of_this_version_needs_no_migration_library(database_url):
    open_database(database_url).close()
    code = (
        "import sys; from lookalike.storage.schema import open_database;"
        f"open_database({database_url!r}).close();"
        "assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_database_of_a_newer_version_is_refused_untouched(database_url):
    database = open_database(database_url)
    with database.writing() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(Unavailable, match=rf"schema 9999.*up to {LATEST}.*upgrade lookalike"):
        open_database(database_url)
    with database.reading() as connection:
        version = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))
        assert version.scalar_one() == "9999"
    database.close()


def test_processes_that_open_a_new_database_together_all_succeed(tmp_path, database_url):
    skus = ["a", "b", "c", "d"]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_WHEN_TOLD, str(tmp_path / "w"), database_url, sku],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for sku in skus
    ]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [child.communicate()[1] for child in children] == [""] * 4
    database = open_database(database_url)
    with database.reading() as connection:
        rows = connection.execute(sa.text("SELECT sku FROM products ORDER BY change"))
        assert sorted(rows.scalars()) == skus
    database.close()
