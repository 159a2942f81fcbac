"""Typed host and port to an address, and the nearest right address when it is not one."""

import ipaddress
import re

from policies.address import Address, AddressError

# The port a backend is listed under (be.conf: heartbeat_service_port).
USUAL_PORT = 9050
_SCHEME = re.compile(r"^[a-z]{2,8}://", re.IGNORECASE)
_LAST_PORT = re.compile(r"^(?P<host>.+):(?P<port>\d{1,5})$")


def corrected(word: str, port: int = USUAL_PORT) -> str | None:
    """A valid address that the person probably meant, or None when it cannot be guessed; `port` names such nodes."""
    bare = _SCHEME.sub("", word).strip("/\"'`<>()")
    for candidate in _candidates(bare, port):
        try:
            return str(Address.parse(candidate))
        except AddressError:
            continue
    return None


def _candidates(bare: str, port_of_role: int) -> list[str]:
    found = _LAST_PORT.match(bare)
    if found and int(found["port"]) >= 1024 and _is_ipv6(found["host"]):
        return [f"[{found['host'].strip('[]')}]:{found['port']}"]
    if _is_ipv6(bare):
        return [f"[{bare.strip('[]')}]:{port_of_role}"]
    candidates = [bare]
    if "." in bare or any(character.isdigit() for character in bare):  # a host, not a word of a sentence
        candidates.append(f"{bare}:{port_of_role}")
    host, colon, port = bare.rpartition(":")
    if colon and port.strip("-").isdigit():
        candidates.append(f"{host}:{port_of_role}")
    return candidates


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text.strip("[]")).version == 6
    except ValueError:
        return False
