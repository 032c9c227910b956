"""From the recipe's connect call to an index run."""

from typing import TypeVar

from lookalike.domain.index_run import Options
from lookalike.errors import InvalidInput
from lookalike.wire.schema import ConnectBody, ConnectSettings

T = TypeVar("T")


def mapping_of(body: ConnectBody) -> dict[str, str]:
    """Product field -> column, where the caller names it.  Raises InvalidInput if they disagree."""
    named = _settings(body).product_id_field
    sku = _one("mapping.sku", body.mapping.get("sku"), "settings.product_id_field", named)
    return {**body.mapping, "sku": sku} if sku else dict(body.mapping)


def options_of(body: ConnectBody) -> Options:
    """How the run treats what it finds.  Raises InvalidInput if two places disagree."""
    settings = _settings(body)
    attributes = _one(
        "extract_attributes",
        body.extract_attributes,
        "settings.extract_attributes",
        settings.extract_attributes,
    )
    return Options(
        keep_missing=body.keep_missing,
        mode=body.mode,
        version=body.version,
        accept_loss=body.accept_loss,
        multiple_images=settings.multiple_images_per_product is not False,
        extractors=_names(body.extractors),
        extract_attributes=_names(attributes),
    )


def _settings(body: ConnectBody) -> ConnectSettings:
    return body.settings or ConnectSettings()


def _one(name: str, value: T | None, other_name: str, other: T | None) -> T | None:
    """What is said in one of two places, or the same in both."""
    if value is not None and other is not None and value != other:
        raise InvalidInput(
            f"{name} is {value!r}, but {other_name} is {other!r}.", hint="Give one of them."
        )
    return other if value is None else value


def _names(given: list[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)
