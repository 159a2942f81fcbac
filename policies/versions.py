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
_CANDIDATE = re.compile(r"(?:rc|preview|alpha|beta)", re.IGNORECASE)

BLACKLIST_SINCE = {NodeKind.BACKEND: (3, 3, 0), NodeKind.COMPUTE_NODE: (4, 0, 0)}
"""docs: sql-statements/cluster-management/nodes_processes/ADD_BACKEND_BLACKLIST; compute nodes from 4.0 on."""
VIEW_REASONS_SINCE = (3, 1, 0)
"""INACTIVE_REASON of information_schema.materialized_views; not in 2.5 (fe: service/FrontendServiceImpl.java there)."""
VIEW_DEPENDENCIES_SINCE = (3, 2, 0)
"""sys.object_dependencies (docs: sys/object_dependencies; late patches of 3.1 have it too, but not all)."""


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


def runs(found: str, wanted: str) -> bool:
    """Whether a node that tells `found` runs `wanted`; without a commit any build of that release is meant, which a candidate
    for it is not.
    """
    if found == wanted:
        return True
    return "-" not in wanted and found.startswith(f"{wanted}-") and not _CANDIDATE.match(found.removeprefix(f"{wanted}-"))


def release(version: str) -> Number | None:
    """`3.3.3-312ed45` -> (3, 3, 3); None when the text is no version."""
    found = _RELEASE.match(version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def known_since(version: str, since: Number) -> bool:
    """Whether a version has something; unknown versions have nothing."""
    number = release(version)
    return number is not None and number >= since
