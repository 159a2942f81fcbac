"""StarRocks versions as numbers, and since when a statement is known.

`3.3.3-312ed45` is release and commit (fe: common/Version.java). A text that cannot be read has no number, and nothing is
then taken for granted.
"""

import re

from policies.cluster import NodeKind

_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")

BLACKLIST_SINCE = {NodeKind.BACKEND: (3, 3, 0), NodeKind.COMPUTE_NODE: (4, 0, 0)}
"""docs: sql-statements/cluster-management/nodes_processes/ADD_BACKEND_BLACKLIST; compute nodes from 4.0 on."""


VIEW_REASONS_SINCE = (3, 1, 0)
"""INACTIVE_REASON of information_schema.materialized_views; not in 2.5 (fe: service/FrontendServiceImpl.java there)."""
VIEW_DEPENDENCIES_SINCE = (3, 2, 0)
"""sys.object_dependencies (docs: sys/object_dependencies; late patches of 3.1 have it too, but not all)."""


def release(version: str) -> tuple[int, int, int] | None:
    """`3.3.3-312ed45` -> (3, 3, 3); None when the text is no version."""
    found = _RELEASE.match(version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def known_since(version: str, since: tuple[int, int, int]) -> bool:
    """Whether a version has something; unknown versions have nothing."""
    number = release(version)
    return number is not None and number >= since
