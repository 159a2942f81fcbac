"""priority_networks: set everywhere or nowhere, and the node's address lies in it (docs: deployment/deploy_manually).

Without it a host with several addresses registers under whichever comes first, and is then not the node that was added.
"""

import ipaddress
from collections.abc import Sequence

from policies.host_checks.seen import Seen, fine, warn
from policies.host_checks.variables import expanded
from policies.plan import Finding
from policies.units import in_list

NAME = "networks"
KEY = "priority_networks"


def networks(nodes: Sequence[Seen]) -> list[Finding]:
    read = [node for node in nodes if node.survey.conf is not None]
    setting = [node for node in read if node.conf.get(KEY)]
    found = []
    bare = [str(node) for node in read if not node.conf.get(KEY)]
    if setting and bare:
        advice = "On a host with several addresses the wrong one may be taken."
        found.append(warn(NAME, f"`{KEY}` is not set on {in_list(bare)}, but on {len(setting)} others.", advice))
    listed = [(node, expanded(node.conf[KEY], node.conf)) for node in setting]
    outside = [f"{node} ({nets})" for node, nets in listed if lies_in(node.address.host, nets) is False]
    if outside:
        words = f"The node's address lies in none of its `{KEY}`: {in_list(outside)}."
        found.append(warn(NAME, words, "After its next start it may be known under another address."))
    return found or [fine(NAME, f"`{KEY}` is {'set everywhere' if setting else 'set nowhere'}.")]


def lies_in(host: str, listed: str) -> bool | None:
    """None when that cannot be told: a name in place of an address, or a variable of the environment."""
    try:
        address = ipaddress.ip_address(host)
        nets = [ipaddress.ip_network(text.strip(), strict=False) for text in listed.split(";") if text.strip()]
    except ValueError:
        return None
    return any(address in net for net in nets if net.version == address.version)
