"""The HTTP application: routes, problem documents, middleware, the storefront."""

from importlib.resources import files

from fastapi import FastAPI, Response
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
    swap,
    users,
)
from lookalike.server.access_log import AccessLog
from lookalike.server.headers import SecurityHeaders
from lookalike.server.lifecycle import LeavingConnections, Lifecycle
from lookalike.server.metrics import CONTENT_TYPE, MeasuredRequests, Metrics
from lookalike.server.problems import install_problem_documents
from lookalike.server.traces import TracedRequests, Traces


def create_app(engine: Engine, *, traces: Traces | None = None) -> FastAPI:
    """An application over an open engine; whoever opened the engine closes it.

    traces  where spans of requests and stages go; None makes none
    """
    app = FastAPI(
        title="Lookalike",
        version=engine.version,
        summary="Visual recommendations for shops: what looks like this, and why.",
    )
    app.state.engine = engine
    install_problem_documents(app)
    app.add_middleware(SecurityHeaders)
    _observe(app, traces)
    for part in (
        health,
        attributes,
        catalog,
        retrieval,
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


def _observe(app: FastAPI, traces: Traces | None) -> None:
    """Whatever stands outside of this is seen by nobody: it comes last but for the log."""
    engine: Engine = app.state.engine
    app.state.lifecycle = lifecycle = Lifecycle()
    app.state.metrics = metrics = Metrics(engine.operations().census, version=engine.version)
    app.state.observer = observer = traces.around(metrics) if traces else metrics
    app.add_middleware(LeavingConnections, lifecycle=lifecycle)
    app.add_middleware(MeasuredRequests, metrics=metrics, observer=observer)
    if traces:
        app.add_middleware(TracedRequests, traces=traces)
    app.add_middleware(AccessLog)

    @app.get("/metrics", include_in_schema=False)
    def scrape() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)


def _mount_storefront(app: FastAPI) -> None:
    folder = str(files("lookalike") / "web" / "storefront")

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(f"{folder}/index.html")

    app.mount("/storefront", StaticFiles(directory=folder), name="storefront")
