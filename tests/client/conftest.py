"""Real services on the sample shop for the clients to talk to."""

import contextlib
import shutil
import threading

import pytest
import uvicorn

from lookalike.domain.access import Grants, scopes_of
from lookalike.engine import Engine
from lookalike.server.app import create_app


@contextlib.contextmanager
def serving(settings):
    """The address of a real service on a free port of the loopback."""
    with Engine.open(settings) as engine:
        config = uvicorn.Config(create_app(engine), host="127.0.0.1", port=0, log_level="error")
        listening = config.bind_socket()
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            listening.close()


@pytest.fixture
def own_service(shop, tmp_path):
    """A service on a copy of the indexed shop that a test may change as it likes."""
    shutil.copytree(shop.workspace, tmp_path / "workspace")
    with serving(shop.settings(workspace=str(tmp_path / "workspace"))) as url:
        yield url


@pytest.fixture(scope="module")
def service(shop, tmp_path_factory):
    """The same for a whole module, whose tests leave the collection `default` as it is."""
    workspace = tmp_path_factory.mktemp("served") / "workspace"
    shutil.copytree(shop.workspace, workspace)
    with serving(shop.settings(workspace=str(workspace))) as url:
        yield url


@pytest.fixture(scope="module")
def guarded(shop, tmp_path_factory):
    """(address, admin key) of a service with keys on a copy of the shop."""
    workspace = tmp_path_factory.mktemp("guarded") / "workspace"
    shutil.copytree(shop.workspace, workspace)
    settings = shop.settings(workspace=str(workspace))
    with Engine.open(settings) as engine:
        secret = engine.access.create("admin", Grants(scopes_of(["admin"]))).secret
    with serving(settings) as url:
        yield url, secret
