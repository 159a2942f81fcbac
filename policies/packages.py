"""A package brought to many hosts at once, as data: the act, what it waits to see, and what is remembered of it."""

from collections.abc import Mapping
from typing import Literal

from policies.address import Address
from policies.cluster import NodeKind
from policies.record import Record


class Recipient(Record):
    """A node whose host gets the package, for the part of it that the node runs."""

    role: NodeKind
    address: Address


class StagePackages(Record):
    """A job on the host of each node: unpack and verify a version's package beside the installation, which is not touched.

    At most `fan_out` hosts at a time, counting those that the package is still being copied to; on one host one node after
    the other, since they share the archive.
    """

    kind: Literal["stage_packages"] = "stage_packages"
    version: str
    nodes: tuple[Recipient, ...]
    fan_out: int


class PackagesStaged(Record):
    """The jobs on the hosts of all these nodes have ended well."""

    kind: Literal["packages_staged"] = "packages_staged"
    version: str
    nodes: tuple[Recipient, ...]

    @property
    def address(self) -> Address:
        """The first node: whoever asks what a step is about needs one."""
        return self.nodes[0].address


class Staging(Record):
    """What was seen of the jobs so far, by the node's `host:port`.

    `running`: its job ran at the last look. `failed` says why there; `copied` is the share of the package that is on a host
    already; `tries` how often it was tried before, which makes the next job another one.
    """

    verified: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    failed: Mapping[str, str] = {}
    copied: Mapping[str, float] = {}
    tries: Mapping[str, int] = {}
