"""Where a webhook's host leads: nowhere inside, unless the settings allow it.

Whoever may enter an address could otherwise make the service knock on doors that only it can
reach: its own database, the router's page, a cloud's metadata.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

from logistics.errors import Forbidden

Resolve = Callable[[str, int], Sequence[str]]
"""Return the addresses of a host, as texts."""

_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are IPv4
_LOCAL_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b:1::/48")  # RFC 8215
_LOW_32: Final = 0xFFFF_FFFF
# what the standard library of some Python takes for public, from IANA's special-purpose registries
_CLOSED: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
            "240.0.0.0/4", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
            "fec0::/10",
        ),
    )
)  # fmt: skip


class HostPrivate(Forbidden):
    """The host leads to a place that only this service's own network reaches."""

    code = "webhook.host-private"


class HostUnknown(Forbidden):
    """The host's name leads nowhere."""

    code = "webhook.host-unknown"


def resolved(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host, each once, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def reachable(
    host: str, port: int, allowed: Collection[str] = (), *, resolve: Resolve = resolved
) -> str:
    """Return the one address to connect to; the name is not asked again.

    Parameters
    ----------
    allowed
        Hosts, as written in webhooks' addresses, that may be anywhere.

    Raises
    ------
    HostUnknown
        If the name leads nowhere.
    HostPrivate
        If any of its addresses is not a public one: a name that leads to both is a trap.
    """
    try:
        found = list(resolve(host, port))
    except (OSError, UnicodeError) as error:
        raise HostUnknown(host=host) from error
    if not found:
        raise HostUnknown(host=host)
    if host not in allowed:
        for address in found:
            if not is_public(address):
                raise HostPrivate(host=host, address=address)
    return found[0]


def is_public(text: str) -> bool:
    """Say whether an address is one that anybody on the internet can reach."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if "%" in text:  # an address with a scope holds on one cable only
        return False
    return all(_open(one) for one in _meant(address))


def _meant(address: IPv4Address | IPv6Address) -> tuple[Any, ...]:
    """Give the address, and those that lie hidden in it."""
    if isinstance(address, IPv4Address):
        return (address,)
    hidden: list[IPv4Address] = []
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        hidden.append(address.sixtofour)
    if address.teredo is not None:
        hidden += address.teredo
    if address in _TRANSLATED or address in _LOCAL_TRANSLATED:
        return (IPv4Address(int(address) & _LOW_32),)
    return (address, *hidden)


def _open(address: IPv4Address | IPv6Address) -> bool:
    shut = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    inside = any(address.version == net.version and address in net for net in _CLOSED)
    return address.is_global and not shut and not inside
