"""Node addresses: what a person types, what StarRocks lists, and how one is told from the other.

StarRocks identifies a node by the exact `host:port` that SHOW lists (fe: sql/analyzer/AlterSystemStmtAnalyzer.java,
system/SystemInfoService.java validateHostAndPort): white space is removed, IPv6 is written `[addr]:port`, and DROP or
DECOMMISSION does not resolve names.
"""

import ipaddress
import re
from typing import Self

from policies.record import Record

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}))*\.?\Z")
_DIGITS_AND_DOTS = re.compile(r"[0-9.]+\Z")


class AddressError(ValueError):
    """What was typed is not `host:port`; the text says what is wrong, in one sentence for a person."""


class Address(Record):
    """`host:port` of a node; `host` is an IPv4, IPv6 (without brackets) or a host name."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __lt__(self, other: "Address") -> bool:
        return (self.host, self.port) < (other.host, other.port)

    def __hash__(self) -> int:
        return hash((self.host, self.port))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `10.84.0.18:9050`, `[fd00::18]:9050` or `be-1.example.com:9050`.

        Raises AddressError with a sentence that says what is wrong and what would be right.
        """
        host, port_text = _split(text.strip())
        return cls(host=_valid_host(host), port=_valid_port(port_text))


def _split(text: str) -> tuple[str, str]:
    shown = text if len(text) <= 60 else text[:57] + "..."
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or not rest.startswith(":"):
            raise AddressError(f"`{shown}` is not an address: an IPv6 address is written `[fd00::18]:9050`.")
        return host, rest[1:]
    if text.count(":") > 1:
        raise AddressError(f"`{shown}` looks like an IPv6 address: put it in brackets, as in `[fd00::18]:9050`.")
    host, colon, port = text.partition(":")
    if not colon:
        raise AddressError(f"`{shown}` has no port: write host and port as the node list shows them, e.g. `{shown}:9050`.")
    return host, port


def _valid_host(host: str) -> str:
    shown = host if len(host) <= 60 else host[:57] + "..."
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if _DIGITS_AND_DOTS.match(host):
        raise AddressError(f"`{shown}` is not an IPv4 address: four numbers from 0 to 255 are needed, e.g. `10.84.0.18`.")
    if not _HOST_NAME.match(host):
        raise AddressError(f"`{shown}` is not a host: only letters, digits, `-`, `_` and `.` are allowed.")
    return host


def _valid_port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        shown = text if len(text) <= 20 else text[:17] + "..."
        raise AddressError(f"`{shown}` is not a port: a number from 1 to 65535 is needed.")
    port = int(text)
    if not 1 <= port <= 65535:
        raise AddressError(f"Port {port} is out of range: a number from 1 to 65535 is needed.")
    return port
