"""Products and facets of a collection, and the index run that fills it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request

from lookalike.domain.filter_parsing import all_of, parse_where
from lookalike.domain.job import Job
from lookalike.domain.patch import MAX_PATCHES, Patch
from lookalike.server.guard import GuardedRoute
from lookalike.server.local_catalogs import require_readable
from lookalike.server.parts import Answer, CollectionId, OpenEngine, WhoAsks, private
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import answers
from lookalike.wire.bounds import MOST_NAMES
from lookalike.wire.connect import mapping_of, options_of
from lookalike.wire.jobs_schema import JobBody
from lookalike.wire.patches import patch_results, read_patch
from lookalike.wire.patches_schema import PatchesBody, PatchInput
from lookalike.wire.plans_schema import PlanBody, plan
from lookalike.wire.products import product_from
from lookalike.wire.schema import (
    ConnectBody,
    FacetsBody,
    ProductBody,
    ProductInput,
    ProductsBody,
)

router = APIRouter(
    route_class=GuardedRoute, tags=["catalog"], prefix="/collections/{collection_id}"
)

Where = Annotated[
    list[str],
    Query(
        max_length=MOST_NAMES,
        description="Clauses that must all hold, for example `price<=50` or `in_stock`.",
    ),
]


@router.get("/products", responses={200: {"model": ProductsBody}, **PROBLEM_RESPONSES})
def products(
    engine: OpenEngine,
    collection_id: CollectionId,
    where: Where = [],  # noqa: B006 - FastAPI copies defaults
    limit: Annotated[int, Query(ge=1, le=500)] = 48,
    cursor: str | None = None,
) -> Answer:
    """One page of products in the order of their skus."""
    wanted = all_of(*(parse_where(clause) for clause in where))
    page = engine.products(where=wanted, limit=limit, cursor=cursor, collection=collection_id)
    return Answer(answers.products(page, collection_id))


@router.get("/facets", responses={200: {"model": FacetsBody}, **PROBLEM_RESPONSES})
def facets(engine: OpenEngine, collection_id: CollectionId) -> Answer:
    """The values of the fields that shoppers choose by, with the number of products of each."""
    return Answer({"facets": engine.facets(collection=collection_id)})


@router.get("/products/{sku:path}", responses={200: {"model": ProductBody}, **PROBLEM_RESPONSES})
def product(engine: OpenEngine, caller: WhoAsks, collection_id: CollectionId, sku: str) -> Answer:
    """One product with its visual attributes and its `image_embedding`.

    Who said what of it, and what is wrong with its images, is the merchant's business: a
    storefront key gets those lists empty.
    """
    found = engine.product(sku, collection=collection_id)
    shown = answers.product_with_embedding(found, collection_id)
    return Answer({**shown, "attributes": [], "problems": []} if caller.is_browser else shown)


@router.put("/products/{sku:path}", responses={200: {"model": ProductBody}, **PROBLEM_RESPONSES})
def put_product(
    engine: OpenEngine, collection_id: CollectionId, sku: str, body: ProductInput
) -> Answer:
    """Add or replace one product; it can be found by the very next question."""
    found = engine.upsert(product_from(sku, body), collection=collection_id)
    return Answer(answers.product_with_embedding(found, collection_id))


@router.patch("/products", responses={200: {"model": PatchesBody}, **PROBLEM_RESPONSES})
def patch_products(
    engine: OpenEngine,
    collection_id: CollectionId,
    body: Annotated[list[PatchInput], Body(max_length=MAX_PATCHES)],
) -> Answer:
    """Change prices and stock of many products; the very next question sees them."""
    read = [read_patch(one) for one in body]
    good = [one for one in read if isinstance(one, Patch)]
    done = iter(engine.upkeep(collection=collection_id).patch(good))
    return Answer(patch_results([next(done) if isinstance(one, Patch) else one for one in read]))


@router.delete("/products/{sku:path}", status_code=204, responses=PROBLEM_RESPONSES)
def delete_product(
    engine: OpenEngine,
    collection_id: CollectionId,
    sku: str,
    version: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> None:
    """Remove one product; the very next question no longer finds it."""
    engine.remove(sku, version=version, collection=collection_id)


@router.post(
    "/connect",
    status_code=202,
    responses={200: {"model": PlanBody}, 202: {"model": JobBody}, **PROBLEM_RESPONSES},
)
def connect(
    request: Request,
    engine: OpenEngine,
    caller: WhoAsks,
    collection_id: CollectionId,
    body: ConnectBody,
) -> Answer:
    """Start an index run over a catalog that this machine can read; follow it as a job.

    Paths of this machine must lie below one of `catalog_folders` once there are keys.  With
    `dry_run` it reads the catalog, changes nothing and answers 200 with what would be done.
    """
    for location in (body.bucket_uri, body.images):
        require_readable(location, caller, engine.settings, request.app.state.exposure)
    begin = partial(engine.index, dry_run=True) if body.dry_run else engine.start_index
    done = begin(
        body.bucket_uri,
        images=body.images,
        mapping=mapping_of(body),
        form=body.format,
        options=options_of(body),
        collection=collection_id,
    )
    if isinstance(done, Job):
        return Answer(answers.job(done), status_code=202)
    return private(plan(done))
