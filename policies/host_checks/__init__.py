"""Rules about hosts: one rule per file, one ordered list. What could not be read is said once, and judged by no rule.

Sources: mission document 001 §2 (the checklist before scaling); docs: deployment/environment_configurations.
"""

from collections.abc import Callable, Sequence

from policies.cluster import ClusterState
from policies.host_checks.catalogs import catalogs
from policies.host_checks.clocks import clocks
from policies.host_checks.conf_drift import conf_drift
from policies.host_checks.conf_read import conf_read
from policies.host_checks.conf_writing import conf_writing
from policies.host_checks.endpoints import endpoints
from policies.host_checks.java import java
from policies.host_checks.kerberos import kerberos
from policies.host_checks.kernel import kernel
from policies.host_checks.networks import networks
from policies.host_checks.open_files import open_files
from policies.host_checks.reached import reached
from policies.host_checks.room import room
from policies.host_checks.seen import Seen, seen
from policies.host_checks.threads import threads
from policies.host_checks.udfs import udfs
from policies.host_checks.unit_stops import unit_stops
from policies.host_checks.versions import versions
from policies.plan import Finding

__all__ = ["RULES", "Seen", "judge_hosts", "seen"]

Rule = Callable[[Sequence[Seen]], list[Finding]]

RULES: tuple[Rule, ...] = (
    reached,
    versions,
    conf_drift,
    conf_read,
    conf_writing,
    networks,
    java,
    clocks,
    open_files,
    threads,
    kernel,
    unit_stops,
    room,
    kerberos,
    catalogs,
    udfs,
    endpoints,
)


def judge_hosts(state: ClusterState) -> tuple[Finding, ...]:
    """What all rules find about the hosts that were looked at."""
    nodes = seen(state)
    return tuple(finding for rule in RULES for finding in rule(nodes))
