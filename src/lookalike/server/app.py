"""The HTTP application: routes, problem documents, middleware, the storefront."""

from importlib.resources import files

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from lookalike.engine import Engine
from lookalike.server import (
    attributes,
    catalog,
    events,
    feed,
    health,
    jobs,
    keys,
    looks,
    photos,
    retrieval,
    rules,
    swap,
    users,
)
from lookalike.server.access import KeyCheck
from lookalike.server.access_log import AccessLog
from lookalike.server.caching import Caching
from lookalike.server.cors import Cors
from lookalike.server.described import describe
from lookalike.server.exposure import Exposure, exposure_of, require_keys
from lookalike.server.guard import GuardedRoute, require_guards
from lookalike.server.headers import SecurityHeaders
from lookalike.server.idempotency import Idempotency
from lookalike.server.lifecycle import LeavingConnections, Lifecycle
from lookalike.server.limits import RequestLimits
from lookalike.server.metrics import CONTENT_TYPE, MeasuredRequests, Metrics
from lookalike.server.page import require_public_key, storefront_page
from lookalike.server.problems import UnexpectedErrors, install_problem_documents
from lookalike.server.recent import MEGA, RecentAnswers
from lookalike.server.traces import TracedRequests, Traces


def create_app(
    engine: Engine, *, exposure: Exposure | None = None, traces: Traces | None = None
) -> FastAPI:
    """An application over an open engine; whoever opened the engine closes it.

    exposure  who can reach it; None where that is not known
    traces    where spans of requests and stages go; None makes none
    """
    app = FastAPI(
        title="Lookalike",
        version=engine.version,
        summary="Visual recommendations for shops: what looks like this, and why.",
    )
    app.state.engine = engine
    recent_mb = engine.settings.recent_answers_mb
    app.state.recent = RecentAnswers(most_bytes=recent_mb * MEGA) if recent_mb else None
    app.state.exposure = exposure = exposure or Exposure()
    app.router.route_class = GuardedRoute
    install_problem_documents(app)
    _add_middleware(app, engine, exposure)
    _observe(app, traces)
    parts = (
        health,
        attributes,
        catalog,
        retrieval,
        rules,
        looks,
        photos,
        swap,
        jobs,
        keys,
        events,
        feed,
        users,
    )
    for part in parts:
        app.include_router(part.router, prefix="/v1")
    _mount_storefront(app, engine)
    describe(app)
    require_guards(app, *(part.router for part in parts))
    return app


def served_app(engine: Engine, address: str, *, traces: Traces | None = None) -> FastAPI:
    """The application for an address that is listened on.

    Raises InvalidInput where it would let in more people than its settings say.
    """
    settings = engine.settings
    exposure = exposure_of(address, settings.host)
    if settings.insecure:  # whoever can reach it may, also through a proxy on this machine
        exposure = Exposure(is_public=True)
    require_public_key(engine)
    require_keys(exposure, is_open=engine.access.is_open, insecure=settings.insecure)
    return create_app(engine, exposure=exposure, traces=traces)


def _add_middleware(app: FastAPI, engine: Engine, exposure: Exposure) -> None:
    """The last one added is the outermost."""
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(Idempotency, engine=engine)  # who may not come in is told nothing kept
    app.add_middleware(Caching)
    app.add_middleware(
        KeyCheck,
        access=engine.access,
        exposure=exposure,
        unkeyed_per_minute=engine.settings.unkeyed_per_minute,
    )
    app.add_middleware(RequestLimits, body_mb=engine.settings.max_request_mb)
    app.add_middleware(Cors, access=engine.access, exposure=exposure)
    app.add_middleware(SecurityHeaders)


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


def _mount_storefront(app: FastAPI, engine: Engine) -> None:
    folder = files("lookalike") / "web" / "storefront"

    @app.get("/", include_in_schema=False)
    def page() -> HTMLResponse:
        shown = storefront_page((folder / "index.html").read_text(encoding="utf-8"), engine)
        return HTMLResponse(shown, headers={"Cache-Control": "no-cache"})

    app.mount("/storefront", StaticFiles(directory=str(folder)), name="storefront")
