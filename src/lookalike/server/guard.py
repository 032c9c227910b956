"""What each route needs: one table, and the kind of route that asks it before it reads a body.

A route that is not in the table is for `admin` alone, and a test fails for it.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from lookalike.domain.access import Caller, Scope
from lookalike.engine import Engine
from lookalike.errors import Forbidden, NotFound, Unauthorized
from lookalike.server.access import caller_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

C = "/collections/{collection_id}"
USER = f"{C}/users/{{user_id}}"
ATTRIBUTE = f"{C}/products/{{sku:path}}/attributes/{{name}}"


@dataclass(frozen=True)
class Need:
    """What a caller must have.

    scopes    any one of them; `admin` always does
    is_open   callers without a key get an answer too
    is_wide   speaks of several collections, and leaves out what the caller may not see.  Other
              routes that name no collection and no job are closed to keys that are limited
    """

    scopes: frozenset[Scope]
    is_open: bool = False
    is_wide: bool = False


def _need(*scopes: Scope, is_open: bool = False, is_wide: bool = False) -> Need:
    return Need(frozenset(scopes), is_open, is_wide)


ADMIN = _need("admin")
CATALOG = _need("catalog")
READ = _need("catalog", "recommend", "storefront")
ASK = _need("recommend", "storefront")
TUNE = _need("catalog", "recommend")
RIGHTS = _need("users", "storefront")
"""A storefront key must bring the token of the user whom a path names, on every route."""
NEEDS: Mapping[str, Need] = {
    "GET /": _need(is_open=True, is_wide=True),
    "GET /health": _need(is_open=True, is_wide=True),
    "GET /ready": _need(is_open=True, is_wide=True),
    "GET /metrics": _need("metrics"),
    "GET /collections": _need(
        "catalog", "recommend", "events", "users", "storefront", is_wide=True
    ),
    "GET /keys": ADMIN,
    "POST /keys": ADMIN,
    "DELETE /keys/{key_id}": ADMIN,
    "POST /keys/{key_id}/rotate": ADMIN,
    "GET /jobs": _need("catalog", is_wide=True),
    "GET /jobs/{job_id}": CATALOG,
    "GET /jobs/{job_id}/problems": CATALOG,
    "POST /jobs/{job_id}/cancel": CATALOG,
    "POST /jobs/{job_id}/resume": CATALOG,
    f"POST {C}/connect": CATALOG,
    f"POST {C}/swap": ADMIN,
    f"POST {C}/rollback": ADMIN,
    f"GET {C}/products": READ,
    f"PATCH {C}/products": CATALOG,
    f"GET {C}/products/{{sku:path}}": READ,
    f"PUT {C}/products/{{sku:path}}": CATALOG,
    f"DELETE {C}/products/{{sku:path}}": CATALOG,
    f"GET {C}/facets": READ,
    f"GET {ATTRIBUTE}": TUNE,
    f"PUT {ATTRIBUTE}": CATALOG,
    f"DELETE {ATTRIBUTE}": CATALOG,
    f"GET {C}/conflicts": CATALOG,
    f"GET {C}/unknown-words": CATALOG,
    f"GET {C}/duplicates": CATALOG,
    f"POST {C}/retrieve": ASK,
    f"POST {C}/why-not/{{sku:path}}": TUNE,
    f"GET {C}/match": TUNE,
    f"POST {C}/looks": ASK,
    f"POST {C}/looks/scene": ASK,
    f"GET {C}/slots": TUNE,
    f"PUT {C}/slots/{{kind:path}}": CATALOG,
    f"DELETE {C}/slots/{{kind:path}}": CATALOG,
    f"PUT {C}/look-types/{{name}}": CATALOG,
    f"DELETE {C}/look-types/{{name}}": CATALOG,
    f"GET {C}/rules": CATALOG,
    f"GET {C}/rules/{{name}}": CATALOG,
    f"PUT {C}/rules/{{name}}": CATALOG,
    f"DELETE {C}/rules/{{name}}": CATALOG,
    f"POST {C}/rules/preview": CATALOG,
    f"POST {C}/uploads": ASK,
    # A picture is asked for by the hash of its bytes, by <img>, which can send no key.
    f"GET {C}/images/{{image_hash}}": Need(READ.scopes, is_open=True),
    f"GET {C}/quiz": ASK,
    f"POST {C}/events": _need("events", "storefront"),
    f"GET {USER}/feed": _need("recommend", "users", "storefront"),
    f"GET {USER}": RIGHTS,
    f"GET {USER}/export": RIGHTS,
    f"POST {USER}/preferences": _need("events", "users", "storefront"),
    f"POST {USER}/controls": RIGHTS,
    # Whoever joins an anonymous id to a user reads its history: the shop's own server knows.
    f"POST {USER}/login": _need("events", "users"),
    f"DELETE {USER}": RIGHTS,
    f"GET {C}/receipts": _need("users"),
    f"POST {C}/receipts/verify": _need("users"),
}
"""METHOD and path below /v1 -> what it needs."""


class GuardedRoute(APIRoute):
    """A route that first asks who is there, and only then reads what they sent."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()
        method = min((self.methods or set()) - {"HEAD"}, default="GET")
        need = need_of(method, self.path)

        async def guarded(request: Request) -> Response:
            try:
                await admit(request, need)
                return await self.answered(request, answer)
            except NotFound as error:
                if not caller_of(request.scope).is_limited:
                    raise
                raise NotFound(error.message) from None  # hints may name what others have

        return guarded

    async def answered(self, request: Request, answer: Handler) -> Response:
        """The answer to somebody who may have it."""
        return await answer(request)


def need_of(method: str, path: str) -> Need:
    """What a route needs; `admin` where the table does not say."""
    return NEEDS.get(f"{method} {path.removeprefix('/v1')}", ADMIN)


async def admit(request: Request, need: Need) -> None:
    """Raises Unauthorized or Forbidden, before anything is looked up that it could tell of."""
    caller = caller_of(request.scope)
    if caller.is_open:
        return
    if caller.key is None:
        if need.is_open:
            return
        raise Unauthorized(
            "This call needs an API key.",
            hint="Send `Authorization: Bearer KEY`; make one with: lookalike keys create",
        )
    _require_scope(caller, need)
    params = request.path_params
    if (collection := params.get("collection_id")) is not None:
        _require_collection(caller, collection)
    elif (job := params.get("job_id")) is not None:
        await _require_job(request.app.state.engine, caller, job)
    elif caller.is_limited and not need.is_wide:
        raise Forbidden(f"The key {caller.key.id} is limited to collections; this is about all.")
    require_own(caller, params.get("user_id"))


def require_own(caller: Caller, *user_ids: str | None) -> None:
    """Raises Forbidden where a browser asks for a user without their token."""
    if not all(caller.speaks_for(one) for one in user_ids):
        raise Forbidden(
            "A storefront key speaks for no user by itself.",
            hint="Send a token of this user, signed by your server, as the header Lookalike-User.",
        )


def require_guards(app: FastAPI, *routers: APIRouter) -> None:
    """Raises TypeError when an API route would answer without asking who is there."""
    for route in [*app.routes, *(route for router in routers for route in router.routes)]:
        if isinstance(route, APIRoute) and not isinstance(route, GuardedRoute):
            raise TypeError(f"{route.path} is open: give its router route_class=GuardedRoute")


def _require_scope(caller: Caller, need: Need) -> None:
    if need.is_open or caller.has(need.scopes):
        return
    wanted = " or ".join(sorted(need.scopes))
    have = ", ".join(sorted(caller.key.grants.scopes)) if caller.key else "none"
    raise Forbidden(
        f"This call needs a key of the scope {wanted}; this one has {have}.",
        hint="Make another: lookalike keys create --scope ...",
    )


def _require_collection(caller: Caller, collection: str) -> None:
    if not caller.sees(collection):
        raise Forbidden(f'The key opens no collection "{collection[:80]}".')


async def _require_job(engine: Engine, caller: Caller, job_id: str) -> None:
    """A job of a collection that the caller may not see is not there."""
    if not caller.is_limited:
        return
    job = await run_in_threadpool(engine.job, job_id)
    if not caller.sees(job.collection):
        raise NotFound(f'There is no job "{job_id}".')  # as if there were none
