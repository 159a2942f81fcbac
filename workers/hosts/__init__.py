"""The hosts of a cluster's nodes: look at them, begin jobs there. Drivers know nothing of one another."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from policies.acts import HostAct
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import HostLook


class HostDriver(Protocol):
    """What a driver can do. Nothing here waits for a job to end."""

    def look(
        self, nodes: Mapping[Address, NodeKind], jobs: Sequence[str] = (), *, survey: bool = False,
        members: Sequence[Address] | None = None,
    ) -> tuple[HostLook, ...]:  # fmt: skip
        """One look at the host of each node, side by side; a host that cannot be reached gives a look with `trouble`.

        `jobs` are ids to look for on each of them; `survey` adds the closer look. With `members` that
        includes what lies around the installation, and each host tries to reach those ports of the cluster.
        """
        ...

    def begin(self, job: str, act: HostAct) -> None:
        """Begin a detached job under this id; begun before, it is left alone (running or ended).

        Raises HostUnreachable (nothing was begun), HostOutcomeUnknown (the link was cut: look), HostRefused (it cannot be
        begun, with the reason).
        """
        ...


class HostError(Exception):
    """Something about a host, in words for the thread; never with a secret in it."""


class HostUnreachable(HostError):
    """Nothing was begun: no connection, or the host is not the one it should be."""


class HostOutcomeUnknown(HostError):
    """The link was cut or the time ran out in the middle: only a look tells whether the job was begun."""


class HostUnderWay(HostOutcomeUnknown):
    """Nothing was begun yet, but something before it came further, as the copy of a package: call again with the same id."""


class HostRefused(HostError):
    """The host said no before anything was begun."""
