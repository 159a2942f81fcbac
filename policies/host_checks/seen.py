"""A node and what the look at its host saw, as the rules about hosts take them."""

from typing import NamedTuple

from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.hosts import HostLook, HostSurvey
from policies.plan import Finding, Verdict

MOST_NAMES = 5


class Seen(NamedTuple):
    """`version` is what the cluster says that the node runs."""

    kind: NodeKind
    address: Address
    version: str
    look: HostLook

    @property
    def survey(self) -> HostSurvey:
        """Empty where the host was not looked at closely: every rule then finds nothing to judge."""
        return self.look.survey or HostSurvey()

    @property
    def conf(self) -> dict[str, str]:
        return self.survey.conf or {}

    def __str__(self) -> str:
        return f"{self.kind.process} {self.address}"


def seen(state: ClusterState) -> tuple[Seen, ...]:
    """Every node whose host was looked at, in the order of the lists."""
    return tuple(
        Seen(kind=kind, address=address, version=row.version, look=look)
        for address, kind in state.kinds.items()
        if (look := state.host_of(address)) is not None and (row := state.node(kind, address)) is not None
    )


def coming(kind: NodeKind, targets: tuple[Address, ...], state: ClusterState) -> tuple[Seen, ...]:
    """Nodes that are not listed yet, as if they ran the cluster's version already."""
    looks = ((address, state.host_of(address)) for address in targets)
    return tuple(Seen(kind=kind, address=a, version=state.version, look=look) for a, look in looks if look is not None)


def warn(check: str, sentence: str, advice: str = "") -> Finding:
    return Finding(check=check, verdict=Verdict.WARN, sentence=sentence, advice=advice)


def block(check: str, sentence: str, advice: str = "") -> Finding:
    return Finding(check=check, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)


def fine(check: str, sentence: str) -> Finding:
    return Finding(check=check, verdict=Verdict.OK, sentence=sentence)
