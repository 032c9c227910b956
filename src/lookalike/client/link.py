"""What both clients know of the service: where it is, the key, how long to wait, how often."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from lookalike.errors import InvalidInput

DEFAULT_URL = "http://127.0.0.1:8000"
URL_VARIABLE = "LOOKALIKE_URL"
KEY_VARIABLE = "LOOKALIKE_API_KEY"
COLLECTION_VARIABLE = "LOOKALIKE_COLLECTION"


@dataclass
class Link:
    """How to reach the service.

    collection  used where a call names none; None asks for the only one there is
    timeout_s   of one request
    retries     further attempts after a broken connection or a 503
    backoff_s   before the first further attempt; doubles each time, between half and all of it
    only        the only collection there is, once it was looked up
    user_token  says which user a storefront key speaks for
    """

    url: str
    api_key: str | None = field(repr=False)
    collection: str | None
    timeout_s: float
    retries: int
    backoff_s: float
    only: str | None = None
    user_token: str | None = field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        key = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        user = {"Lookalike-User": self.user_token} if self.user_token else {}
        return {"Accept": "application/json", **key, **user}


def link(
    api_key: str | None,
    base_url: str | None,
    *,
    collection: str | None,
    timeout_s: float,
    retries: int,
    backoff_s: float,
    user_token: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Link:
    """Arguments before LOOKALIKE_URL, LOOKALIKE_API_KEY and LOOKALIKE_COLLECTION before defaults.

    Raises InvalidInput for an address that is none, and for numbers that make no sense.
    """
    url = (base_url or environment.get(URL_VARIABLE) or DEFAULT_URL).rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise InvalidInput(
            f'The address "{url}" of the service is not one of http or https.',
            hint=f"Write it out, for example {DEFAULT_URL}.",
        )
    if timeout_s <= 0 or retries < 0 or backoff_s < 0:
        raise InvalidInput(
            f"timeout_s {timeout_s}, retries {retries} and backoff_s {backoff_s} do not go.",
            hint="A timeout is above 0, the others are at least 0.",
        )
    return Link(
        url=url,
        api_key=api_key or environment.get(KEY_VARIABLE) or None,
        collection=collection or environment.get(COLLECTION_VARIABLE) or None,
        timeout_s=timeout_s,
        retries=retries,
        backoff_s=backoff_s,
        user_token=user_token,
    )
