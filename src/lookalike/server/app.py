"""The HTTP application: routes, problem documents, security headers, the storefront."""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import FastAPI, Request, Response
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
from lookalike.server.problems import install_problem_documents

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob: https: http:; style-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
API_DOCUMENTATION = ("/docs", "/redoc")
"""Swagger's own page needs scripts from elsewhere, so the policy is not set on it."""


def create_app(engine: Engine) -> FastAPI:
    """An application over an open engine; whoever opened the engine closes it."""
    app = FastAPI(
        title="Lookalike",
        version=engine.version,
        summary="Visual recommendations for shops: what looks like this, and why.",
    )
    app.state.engine = engine
    install_problem_documents(app)
    app.middleware("http")(_secured)
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


async def _secured(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await proceed(request)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if response.status_code >= 400:  # what is wrong now, or names a user, must not be kept
        response.headers["Cache-Control"] = "no-store"
    if request.url.path not in API_DOCUMENTATION:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _mount_storefront(app: FastAPI) -> None:
    folder = str(files("lookalike") / "web" / "storefront")

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(f"{folder}/index.html")

    app.mount("/storefront", StaticFiles(directory=folder), name="storefront")
