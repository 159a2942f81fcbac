"""What others do after nodes came or went, as snippets to paste: Prometheus' targets, proxies' pools, Grafana's labels.

Only addresses and ports stand in them, each read again as an address; never free text. Sources: mission 001 §2.4; docs:
administration/management/monitoring/Monitor_and_Alert (a job for each cluster, label `group` fe or be, HTTP ports).
"""

from collections.abc import Sequence

from policies.acts import AddNode, DropBackend, DropNode
from policies.address import Address, AddressError
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind
from policies.plan import Plan, Serving
from policies.record import Record

MOST_NODES = 25
"""Of one snippet, so that all of them fit into one message."""
FE_HTTP, FE_QUERY, BE_HTTP = 8030, 9030, 8040
"""StarRocks' own defaults (fe: common/Config.java http_port, query_port; be: common/config.h be_http_port)."""


class Snippet(Record):
    """A title and lines to copy."""

    title: str
    text: str


_Node = tuple[NodeKind, Address]


def _added(plan: Plan) -> list[_Node]:
    return [(step.act.role, step.act.address) for step in plan.steps if isinstance(step.act, AddNode)]


def _dropped(plan: Plan) -> list[_Node]:
    kinds = (
        (NodeKind.BACKEND if isinstance(step.act, DropBackend) else step.act.role, step.act.address)
        for step in plan.steps
        if isinstance(step.act, DropBackend | DropNode)
    )
    return list(dict.fromkeys(kinds))


def serving(plan: Plan, state: ClusterState) -> tuple[Serving, ...]:
    """The ports of all nodes that come and go: as listed now, and for those that are not, what the others of the kind have."""
    return tuple(_served(kind, address, state) for kind, address in dict.fromkeys((*_added(plan), *_dropped(plan))))


def _served(kind: NodeKind, address: Address, state: ClusterState) -> Serving:
    row = state.node(kind, address) or next((row for row in state.nodes if _alike(kind, row)), None)
    known = Serving(role=kind, address=address)
    return known if row is None else _ports_of(row, known)


def _ports_of(row: Frontend | Backend | ComputeNode, node: Serving) -> Serving:
    return node.with_(http_port=row.http_port, query_port=row.query_port if isinstance(row, Frontend) else 0)


def _alike(kind: NodeKind, row: Frontend | Backend | ComputeNode) -> bool:
    if isinstance(row, Frontend):
        return kind.frontend
    return isinstance(row, Backend) is (kind is NodeKind.BACKEND) and not kind.frontend


def follow_ups(plan: Plan, state: ClusterState) -> tuple[Snippet, ...]:
    """The snippets after the plan is done, with the ports that the last look lists; empty when nothing came or went for good."""
    added, dropped = _added(plan), _dropped(plan)
    new = _now([node for node in added if node not in dropped and not _unlisted(node, state)], plan, state)
    old = _now([node for node in dropped if node not in added and not _listed(node, state)], plan, state)
    if not new and not old:
        return ()
    return (*_prometheus(plan.cluster, new, old), *_proxies(new, old), _grafana(plan.cluster, new, old))


def _listed(node: _Node, state: ClusterState) -> bool:
    return state.lists(node[0]) and state.node(*node) is not None


def _unlisted(node: _Node, state: ClusterState) -> bool:
    return state.lists(node[0]) and state.node(*node) is None


def _now(nodes: Sequence[_Node], plan: Plan, state: ClusterState) -> list[Serving]:
    """Only what a person could have typed: nothing else is pasted into anybody's configuration."""
    return [_with_ports(kind, address, plan, state) for kind, address in nodes if _valid(address)]


def _valid(address: Address) -> bool:
    try:
        return Address.parse(str(address)) == address
    except AddressError:
        return False


def _with_ports(kind: NodeKind, address: Address, plan: Plan, state: ClusterState) -> Serving:
    """As the last look lists it; what that does not tell, as the plan had it; what neither knows, StarRocks' defaults."""
    fresh = Serving(role=kind, address=address)
    planned = next((node for node in plan.serving if (node.role, node.address) == (kind, address)), fresh)
    row = state.node(kind, address)
    listed = _ports_of(row, fresh) if row is not None else fresh
    http = _port(listed.http_port, planned.http_port, FE_HTTP if kind.frontend else BE_HTTP)
    query = _port(listed.query_port, planned.query_port, FE_QUERY) if kind.frontend else 0
    return fresh.with_(http_port=http, query_port=query)


def _port(*ports: int) -> int:
    return next(port for port in ports if port > 0)


def _group(node: Serving) -> str:
    """A compute node is the same process as a backend and has its metrics."""
    return "fe" if node.role.frontend else "be"


def _metrics(node: Serving) -> str:
    return str(node.address.with_(port=node.http_port))


def _queries(node: Serving) -> str:
    return str(node.address.with_(port=node.query_port))


def _prometheus(cluster: str, new: Sequence[Serving], old: Sequence[Serving]) -> list[Snippet]:
    """YAML for `static_configs`, or for a file of `file_sd_configs`: the same list of groups."""
    found = []
    if new:
        lines = []
        for group in ("fe", "be"):
            targets = [f'    - "{_metrics(node)}"' for node in new[:MOST_NODES] if _group(node) == group]
            lines += ["- targets:", *targets, f"  labels: {{group: {group}}}"] if targets else []
        found.append(Snippet(title=f"Prometheus, job {cluster}: add", text="\n".join([*lines, *_more(new)])))
    if old:
        lines = [f'"{_metrics(node)}"  # group {_group(node)}' for node in old[:MOST_NODES]]
        found.append(Snippet(title=f"Prometheus, job {cluster}: take out", text="\n".join([*lines, *_more(old)])))
    return found


def _proxies(new: Sequence[Serving], old: Sequence[Serving]) -> list[Snippet]:
    """Query ports of frontends."""
    came, went = ([node for node in nodes if node.role.frontend] for nodes in (new, old))
    found = []
    if came:
        haproxy = [f"server {_name(node)} {_queries(node)} check" for node in came[:MOST_NODES]]
        nginx = [f"server {_queries(node)};" for node in came[:MOST_NODES]]
        found.append(Snippet(title="HAProxy, backend of the query port: add", text="\n".join([*haproxy, *_more(came)])))
        found.append(Snippet(title="Nginx, stream upstream of the query port: add", text="\n".join([*nginx, *_more(came)])))
    if went:
        lines = [_queries(node) for node in went[:MOST_NODES]]
        found.append(Snippet(title="Proxies, query port: take out", text="\n".join([*lines, *_more(went)])))
    return found


def _name(node: Serving) -> str:
    """What HAProxy calls it; a colon would be read as a port."""
    return f"fe-{node.address.host.replace(':', '-')}"


def _grafana(cluster: str, new: Sequence[Serving], old: Sequence[Serving]) -> Snippet:
    """The labels that dashboards and alert rules pick nodes by."""
    lines = [
        f'{sign} group="{_group(node)}" instance="{_metrics(node)}"'
        for sign, nodes in (("+", new), ("-", old))
        for node in nodes[:MOST_NODES]
    ]
    title = f"Grafana and alert rules, job {cluster}: come (+) and go (-)"
    return Snippet(title=title, text="\n".join([*lines, *_more(new), *_more(old)]))


def _more(nodes: Sequence[Serving]) -> list[str]:
    hidden = len(nodes) - MOST_NODES
    return [f"# …and {hidden} more, as the plan lists them"] if hidden > 0 else []
