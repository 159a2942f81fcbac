"""Where a cluster is and who we are there."""

import ssl
from functools import cache

from pydantic import Field, SecretStr

from policies.address import Address
from policies.record import Record


class Endpoint(Record):
    """A frontend's host and query port as SHOW FRONTENDS lists them, and where to really connect.

    `via` differs only where the frontend is reached through a tunnel, a proxy or a simulated cluster.
    """

    host: str
    port: int
    via_host: str = ""
    via_port: int = 0

    @property
    def where(self) -> tuple[str, int]:
        return self.via_host or self.host, self.via_port or self.port

    def __str__(self) -> str:
        return str(Address(host=self.host, port=self.port))


class Cluster(Record):
    """A cluster we may log in to. The password shows in no repr, log line or error.

    `tls` checks the frontend's certificate against `tls_ca` (a PEM file; empty: the authorities of this system);
    without it the link is plain text.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    user: str
    password: SecretStr
    tls: bool = False
    tls_ca: str = ""
    via: dict[str, str] = Field(default_factory=dict)
    """Where an address of the cluster is really reached, for addresses behind a tunnel or of a simulated cluster."""

    def tls_context(self) -> ssl.SSLContext | None:
        """The one context that all connections share: making one costs 40 times a connection."""
        return _context(self.tls_ca) if self.tls else None


@cache
def _context(ca: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca or None)
    # Authorities that companies make by hand often lack the extensions that Python 3.13 asks for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
