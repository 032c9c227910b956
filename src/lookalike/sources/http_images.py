"""Image bytes from the web: limited in size and time, fetched anew only if they changed."""

import time
from collections.abc import Callable

from lookalike.sources.addresses import resolve as system_resolve
from lookalike.sources.guarded_network import Resolve
from lookalike.sources.http_client import Answer, HttpClient, HttpLimits, NotModified
from lookalike.sources.image_size import MAX_IMAGE_BYTES, too_many_bytes
from lookalike.sources.protocol import Fetched, FetchRefused

ACCEPT = (b"image/*,*/*;q=0.5", b"identity")  # a packed body could unpack to any size


class HttpImages:
    """An ImageStore of http and https addresses, on any port."""

    def __init__(
        self,
        limits: HttpLimits | None = None,
        *,
        allow_private_addresses: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolve = system_resolve,
    ) -> None:
        self._limits = limits or HttpLimits(MAX_IMAGE_BYTES)
        self._client = HttpClient(
            self._limits,
            accept=ACCEPT,
            allow_private_addresses=allow_private_addresses,
            sleep=sleep,
            resolve=resolve,
        )

    def stamp(self, location: str, known: str | None = None) -> str | None:  # noqa: ARG002
        """Only a request could tell, so what is known counts until one is made."""
        return known

    def read(self, location: str) -> bytes:
        return self.fetch(location).data or b""

    def fetch(self, location: str, known: str | None = None) -> Fetched:
        try:
            return self._client.get(location, self._taken, known=known)
        except NotModified:
            return Fetched(None, known)

    def close(self) -> None:
        self._client.close()

    def _taken(self, answer: Answer) -> Fetched:
        limit = self._limits.bytes
        if answer.headers.get("content-encoding", "identity").lower() not in {"identity", ""}:
            raise FetchRefused(
                "encoded_body", f"{answer.shown} sends the image packed, against our request."
            )
        declared = answer.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            raise too_many_bytes(answer.shown, int(declared), limit)
        data = bytearray()
        for chunk in answer.chunks:
            data += chunk
            if len(data) > limit:
                raise too_many_bytes(answer.shown, len(data), limit)
        if not data:
            raise FetchRefused("empty", f"{answer.shown} sends nothing.")
        return Fetched(bytes(data), answer.stamp)
