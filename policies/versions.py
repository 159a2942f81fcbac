"""StarRocks versions as numbers, and since when a statement is known.

`3.3.3-312ed45` is release and commit (fe: common/Version.java). A text that cannot be read has no number, and nothing is
then taken for granted.
"""

import re

from policies.cluster import NodeKind
from policies.record import Record

Number = tuple[int, int, int]
_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_BUILD = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:-([0-9a-f]{6,40}))?")

BLACKLIST_SINCE = {NodeKind.BACKEND: (3, 3, 0), NodeKind.COMPUTE_NODE: (4, 0, 0)}
"""docs: sql-statements/cluster-management/nodes_processes/ADD_BACKEND_BLACKLIST; compute nodes from 4.0 on."""


class Build(Record):
    """A released build: its number, and the commit where the text names one."""

    number: Number
    commit: str = ""

    @property
    def line(self) -> tuple[int, int]:
        """The release line: major and minor number."""
        return self.number[:2]


def build(version: str) -> Build | None:
    """`3.3.3-312ed45` -> 3.3.3 at 312ed45; None for candidates, branch and custom builds, and what cannot be read."""
    found = _BUILD.fullmatch(version.strip()) if version.isascii() else None
    if found is None:
        return None
    return Build(number=(int(found[1]), int(found[2]), int(found[3])), commit=found[4] or "")


def release(version: str) -> Number | None:
    """`3.3.3-312ed45` -> (3, 3, 3); None when the text is no version."""
    found = _RELEASE.match(version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def known_since(version: str, since: Number) -> bool:
    """Whether a version has something; unknown versions have nothing."""
    number = release(version)
    return number is not None and number >= since


GRACEFUL_SINCE: dict[NodeKind, tuple[tuple[int, int, int], ...]] = {
    NodeKind.BACKEND: ((3, 3, 19), (3, 4, 8), (3, 5, 6)),
    NodeKind.COMPUTE_NODE: ((3, 3, 17), (3, 4, 6), (3, 5, 2)),
    NodeKind.FOLLOWER: ((3, 4, 2),),
    NodeKind.OBSERVER: ((3, 4, 2),),
}
"""First patch of each line whose stop with `-g` works: for backends and compute nodes the kubernetes operator's own limits
(pkg/k8sutils/templates/pod/spec.go), for frontends the release that gave bin/stop_fe.sh the option."""


def stops_gracefully(role: NodeKind, version: str) -> bool:
    """Whether a node of this version ends running work well when asked to; unknown versions do not."""
    number, since = release(version), GRACEFUL_SINCE[role]
    if number is None:
        return False
    own_line = next((first for first in since if first[:2] == number[:2]), None)
    return number >= own_line if own_line else number > since[-1]
