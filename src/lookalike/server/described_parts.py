"""What all operations share in the OpenAPI document: headers, parameters, problem answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DESCRIPTION = """Recommendations by what products look like: similar products with reasons, whole
looks, and feeds that learn from what users do.

Send an API key as `Authorization: Bearer lk_...` once the service has any.  Errors are problem
documents (`application/problem+json`) with a stable `code`, a `detail` and a `hint`.  Equal
requests to one state of a collection get equal answers.  Operation ids are the names of the calls
of the Python and JavaScript clients.  Examples are answers of the sample shop, with long lists and
embeddings cut short."""

SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `lk_...`, once the service has any.",
    },
    "user": {
        "type": "apiKey",
        "in": "header",
        "name": "Lookalike-User",
        "description": "A user token, with a storefront key, for calls about that user; the "
        "shop's server signs it (`user_token` of the clients).",
    },
}
NEVER_KEPT = frozenset(
    (
        "keys.list",
        "users.get",
        "users.export",
        "users.feed",
        "users.receipts",
        "users.verify",
    )
)
"""Reading operations whose answers are about somebody: `Cache-Control: no-store`, no ETag."""

RATE = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def _header(description: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind, **more}}


HEADERS = {
    "X-Request-ID": _header("Joins this answer to the log: the id that came, else a new one."),
    "Cache-Control": _header(
        "no-cache: keep it, and ask with If-None-Match; no-store: it is about a user, a change or "
        "an error; pictures are immutable."
    ),
    "ETag": _header("A strong tag of the bytes; not on answers that are `no-store`."),
    "Idempotency-Replayed": _header("true: done before under this key; this is the kept answer."),
    "RateLimit-Limit": _header("Requests per minute of this key.", "integer"),
    "RateLimit-Remaining": _header("How many may follow now.", "integer"),
    "RateLimit-Reset": _header("Seconds until none of them counts any more.", "integer"),
    "Retry-After": _header("Seconds after which to ask again.", "integer"),
    "WWW-Authenticate": _header("How to say who asks."),
}
SHARED_PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "A name of your own for this request.  Sent again with the same one within "
        "24 hours it is not done again, and the kept answer comes back; with another request it "
        "is 422.",
        "schema": {"type": "string", "pattern": "^[ -~]{1,257}$"},
        "example": "5f3c0a9e-nightly",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "ETags that are known; 304 without a body if one still holds.",
        "schema": {"type": "string"},
    },
    "RequestId": {
        "name": "X-Request-ID",
        "in": "header",
        "required": False,
        "description": "Joins the request to your own logs; up to 80 of A-Z a-z 0-9 ._:+/=-, else "
        "a new one is made.",
        "schema": {"type": "string"},
    },
}


@dataclass(frozen=True)
class Words:
    """A parameter that several operations have."""

    description: str
    example: Any


PARAMETERS: Mapping[str, Words] = {
    "collection_id": Words("The collection.", "default"),
    "sku": Words("The shop's own id of the product; a slash may stand in it.", "DRE-0014"),
    "other": Words("The product to compare with.", "DRE-0042"),
    "format": Words("json for numbers, png for a picture.", "json"),
    "name": Words("Its name.", "pattern"),
    "kind": Words("A kind, category or product type of the catalog.", "dress"),
    "job_id": Words("As the call that started the run told it.", "0f1e2d3c"),
    "key_id": Words("As `GET /v1/keys` lists it.", "abcdefgh"),
    "user_id": Words("The shop's own id of the user, compared exactly.", "user-7"),
    "image_hash": Words("As it stands in `image_url`.", "9f86d081884c7d65"),
    "where": Words("Clauses that must all hold.", ["in_stock", "price<=50"]),
    "limit": Words("How many.", 12),
    "offset": Words("How many to pass over.", 0),
    "cursor": Words("The `cursor` of the page before.", None),
    "attribute": Words("Only conflicts about this attribute.", "color_family"),
    "version": Words("An older one than is known is a conflict.", 3),
    "explain": Words("Whether each has an `explanation`.", True),
    "diversity": Words("From 0, the best by score, to 1, as different as can be.", 0.3),
}


@dataclass(frozen=True)
class Answer:
    """An answer that went otherwise; `headers` are those beside X-Request-ID."""

    name: str
    description: str
    headers: tuple[str, ...] = ()
    example: Mapping[str, Any] | None = None


def _problem(status: int, title: str, code: str, detail: str, hint: str) -> dict[str, Any]:
    told = {"title": title, "status": status, "code": code, "detail": detail, "hint": hint}
    return {"type": "about:blank", **told}


ANSWERS: Mapping[int, Answer] = {
    304: Answer("NotModified", "What If-None-Match names still holds.", ("ETag", "Cache-Control")),
    400: Answer("Unreadable", "The body cannot be read at all, as JSON that lies too deep."),
    401: Answer(
        "Unauthorized",
        "No key, or one that is wrong, expired or revoked.",
        ("WWW-Authenticate",),
        _problem(
            401,
            "Who is asking?",
            "unauthorized",
            "This call needs an API key.",
            "Send `Authorization: Bearer KEY`; make one with: lookalike keys create",
        ),
    ),
    403: Answer(
        "Forbidden",
        "The key does not open this: its scopes, collections or origins, or whose user it is.",
        (),
        _problem(
            403,
            "Not allowed",
            "forbidden",
            "This call needs a key of the scope catalog; this one has recommend.",
            "Make another: lookalike keys create --scope ...",
        ),
    ),
    404: Answer(
        "NotFound",
        "Something that the address or the body names is not there.",
        (),
        _problem(
            404,
            "Not found",
            "not_found",
            'There is no collection "shoes".',
            "There are: default.",
        ),
    ),
    409: Answer(
        "Conflict",
        "It is already something else, somebody else is at it, or a request with this "
        "Idempotency-Key is still at work (then with Retry-After).",
        ("Retry-After",),
        _problem(
            409,
            "Conflict",
            "request_in_progress",
            "The request with this Idempotency-Key is still at work.",
            "Send it again after the seconds of Retry-After.",
        ),
    ),
    413: Answer("TooLarge", "The body is larger than the setting `max_request_mb`."),
    414: Answer("QueryTooLong", "The query string is longer than 16 kB."),
    422: Answer(
        "Invalid",
        "The request can never work: a shape, a name or a value is wrong, and the hint says "
        "which one is right.",
        (),
        _problem(
            422,
            "The request cannot work",
            "invalid_input",
            'No product has a value for "colour".',
            'Did you mean "color"?',
        ),
    ),
    429: Answer(
        "TooMany",
        "More requests per minute than the key may make.",
        ("Retry-After", *RATE),
        _problem(
            429,
            "Too many requests",
            "rate_limited",
            "These are more than 600 requests per minute.",
            "Try again in 2 s.",
        ),
    ),
    431: Answer("HeadersTooLarge", "More than 100 headers or 32 kB of them."),
    503: Answer(
        "Unavailable",
        "Works later or elsewhere: nothing is indexed yet, a source cannot be reached, an extra "
        "is not installed, or the service is about to end.",
        ("Retry-After",),
        _problem(
            503,
            "Not available now",
            "unavailable",
            'The collection "default" holds no products yet.',
            "Index a catalog first: lookalike index CATALOG",
        ),
    ),
}


def responses() -> dict[str, Any]:
    """`components.responses`: all but 304 are problem documents."""
    shape = {"$ref": "#/components/schemas/ProblemDocument"}
    found: dict[str, Any] = {}
    for status, one in ANSWERS.items():
        names = ("X-Request-ID", *one.headers)
        told: dict[str, Any] = {
            "description": one.description,
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        }
        if status != 304:
            example = {"example": dict(one.example)} if one.example else {}
            told["content"] = {"application/problem+json": {"schema": shape, **example}}
        found[one.name] = told
    return found
