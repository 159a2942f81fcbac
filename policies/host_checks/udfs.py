"""Jars of Java UDFs that were copied onto backends and compute nodes lie on all of them (mission 001 §2.2).

What StarRocks fetches by itself into lib/udf-runtime is not meant; by name and size, since hashing gigabytes takes too long.
"""

from collections import Counter
from collections.abc import Sequence

from policies.host_checks.alike import named, of_each_kind, on_others
from policies.host_checks.seen import MOST_NAMES, Seen, fine, warn
from policies.plan import Finding
from policies.units import in_bytes, in_list

NAME = "UDF jars"


def udfs(nodes: Sequence[Seen]) -> list[Finding]:
    found = []
    for process, alike in of_each_kind([node for node in nodes if node.survey.udfs is not None]):
        found += _of_kind(process, alike)
    return found or [fine(NAME, "Nodes of one kind have the same jars for Java UDFs, or none.")]


def _of_kind(process: str, nodes: Sequence[Seen]) -> list[Finding]:
    """Sizes of which most nodes have the same; a jar that only one of several nodes has is missing on the others."""
    jars = sorted({jar for node in nodes for jar in node.survey.udfs or {}})
    missing: dict[tuple[str, ...], list[str]] = {}
    found = []
    for jar in jars:
        without = [node for node in nodes if jar not in (node.survey.udfs or {})]
        if without:
            missing.setdefault(tuple(str(node) for node in without), []).append(jar)
        sizes = Counter((node.survey.udfs or {}).get(jar) for node in nodes if jar in (node.survey.udfs or {}))
        usual = sizes.most_common(1)[0][0]
        odd = [node for node in nodes if (node.survey.udfs or {}).get(jar, usual) != usual]
        if odd and usual is not None:
            words = f"`{jar}` for Java UDFs has another size on {named(odd)} than {in_bytes(usual)} on {on_others(sizes[usual])}."
            found.append(warn(NAME, words, "Copy the same file to all."))
    for those, names in missing.items():
        shown = f"{in_list([f'`{name}`' for name in names], MOST_NAMES)} for Java UDFs {'is' if len(names) == 1 else 'are'}"
        words = f"{shown} missing on {in_list(those, MOST_NAMES)}, and there on other {process}s."
        found.append(warn(NAME, words, "A query that calls such a UDF fails as soon as that node takes part."))
    return found
