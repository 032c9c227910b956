"""Who can reach the service: this machine alone, or anybody; and what an open one may answer."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lookalike.errors import Forbidden, InvalidInput

HOME_NAMES = ("localhost", "127.0.0.1", "[::1]")
_MAKE_A_KEY = "Make a key, then calls need it: lookalike keys create --name shop --scope recommend"


@dataclass(frozen=True)
class Exposure:
    """Where the service listens.

    is_public  more than this machine can reach it
    is_home    it listens on the loopback: while it is open, what comes by another name or from
               another site's page is refused (DNS rebinding, forged requests, a proxy in front)
    names      hosts that are right besides HOME_NAMES
    """

    is_public: bool = False
    is_home: bool = False
    names: tuple[str, ...] = ()

    def require_home(self, headers: Mapping[str, str]) -> None:
        """Raises Forbidden for a request that did not begin on this machine."""
        if not self.is_home:
            return
        host = headers.get("host", "")
        if not self._is_home_name(_name(host)):
            raise Forbidden(
                f'The service has no key yet and is open to this machine alone, not to "{host}".',
                hint=_MAKE_A_KEY,
            )
        origin = headers.get("origin")
        if origin is not None and not self.is_home_origin(origin):
            raise Forbidden(
                f'The service has no key yet and answers no page of "{origin[:100]}".',
                hint=_MAKE_A_KEY,
            )

    def is_home_origin(self, origin: str) -> bool:
        """Whether a page is one of this machine."""
        try:
            return self._is_home_name(_name(urlsplit(origin).netloc))
        except ValueError:
            return False

    def _is_home_name(self, name: str) -> bool:
        return name in HOME_NAMES or name in self.names


def exposure_of(address: str, host: str = "") -> Exposure:
    """From the address that is listened on; `host` is the name that it was given by."""
    if ipaddress.ip_address(address.partition("%")[0]).is_loopback:
        shown = f"[{address}]" if ":" in address else address
        return Exposure(is_home=True, names=(shown, host.lower()) if host else (shown,))
    return Exposure(is_public=True)


def require_keys(exposure: Exposure, *, is_open: bool, insecure: bool) -> None:
    """Raises InvalidInput where a service without keys could be reached by anybody."""
    if exposure.is_public and is_open and not insecure:
        raise InvalidInput(
            "Without a key, everybody who reaches this address could read, change and delete "
            "everything.",
            hint="Make one first: lookalike keys create --name admin --scope admin.  Or listen on "
            "127.0.0.1.  In a network of which you trust every machine: serve --insecure.",
        )


def _name(netloc: str) -> str:
    """A host without its port, in lower case."""
    lower = netloc.lower()
    return lower.partition("]")[0] + "]" if lower.startswith("[") else lower.partition(":")[0]
