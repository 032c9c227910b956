"""The storefront's own page, with the key that its calls show once the service asks for one."""

from html import escape

from lookalike.engine import Engine
from lookalike.errors import InvalidInput, Unauthorized

_HEAD_END = "</head>"


def storefront_page(html: str, engine: Engine) -> str:
    """The page as it is while the service is open, else with the storefront key of the settings."""
    key = engine.settings.storefront_key
    if not key or engine.access.is_open:
        return html
    shown = f'<meta name="lookalike-key" content="{escape(key)}" />'
    return html.replace(_HEAD_END, f"  {shown}\n  {_HEAD_END}", 1)


def require_public_key(engine: Engine) -> None:
    """Raises InvalidInput when the key that everybody would see is not one for everybody."""
    key = engine.settings.storefront_key
    engine.access.refresh()
    if not key or engine.access.is_open:
        return
    hint = "Make one: lookalike keys create --scope storefront --origin https://shop.example"
    try:
        found = engine.access.key(key)
    except Unauthorized as error:
        raise InvalidInput(f"The setting storefront_key: {error.message}", hint=hint) from None
    if "storefront" not in found.grants.scopes:
        raise InvalidInput(
            f"The setting storefront_key is the key {found.id}, which opens more than a page may.",
            hint=hint,
        )
