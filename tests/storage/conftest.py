"""Workspaces on every database under test: SQLite always, PostgreSQL where a URL is given."""

import os
import uuid
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from lookalike.storage.workspace import Workspace

POSTGRES_URL = os.environ.get("LOOKALIKE_TEST_POSTGRES_URL")
DATABASES = ["sqlite", *(["postgresql"] if POSTGRES_URL else [])]


@pytest.fixture(params=DATABASES)
def database_url(request, tmp_path):
    """The URL of an empty database that this test alone uses."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    engine = sa.create_engine(POSTGRES_URL)
    schema = f"test_{uuid.uuid4().hex}"
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    url = engine.url.update_query_dict({"options": f"-c search_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))
    engine.dispose()


@pytest.fixture
def workspace(tmp_path, database_url):
    with Workspace.open(tmp_path / "workspace", database_url=database_url) as opened:
        yield opened


@pytest.fixture
def collection(workspace):
    return workspace.collection("default", create=True)


@pytest.fixture
def now():
    return datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
