"""The HTTP application: routes, problem documents, middleware, the storefront."""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from lookalike.engine import Engine
from lookalike.server import (
    attributes,
    catalog,
    events,
    feed,
    health,
    jobs,
    looks,
    photos,
    retrieval,
    rules,
    swap,
    users,
)
from lookalike.server.headers import SecurityHeaders
from lookalike.server.problems import install_problem_documents


def create_app(engine: Engine) -> FastAPI:
    """An application over an open engine; whoever opened the engine closes it."""
    app = FastAPI(
        title="Lookalike",
        version=engine.version,
        summary="Visual recommendations for shops: what looks like this, and why.",
    )
    app.state.engine = engine
    install_problem_documents(app)
    app.add_middleware(SecurityHeaders)
    for part in (
        health,
        attributes,
        catalog,
        retrieval,
        rules,
        looks,
        photos,
        swap,
        jobs,
        events,
        feed,
        users,
    ):
        app.include_router(part.router, prefix="/v1")
    _mount_storefront(app)
    return app


def _mount_storefront(app: FastAPI) -> None:
    folder = str(files("lookalike") / "web" / "storefront")

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(f"{folder}/index.html")

    app.mount("/storefront", StaticFiles(directory=folder), name="storefront")
