"""A line of the menu of operations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policies import checks
from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.plan import Finding
from policies.playbooks.shape import MakePlan
from policies.request import OperationKind, Request


@dataclass(frozen=True)
class Entry:
    """A line of the menu: how people name an operation, and how it is planned.

    `operation_class` picks the policy; `port` is the usual port of what is named; `into` means that new nodes follow
    after `to`; `options` are the names that `name=value` may use; `nodes` is False where no node is named; `names` says
    what is named instead, if anything is; `all_of` takes the word `all` in place of nodes; `on_hosts` tells on which hosts
    the plan has jobs to do, `survey` that they are looked at closely, `stores` at which directories beside those of the conf file,
    and `newcomers` which of them are new, so that they try the ports of the cluster; `also` names other looks that the plan needs
    (workers.starrocks.Depth). `ports`: where no driver reaches hosts, the nodes' ports are tried; `from_memory`: the plan is made
    of the members as last seen where no frontend answers.
    """

    kind: OperationKind
    words: tuple[str, ...]
    usage: str
    summary: str
    example: str
    operation_class: str
    port: int
    checks: Sequence[checks.Check]
    make_plan: MakePlan
    into: bool = False
    options: tuple[str, ...] = ()
    nodes: bool = True
    names: str = ""
    also: tuple[str, ...] = ()
    all_of: bool = False
    survey: bool = False
    ports: bool = False
    from_memory: bool = False
    on_hosts: Callable[[Request, ClusterState], Mapping[Address, NodeKind]] | None = None
    stores: Callable[[Request], Mapping[Address, tuple[str, ...]]] | None = None
    newcomers: Callable[[Request, ClusterState], Mapping[Address, NodeKind]] | None = None

    def check(self, targets: tuple[Address, ...], state: ClusterState) -> tuple[Finding, ...]:
        """The preflight rules of this operation, judged on one state."""
        return checks.run(self.checks, targets, state)


HEARTBEAT_PORT, EDIT_LOG_PORT = 9050, 9010
OPTIONAL = '[on CLUSTER] [reason="…"]'
REST = f"[HOST:PORT …] {OPTIONAL}"
