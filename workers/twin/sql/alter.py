"""ALTER SYSTEM and CANCEL DECOMMISSION."""

import re

from workers.twin.answers import Ok, SqlError, refused
from workers.twin.life.compute_nodes import DEFAULT_WAREHOUSE
from workers.twin.sql.asking import Asking
from workers.twin.sql.shapes import Values

_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<port>\d+)")


def _addresses(asking: Asking, values: Values, what: str) -> list[str]:
    """Validated as fe: SystemInfoService.validateHostAndPort does, blanks removed; names are not resolved here."""
    found = []
    for raw in values["addresses"]:
        text = re.sub(r"\s", "", raw)
        match = _HOST_PORT.fullmatch(text)
        if match is None:
            raise _wrong(what, f"Invalid host port: {text}")
        if not 0 < int(match["port"]) <= 65535:
            raise _wrong(what, f"Port is out of range: {match['port']}")
        found.append(f"{match['host'].strip('[]')}:{match['port']}")
    return found


def _wrong(what: str, detail: str) -> Exception:
    return refused(f"Getting analyzing error. Detail message: {what} host or port is wrong. {detail}.")


def add_backend(asking: Asking, values: Values) -> Ok:
    asking.effects += asking.course.backends.add(_addresses(asking, values, "BACKEND"))
    return Ok()


def drop_backend(asking: Asking, values: Values) -> Ok:
    force = values["keyword"][-1] == "FORCE"
    addresses = _addresses(asking, values, "BACKEND")
    if asking.cluster.version.drop_checks_all_first:
        asking.course.backends.require_all(addresses)
    # Not atomic in any version: what was dropped before a refusal stays dropped.
    for address in addresses:
        asking.effects += asking.course.backends.drop(address, force=force)
    return Ok()


def decommission_backend(asking: Asking, values: Values) -> Ok:
    asking.effects += asking.course.backends.decommission(_addresses(asking, values, "BACKEND"))
    return Ok()


def cancel_decommission(asking: Asking, values: Values) -> Ok:
    # The older analyzer says FRONTEND in this one statement's refusals.
    what = "FRONTEND" if asking.cluster.version.drop_checks_all_first else "BACKEND"
    asking.effects += asking.course.backends.cancel(_addresses(asking, values, what))
    return Ok()


def add_compute_node(asking: Asking, values: Values) -> Ok:
    addresses = _addresses(asking, values, "COMPUTE NODE")
    warehouse = _warehouse(asking, values)
    asking.effects += asking.course.compute_nodes.add(addresses)
    for address in addresses:
        node = asking.cluster.compute_node_at(address)
        if node is not None:
            node.warehouse = warehouse
    return Ok()


def drop_compute_node(asking: Asking, values: Values) -> Ok:
    """One after the other, as for backends: the first wrong address ends it."""
    addresses = _addresses(asking, values, "COMPUTE NODE")
    warehouse = _warehouse(asking, values)
    for address in addresses:
        node = asking.cluster.compute_node_at(address)
        if node is not None and node.warehouse != warehouse:
            raise refused(f"compute node [{address}] does not exist in warehouse {warehouse}")
        asking.effects += asking.course.compute_nodes.drop(address)
    return Ok()


def _warehouse(asking: Asking, values: Values) -> str:
    """INTO and FROM WAREHOUSE: in the grammar of mid-2025, not in that of 2023."""
    name = values["name"][0] if "name" in values else DEFAULT_WAREHOUSE
    if "name" in values and not asking.cluster.version.warehouses:
        word = "INTO" if "INTO" in values["keyword"] else "FROM"
        raise refused(f"Getting syntax error. Detail message: Unexpected input '{word}', the most similar input is {{<EOF>, ';'}}.")
    if name != DEFAULT_WAREHOUSE:
        raise SqlError(5901, "42000", f"Warehouse name: {name} not exist.")
    return name


def add_frontend(asking: Asking, values: Values) -> Ok:
    kind = _kind(values)
    address = _addresses(asking, {"addresses": values["string"]}, "FRONTEND")[0]
    asking.effects += asking.course.frontends.add(kind, address)
    return Ok()


def drop_frontend(asking: Asking, values: Values) -> Ok:
    kind = _kind(values)
    address = _addresses(asking, {"addresses": values["string"]}, "FRONTEND")[0]
    asking.effects += asking.course.frontends.drop(kind, address)
    return Ok()


def _kind(values: Values) -> str:
    return "FOLLOWER" if "FOLLOWER" in values["keyword"] else "OBSERVER"


def create_image(asking: Asking, values: Values) -> Ok:
    """Asynchronous; OK at once."""
    asking.course.images.create()
    asking.effects.append("checkpoint triggered")
    return Ok()


def clean_queue(asking: Asking, values: Values) -> Ok:
    asking.course.clones.clear()
    asking.effects.append("tablet scheduler queue cleaned")
    return Ok()
