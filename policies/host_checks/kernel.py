"""Memory settings of the kernel as StarRocks asks for them (docs: deployment/environment_configurations).

Swap off and swappiness 0; overcommit_memory 1; transparent huge pages on madvise; 262144 memory map areas for many queries.
"""

from collections.abc import Callable, Sequence

from policies.host_checks.seen import MOST_NAMES, Seen, fine, warn
from policies.hosts import Kernel
from policies.plan import Finding
from policies.units import in_bytes, in_count, in_list

NAME = "kernel"
MAP_AREAS = 262_144
SOURCE = "docs: deployment/environment_configurations"

Judge = Callable[[Kernel], str]
"""What it is instead, in a word or two; empty where it is as it should be or was not read."""


def kernel(nodes: Sequence[Seen]) -> list[Finding]:
    by_host = {node.address.host: node.survey.kernel for node in nodes if node.survey.kernel is not None}
    found = []
    for words, advice, judge in RULES:
        wrong: dict[str, list[str]] = {}
        for host, each in by_host.items():
            if judge(each):
                wrong.setdefault(judge(each), []).append(host)
        if wrong:
            parts = "; ".join(f"{what} on {in_list(hosts, MOST_NAMES)}" for what, hosts in wrong.items())
            found.append(warn(NAME, f"{words}: {parts}.", f"{advice} ({SOURCE})."))
    return found or [fine(NAME, "Swap, overcommit, huge pages and map areas are as StarRocks asks for them.")]


def _overcommit(kernel: Kernel) -> str:
    return "" if kernel.overcommit in (None, 1) else f"{kernel.overcommit}"


def _swap(kernel: Kernel) -> str:
    """Space that the kernel is told not to use is let pass."""
    if not kernel.swap or kernel.swappiness in (None, 0):
        return ""
    return f"{in_bytes(kernel.swap)}, swappiness {kernel.swappiness}"


def _huge_pages(kernel: Kernel) -> str:
    return kernel.huge_pages if kernel.huge_pages == "always" else ""


def _map_areas(kernel: Kernel) -> str:
    return "" if kernel.map_areas is None or kernel.map_areas >= MAP_AREAS else in_count(kernel.map_areas)


RULES: tuple[tuple[str, str, Judge], ...] = (
    ("`vm.overcommit_memory` is not 1", "Set it to 1, or memory may be refused while there is some", _overcommit),
    ("Swap is in use", "Switch it off, or set vm.swappiness to 0", _swap),
    ("Transparent huge pages are always on", "Set madvise: they disturb the memory allocator", _huge_pages),
    (f"`vm.max_map_count` is below {MAP_AREAS}", f"Set it to {MAP_AREAS}; many queries at once need it", _map_areas),
)
