"""The ports of a process that does not run yet: free on its host, and the one it is to be known by (docs:
deployment/environment_configurations, Ports; fe: common/Config.java; be: common/config.h)."""

from collections.abc import Sequence

from policies.cluster import RunMode
from policies.host_checks.seen import Seen, block, warn
from policies.plan import Finding
from policies.units import in_list

NAME = "ports"
FRONTEND = {"http_port": 8030, "rpc_port": 9020, "query_port": 9030, "edit_log_port": 9010}
WORKER = {"be_port": 9060, "be_http_port": 8040, "heartbeat_service_port": 9050, "brpc_port": 8060}
SHARED_DATA = {True: {"cloud_native_meta_port": 6090}, False: {"starlet_port": 9070}}
FORMERLY = {"be_http_port": "webserver_port", "be_port": "thrift_port"}
"""What be.conf and cn.conf called them up to 2.5 and 3.0, and still take."""
KNOWN_BY = {True: "edit_log_port", False: "heartbeat_service_port"}


def ports(nodes: Sequence[Seen], mode: RunMode) -> list[Finding]:
    """Of new nodes."""
    return [finding for node in nodes if node.survey.conf is not None for finding in (*_known_by(node, mode), *_taken(node, mode))]


def ports_of(node: Seen, mode: RunMode) -> dict[str, int]:
    """Key -> port, as the conf file says or as StarRocks takes it; without what is no number."""
    more = SHARED_DATA[node.kind.frontend] if mode is RunMode.SHARED_DATA else {}
    usual = (FRONTEND if node.kind.frontend else WORKER) | more
    said = {key: node.conf.get(key) or node.conf.get(FORMERLY.get(key, "")) or str(port) for key, port in usual.items()}
    return {key: int(text) for key, text in said.items() if text.isdecimal()}


def _known_by(node: Seen, mode: RunMode) -> list[Finding]:
    key = KNOWN_BY[node.kind.frontend]
    port = ports_of(node, mode).get(key)
    if port in (None, node.address.port):
        return []
    words = f"`{key}` of {node} is {port} in its conf file: at port {node.address.port} it would never be seen."
    return [block(NAME, words, f"Name it as {node.address.with_(port=port)}, or mend the file.")]


def _taken(node: Seen, mode: RunMode) -> list[Finding]:
    """By whom is not known: a process that our account cannot see, or one that is not StarRocks'."""
    if node.look.process is not None or node.survey.listening is None:
        return []
    taken = [f"{port} ({key})" for key, port in ports_of(node, mode).items() if port in node.survey.listening]
    if not taken:
        return []
    words = f"Something on {node.address.host} listens already on what {node} needs: {in_list(taken)}."
    return [warn(NAME, words, "Find out what it is: the process does not start while a port of its own is taken.")]
