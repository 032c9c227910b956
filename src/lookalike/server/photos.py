"""Photos in (uploads to search with) and out (the pictures of products)."""

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from lookalike.errors import InvalidInput, NotFound
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import CollectionId, OpenEngine, WhoAsks
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire.schema import UploadBody

router = APIRouter(route_class=GuardedRoute, tags=["photos"], prefix="/collections/{collection_id}")


@router.post("/uploads", status_code=201, response_model=UploadBody, responses=PROBLEM_RESPONSES)
def upload(
    engine: OpenEngine, collection_id: CollectionId, file: Annotated[UploadFile, File()]
) -> UploadBody:
    """Keep a photo for an hour, to be named as `query.upload_id`."""
    limit = engine.settings.max_image_mb * 1024 * 1024
    data = file.file.read(limit + 1)
    if len(data) > limit:
        raise InvalidInput(
            f"The photo is larger than {engine.settings.max_image_mb} MB.",
            hint="Send a smaller one; 1,000 pixels a side are plenty.",
        )
    kept = engine.upload(data, collection=collection_id)
    return UploadBody(upload_id=kept.upload_id, width=kept.width_px, height=kept.height_px)


@router.get(
    "/images/{image_hash}",
    response_class=Response,
    responses={
        200: {"content": {"image/*": {}}, "description": "The picture"},
        **PROBLEM_RESPONSES,
    },
)
def image(
    engine: OpenEngine, caller: WhoAsks, collection_id: CollectionId, image_hash: str
) -> Response:
    """The picture of a product, by the hash of its bytes; it never changes.

    Pages show it by `<img>`, which sends no key, so who knows the hash may have the picture.
    """
    try:
        data, media_type = engine.image(image_hash, collection=collection_id)
    except (InvalidInput, NotFound):
        if caller.is_open or caller.key is not None:
            raise
        raise NotFound("There is no such image.") from None  # nor is it told which collections are
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{image_hash}"',
    }
    return Response(data, media_type=media_type, headers=headers)
