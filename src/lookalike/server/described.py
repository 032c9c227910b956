"""What OpenAPI says of keys: how to send one, and which scopes each call needs."""

from typing import Any

from fastapi import FastAPI

from lookalike.server.guard import NEEDS, Need

_SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `lk_...`, once the service has any.",
    },
    "user": {
        "type": "apiKey",
        "in": "header",
        "name": "Lookalike-User",
        "description": "A user token, with a storefront key, for calls about that user.",
    },
}


def describe_keys(app: FastAPI) -> None:
    """Let the description of the API name the keys; it is made once, at the first need."""
    described = app.openapi

    def with_keys() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        found = described()
        found["components"]["securitySchemes"] = _SCHEMES
        needs = {name.replace(":path", ""): need for name, need in NEEDS.items()}
        for path, methods in found["paths"].items():
            for method, told in methods.items():
                need = needs.get(f"{method.upper()} {path.removeprefix('/v1')}")
                if need is not None:
                    told["security"] = _security(need)
                    told["x-lookalike-scopes"] = sorted({"admin", *need.scopes})
        app.openapi_schema = found
        return found

    app.openapi = with_keys  # type: ignore[method-assign]  # as FastAPI's manual has it


def _security(need: Need) -> list[dict[str, list[str]]]:
    """Any one of them; the empty one stands for a service without keys, or an open call."""
    found: list[dict[str, list[str]]] = [{"key": []}, {}]
    if "storefront" in need.scopes:
        found.insert(1, {"key": [], "user": []})
    return found
