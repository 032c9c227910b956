import pytest
import sqlalchemy as sa

from lookalike.domain.product import Product
from lookalike.errors import Conflict, InvalidInput, Unavailable
from lookalike.storage.database import Database
from lookalike.storage.products import ProductStore
from lookalike.storage.schema import open_database
from lookalike.storage.tables import collections
from lookalike.storage.workspace import Workspace


@pytest.fixture
def sqlite_url(tmp_path):
    url = f"sqlite:///{tmp_path / 'file.db'}"
    with Workspace.open(tmp_path / "w", database_url=url) as workspace:
        workspace.collection("default", create=True)
    return url


def settings_of(connection):
    return connection.execute(sa.select(collections.c.settings)).scalar_one()


def test_a_file_that_is_no_database_is_unavailable(tmp_path):
    (tmp_path / "lookalike.db").write_bytes(b"sku,name\n1,shirt\n" * 500)
    with pytest.raises(Unavailable, match=r"lookalike\.db is not a database.*backup"):
        Workspace.open(tmp_path)


def test_a_full_disk_is_unavailable_and_loses_nothing(sqlite_url):
    database = open_database(sqlite_url)
    sa.event.listen(  # the smallest limit SQLite takes is the size the file has
        database.engine,
        "checkout",
        lambda connection, *_: connection.execute("PRAGMA max_page_count=1"),
    )
    store = ProductStore(database, "default")
    batch = [Product(f"{number}", name="x" * 2000) for number in range(500)]
    with pytest.raises(Unavailable, match=r"no room left.*Free disk space"):
        store.upsert(batch, origin="catalog")
    assert (store.count(), store.latest_change()) == (0, 0)
    database.close()


def test_a_database_that_may_not_be_written_says_so(sqlite_url):
    database = open_database(sqlite_url)
    sa.event.listen(
        database.engine,
        "checkout",
        lambda connection, *_: connection.execute("PRAGMA query_only=1"),
    )
    with (
        pytest.raises(Unavailable, match=r"cannot be written.*permission"),
        database.writing() as connection,
    ):
        connection.execute(collections.update().values(settings="{}"))
    database.close()


def test_a_writer_that_waits_too_long_is_a_conflict_and_readers_see_the_state_before(
    tmp_path, database_url
):
    with Workspace.open(tmp_path / "w", database_url=database_url) as workspace:
        workspace.collection("default", create=True)
    first, second = Database(database_url), Database(database_url, busy_timeout_s=0.05)
    with first.writing() as connection:
        connection.execute(collections.update().values(settings="new"))
        with (
            pytest.raises(Conflict, match=r"(?s)busy: another process is writing.*Try again"),
            second.writing() as other,
        ):
            other.execute(collections.update().values(settings="lost"))
        with second.reading() as other:
            assert settings_of(other) == "{}"
    with second.reading() as other:
        assert settings_of(other) == "new"
    first.close()
    second.close()


def test_a_reader_sees_one_state_from_start_to_end(tmp_path, database_url):
    with Workspace.open(tmp_path / "w", database_url=database_url) as workspace:
        workspace.collection("default", create=True)
    database = Database(database_url)
    with database.reading() as reader:
        assert settings_of(reader) == "{}"
        with database.writing() as connection:
            connection.execute(collections.update().values(settings="new"))
        assert settings_of(reader) == "{}"
    database.close()


def test_a_failed_write_leaves_nothing_behind(tmp_path, database_url):
    with Workspace.open(tmp_path / "w", database_url=database_url) as workspace:
        workspace.collection("default", create=True)
    database = Database(database_url)

    def write_and_fail():
        with database.writing() as connection:
            connection.execute(collections.update().values(settings="new"))
            raise ValueError("boom")

    with pytest.raises(ValueError, match=r"boom"):
        write_and_fail()
    with database.reading() as connection:
        assert settings_of(connection) == "{}"
    database.close()


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u@h/d"])
def test_a_database_that_cannot_be_used_is_invalid(url):
    with pytest.raises(InvalidInput, match=r"SQLite|sqlite"):
        Database(url)


def test_a_database_in_a_folder_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match=r"missing does not exist"):
        Database(f"sqlite:///{tmp_path / 'missing' / 'file.db'}")


def test_what_is_committed_survives_a_power_failure(sqlite_url):
    database = open_database(sqlite_url)
    with database.reading() as connection:
        assert connection.execute(sa.text("PRAGMA synchronous")).scalar_one() == 2  # FULL
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar_one() == 1
    database.close()
