"""Which network addresses may be fetched from: the guard against requests into our own network.

Image locations come from feeds and shoppers.  Without this check, one that names an address
inside the operator's network would make the server read it on a stranger's behalf.
"""

import ipaddress
import socket
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT, and one cloud's metadata service
        "192.0.0.0/24",  # protocol assignments, and one cloud's metadata service
        "192.88.99.0/24",  # relays from IPv6 to IPv4, withdrawn
        "3fff::/20",  # documentation: RFC 9637, later than some Pythons
        "168.63.129.16/32",  # another cloud's metadata service, on a public address
        "fec0::/10",  # site-local, deprecated and still routed in places
    )
)
_ISATAP, _ISATAP_MASK = 0x5EFE, 0xFDFFFFFF
"""The third quarter of an address that carries an IPv4 address: RFC 5214, section 6.1."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as the system knows them.  Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, also behind an IPv6 wrapping."""
    try:
        parsed: Address = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if wrapped := _translated(parsed):
            return _is_public(wrapped)
        tunnels: list[Address] = [parsed.sixtofour] if parsed.sixtofour else []
        tunnels += parsed.teredo or ()
        if int(parsed) >> 32 & _ISATAP_MASK == _ISATAP:
            tunnels.append(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF))
        if not all(map(_is_public, tunnels)):
            return False
    return _is_public(parsed)


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_private
        and not address.is_loopback
        and not address.is_link_local
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not any(address in network for network in _REFUSED)
    )


def _translated(address: ipaddress.IPv6Address) -> Address | None:
    """The IPv4 address that packets to this one reach, as seen from an IPv6-only network."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
