"""One careful HTTP request to an address that somebody typed into a form.

Such an address may lead into our own network (a database, a cloud's metadata service), so: only https, only public
addresses, checked on the very address that is connected to (a name may resolve differently a moment later), and no
redirects. WEBHOOK_ALLOW_PRIVATE lifts the first two, for development.
"""

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from django.conf import settings


class NotSent(Exception):
    """The request got no answer, or was not made; the message says why."""


class _PinnedConnection(HTTPConnection):
    """Connects to the address that was checked, whatever the name resolves to by then."""

    def __init__(self, url: SplitResult, address: str, timeout: float) -> None:
        super().__init__(_host(url), _port(url), timeout=timeout)
        self.address = address
        self.context = ssl.create_default_context() if url.scheme == "https" else None

    def connect(self) -> None:
        sock = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self.context.wrap_socket(sock, server_hostname=self.host) if self.context else sock


def post(*, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> int:
    """Send a POST and return the status of the answer, whose content is not read. Raises NotSent."""
    try:
        parts = urlsplit(url)
        connection = _PinnedConnection(parts, _address(parts), timeout)
        try:
            connection.request(
                "POST", f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}", body, dict(headers)
            )
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        raise NotSent(f"{type(error).__name__}: {error}") from error


def _host(url: SplitResult) -> str:
    return (url.hostname or "").encode("idna").decode()


def _port(url: SplitResult) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _address(url: SplitResult) -> str:
    """The address to connect to. Raises NotSent for one that we may not talk to, OSError for an unknown name."""
    is_free = settings.WEBHOOK_ALLOW_PRIVATE
    if url.scheme not in ({"https", "http"} if is_free else {"https"}) or not url.hostname or url.username:
        raise NotSent("Only https addresses without a user name are allowed.")
    found = socket.getaddrinfo(_host(url), _port(url), type=socket.SOCK_STREAM)
    addresses = [str(sockaddr[0]) for *_, sockaddr in found]
    if not is_free and not all(map(_is_public, addresses)):
        raise NotSent("The address leads into a private network.")
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in the clothes of an IPv6 one is judged as what it is.
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner:
            return _is_public(str(inner))
    return ip.is_global and not ip.is_multicast
