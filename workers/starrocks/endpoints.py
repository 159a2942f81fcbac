"""Where a cluster is and who we are there."""

import ssl
from functools import cache
from typing import Self

from pydantic import SecretStr

from policies.address import Address
from policies.record import Record


class Endpoint(Record):
    """A frontend's host and query port as SHOW FRONTENDS lists them, and where to really connect.

    `via` differs only where the frontend is reached through a tunnel, a proxy or a simulated cluster.
    """

    host: str
    query_port: int
    via_host: str = ""
    via_port: int = 0

    def __str__(self) -> str:
        return str(Address(host=self.host, port=self.query_port))

    @classmethod
    def parse(cls, text: str, via: str = "") -> Self:
        """Read `10.84.0.12:9030`, optionally reached at `via`; raises AddressError."""
        listed = Address.parse(text)
        if not via:
            return cls(host=listed.host, query_port=listed.port)
        real = Address.parse(via)
        return cls(host=listed.host, query_port=listed.port, via_host=real.host, via_port=real.port)


class Tls(Record):
    """Encrypt, and check the frontend's certificate against `ca` (a PEM file; empty: the authorities of this system)."""

    ca: str = ""

    def context(self) -> ssl.SSLContext:
        """The one context that all connections share: making one costs 40 times a connection."""
        return _context(self.ca)


@cache
def _context(ca: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca or None)
    # Authorities that companies make by hand often lack the extensions that Python 3.13 asks for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


class Cluster(Record):
    """A cluster we may log in to; `tls` None means plain text, said explicitly to the driver."""

    name: str
    endpoints: tuple[Endpoint, ...]
    user: str
    password: SecretStr
    tls: Tls | None = None

    @classmethod
    def configured(
        cls,
        name: str,
        frontends: tuple[str, ...],
        *,
        user: str,
        password: SecretStr,
        via: dict[str, str] | None = None,
        tls: Tls | None = None,
    ) -> Self:
        """A cluster from its settings: `frontends` as `host:query_port`, `via` from these to where to connect."""
        places = via or {}
        endpoints = tuple(Endpoint.parse(text, places.get(text, "")) for text in frontends)
        return cls(name=name, endpoints=endpoints, user=user, password=password, tls=tls)
