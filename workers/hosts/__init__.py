"""The hosts of a cluster's nodes: look at them, begin jobs there. Drivers know nothing of one another."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from policies.acts import HostAct
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import HostLook

NO_STORES: Mapping[Address, Sequence[str]] = {}


class HostDriver(Protocol):
    """What a driver can do. Nothing here waits for a job to end."""

    def look(
        self, nodes: Mapping[Address, NodeKind], jobs: Sequence[str] = (), *, survey: bool = False,
        stores: Mapping[Address, Sequence[str]] = NO_STORES, members: Sequence[Address] | None = None,
    ) -> tuple[HostLook, ...]:  # fmt: skip
        """One look at the host of each node, side by side; a host that cannot be reached gives a look with `trouble`.

        `jobs` are ids to look for on each of them; `survey` adds the closer look, in which `stores` are directories that are
        looked at beside those of the conf file. With `members` it includes what lies around the installation, and each host
        tries to reach those ports of the cluster.
        """
        ...

    def begin(self, job: str, act: HostAct) -> None:
        """Begin a detached job under this id; begun before, it is left alone (running or ended).

        Raises HostUnreachable (nothing was begun), HostOutcomeUnknown (the link was cut: look), HostRefused (it cannot be
        begun, with the reason).
        """
        ...

    def begin_each(self, jobs: Sequence[tuple[str, HostAct]]) -> tuple["HostError | None", ...]:
        """`begin` for jobs on different hosts, side by side and within the time of one: what came of each, None where it began."""
        ...


class HostError(Exception):
    """Something about a host, in words for the thread; never with a secret in it."""


class HostUnreachable(HostError):
    """Nothing was begun: no connection, or the host is not the one it should be."""


class HostOutcomeUnknown(HostError):
    """The link was cut or the time ran out in the middle: only a look tells whether the job was begun."""


class HostUnderWay(HostOutcomeUnknown):
    """Nothing was begun yet, but something before it came further, as the copy of a package: call again with the same id.

    `share` of it is there, where that is known.
    """

    def __init__(self, words: str, share: float | None = None) -> None:
        super().__init__(words)
        self.share = share


class HostRefused(HostError):
    """The host said no before anything was begun."""
