"""What the settings say that every node must reach, tried from each host: metastores, object stores, brokers (mission 001 §2.2).

A connection that opens proves the way there, not that the service behind it lets us in.
"""

from collections.abc import Sequence

from policies.host_checks.seen import MOST_NAMES, Seen, fine, warn
from policies.hosts import Reached
from policies.plan import Finding
from policies.units import in_list

NAME = "endpoints"
ADVICE = "Mind firewalls, security groups, routes and DNS; loads and external catalogs fail on that node without it."
_HOW = {
    Reached.REFUSED: "refuses connections from {}",
    Reached.SILENT: "does not answer {}",
    Reached.NAMELESS: "is a name that is not known on {}",
    Reached.FAILED: "cannot be reached from {}",
}


def endpoints(nodes: Sequence[Seen]) -> list[Finding]:
    """Over all hosts."""
    return _judged(nodes, nodes) or [fine(NAME, _fine(nodes))]


def endpoints_of(new: Sequence[Seen], others: Sequence[Seen]) -> list[Finding]:
    """What the new ones do not reach."""
    return _judged(new, [*new, *others])


def _judged(judged: Sequence[Seen], seen: Sequence[Seen]) -> list[Finding]:
    found = []
    for endpoint in dict.fromkeys(endpoint for node in judged for endpoint in node.survey.reached):
        ways = {node.address.host: node.survey.reached[endpoint] for node in judged if endpoint in node.survey.reached}
        reaching = [node.address.host for node in seen if node.survey.reached.get(endpoint) is Reached.OPEN]
        words = not_reached(endpoint, ways, reaching)
        if words:
            found.append(warn(NAME, words, ADVICE))
    return found


def not_reached(endpoint: str, ways: dict[str, Reached], reaching: Sequence[str]) -> str:
    """One sentence on an endpoint; empty when every host reaches it. `reaching` are hosts that do, judged or not."""
    parts: dict[Reached, list[str]] = {}
    for host, how in ways.items():
        if how is not Reached.OPEN:
            parts.setdefault(how, []).append(host)
    if not parts:
        return ""
    bad = " and ".join(_HOW[how].format(in_list(hosts, MOST_NAMES)) for how, hosts in parts.items())
    those = list(dict.fromkeys(reaching))
    reach = "reaches" if len(those) == 1 else "reach"
    return f"{endpoint} {bad}; {f'{in_list(those, 2)} {reach}' if those else 'no host that was looked at reaches'} it."


def _fine(nodes: Sequence[Seen]) -> str:
    tried = {endpoint for node in nodes for endpoint in node.survey.reached}
    return f"Every host reaches {in_list(sorted(tried), 3)}." if tried else "The settings name no endpoint that hosts must reach."
