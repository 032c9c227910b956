"""Which folders of this machine a catalog may be read from when somebody asks by HTTP.

A path in a request reads this machine's files with the rights of the service, so somebody who may
only send products could read what lies beside them.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from lookalike.domain.access import Caller
from lookalike.errors import Forbidden, InvalidInput
from lookalike.server.exposure import Exposure
from lookalike.settings import Settings


def require_readable(
    location: str | None, caller: Caller, settings: Settings, exposure: Exposure
) -> None:
    """Raises Forbidden for a path that callers may not name, InvalidInput for what is none."""
    if location is None or (path := _local_path(location)) is None:
        return
    if not settings.catalog_folders and caller.is_open and not exposure.is_public:
        return
    folders = [Path(folder).resolve() for folder in settings.catalog_folders]
    try:
        place = Path(path).resolve()
    except (OSError, ValueError):
        raise InvalidInput(f"{location[:80]!r} is no path.") from None
    if not any(place.is_relative_to(folder) for folder in folders):
        raise Forbidden(
            f"{location[:200]!r} lies in no folder that may be read by HTTP.",
            hint="Put the folder into the setting catalog_folders, or name a web address or a "
            "bucket, or run `lookalike index` on the machine itself.",
        )


def _local_path(location: str) -> str | None:
    """The path that a location names on this machine; None for an address of another scheme.

    Addresses are judged where they are read: sources/catalog.py knows which lead anywhere.
    """
    if "://" not in location:
        return location
    address = urlsplit(location)
    if address.scheme.casefold() != "file":
        return None
    return unquote(address.path) if address.netloc in ("", "localhost") else None
