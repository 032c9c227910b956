"""Calls about what a shop sells: catalogs, products and the jobs that read them."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from lookalike.client.answers import Job, Product, Products, Record, listed
from lookalike.client.arguments import Connect, ProductFields
from lookalike.client.choosing import arguments_of, chosen, taken
from lookalike.client.failures import JobFailed
from lookalike.client.link import Link
from lookalike.client.plan import Pause, Plan, Request, path
from lookalike.errors import Unavailable

FIRST_LOOK_S = 0.05
LONGEST_LOOK_S = 2.0
"""Between two looks at a job; each is half as long again, so short jobs are seen at once."""


def health(_: Link) -> Plan[Record]:
    """Whether the service answers, its version and what every collection holds."""
    found: Record = yield Request("GET", "/health", is_safe=True)
    return found


def ready(_: Link) -> Plan[Record]:
    """Whether to send requests there.  Raises Unavailable, saying why not."""
    found: Record = yield Request("GET", "/ready", is_safe=True)
    return found


def collections(_: Link) -> Plan[list[Record]]:
    """Every collection with its number of products."""
    body = yield Request("GET", "/collections", is_safe=True)
    return list(body.collections)


def connect(
    link: Link,
    request: Connect | None = None,
    /,
    *,
    wait: bool = False,
    wait_s: float | None = None,
    **arguments: Unpack[Connect],
) -> Plan[Job]:
    """Index a folder or a catalog file that the service can read, into a collection.

    wait    come back when the job is over; else at once, with a job to follow
    wait_s  at most so long; None for as long as it takes
    With `dry_run` nothing is changed, and what comes back is what `plan` gives.
    The collection is made where there is none.  Raises JobFailed when waited in vain.
    """
    asked = arguments_of(request, arguments)
    # the collection may not be there yet, so it must be named
    name = taken(asked, "collection_id", link.collection, example="product-catalog")
    body = yield Request("POST", path("collections", name, "connect"), body=asked)
    started = Job(body)
    if wait and not asked.get("dry_run"):
        return (yield from wait_for(link, started.job_id, wait_s))
    return started


def plan(
    link: Link, request: Connect | None = None, /, **arguments: Unpack[Connect]
) -> Plan[Record]:
    """What `connect` with these arguments would do: products added, changed and removed, images
    to look at, seconds it would take, and what is wrong with the catalog.
    """
    asked = {**arguments_of(request, arguments), "dry_run": True}
    name = taken(asked, "collection_id", link.collection, example="product-catalog")
    where = path("collections", name, "connect")
    found: Record = yield Request("POST", where, body=asked, is_safe=True)
    return found


def job(_: Link, job_id: str, /) -> Plan[Job]:
    """One job as it stands."""
    return Job((yield Request("GET", path("jobs", job_id), is_safe=True)))


def jobs(_: Link, /, *, limit: int = 20) -> Plan[list[Job]]:
    """The latest jobs, newest first."""
    body = yield Request("GET", "/jobs", params={"limit": limit}, is_safe=True)
    return [Job(one) for one in body.jobs]


def wait_for(link: Link, job_id: str, /, wait_s: float | None = None) -> Plan[Job]:
    """The job once it is over.

    Raises JobFailed when it did not succeed, and Unavailable when it takes longer than `wait_s`.
    """
    pause, waited = FIRST_LOOK_S, 0.0
    while True:
        found = yield from job(link, job_id)
        if found.is_over:
            break
        if wait_s is not None and waited >= wait_s:
            raise Unavailable(
                f"The job {job_id} still runs after {wait_s:g} s.",
                hint="It goes on; look at it with jobs.get or wait again.",
            )
        yield Pause(pause)
        waited += pause
        pause = min(pause * 1.5, LONGEST_LOOK_S)
    if found.state != "succeeded":
        raise JobFailed(found)
    return found


def cancel(_: Link, job_id: str, /) -> Plan[Job]:
    """End a job at its next step; what it did is kept."""
    return Job((yield Request("POST", path("jobs", job_id, "cancel"), is_safe=True)))


def resume(_: Link, job_id: str, /) -> Plan[Job]:
    """Let a job go on that failed, was canceled or interrupted."""
    return Job((yield Request("POST", path("jobs", job_id, "resume"))))


def problems(_: Link, job_id: str, /, *, offset: int = 0, limit: int = 100) -> Plan[list[Record]]:
    """What was wrong with the input of a job, by line where there is one."""
    asked = {"offset": offset, "limit": limit}
    body = yield Request("GET", path("jobs", job_id, "problems"), params=asked, is_safe=True)
    return list(body.problems)


def product(link: Link, first: str, second: str | None = None, /) -> Plan[Product]:
    """`get(product_id)` or `get(collection_id, product_id)`: a product and what its images show."""
    named, sku = (None, first) if second is None else (first, second)
    name = yield from chosen(link, named)
    return Product((yield Request("GET", path("collections", name, "products", sku), is_safe=True)))


def products(
    link: Link,
    /,
    *,
    where: Sequence[str] = (),
    limit: int = 48,
    cursor: str | None = None,
    collection_id: str | None = None,
) -> Plan[Products]:
    """A page of products in the order of their skus; `where` holds clauses like `price<=50`."""
    name = yield from chosen(link, collection_id)
    asked = {"where": list(where), "limit": limit, "cursor": cursor}
    body = yield Request("GET", path("collections", name, "products"), params=asked, is_safe=True)
    return listed(Products, Product, body, "products")


def upsert(
    link: Link, request: ProductFields | None = None, /, **arguments: Unpack[ProductFields]
) -> Plan[Product]:
    """Add or replace the product of `sku`; the very next question finds it."""
    asked = arguments_of(request, arguments)
    sku = taken(asked, "sku", example="SKU-123")
    name = yield from chosen(link, asked.pop("collection_id", None))
    return Product((yield Request("PUT", path("collections", name, "products", sku), body=asked)))


def patch(
    link: Link, patches: Sequence[Mapping[str, Any]], /, *, collection_id: str | None = None
) -> Plan[Record]:
    """Change prices and stock of many products; the very next question sees them.

    patches  each has its sku and any of price, currency, in_stock, version
    Returns one of `results` for each, in their order, and `counts`; a bad one stops no other.
    """
    name = yield from chosen(link, collection_id)
    where = path("collections", name, "products")
    found: Record = yield Request("PATCH", where, body=[dict(one) for one in patches])
    return found


def delete(link: Link, sku: str, /, *, collection_id: str | None = None) -> Plan[None]:
    """Remove a product; the very next question no longer finds it."""
    name = yield from chosen(link, collection_id)
    yield Request("DELETE", path("collections", name, "products", sku))


def facets(link: Link, /, *, collection_id: str | None = None) -> Plan[Record]:
    """Field -> its values with the number of products of each."""
    name = yield from chosen(link, collection_id)
    body: Any = yield Request("GET", path("collections", name, "facets"), is_safe=True)
    found: Record = body["facets"]
    return found
