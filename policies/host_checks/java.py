"""Frontends have a JDK that the version on their disk starts with, and flags that this JDK knows; backends have one alike.

bin/start_backend.sh: a backend starts without Java, and then nothing that needs it works there (Java UDFs, external catalogs).
"""

from collections import Counter
from collections.abc import Sequence

from policies.host_checks.alike import named, on_others
from policies.host_checks.seen import Seen, block, fine, warn
from policies.plan import Finding
from policies.releases.java import WRITE_JAVA_HOME, forbidden_flags, jdk, needed_jdk, winning_variable

NAME = "java"


def java(nodes: Sequence[Seen]) -> list[Finding]:
    found = [finding for node in nodes if node.kind.frontend for finding in _one(node)]
    for process in ("BE", "CN"):
        found += _alike([node for node in nodes if node.kind.process == process and node.survey.conf is not None])
    return found or [fine(NAME, "Every frontend's Java is new enough for its version.")]


def _one(node: Seen) -> list[Finding]:
    major = jdk(node.survey.java)
    if major is None:
        told = node.look.trouble or node.survey.conf is None
        words = f"The version of Java of {node} could not be read."
        return [] if told else [warn(NAME, words, f"Where it is installed, {WRITE_JAVA_HOME}.")]
    version = node.survey.installed or node.version
    needed = needed_jdk(version)
    if needed is not None and major < needed:
        words = f"{node} has Java {major}, and {version} needs {needed}: its next start fails."
        return [block(NAME, words, f"Install it and {WRITE_JAVA_HOME}.")]
    variable = winning_variable(node.kind, version, major, node.conf)
    wrong = forbidden_flags(node.conf.get(variable or "", ""), major)
    if wrong:
        words = f"Java {major} of {node} does not start with {', '.join(wrong)}, which {variable} sets."
        return [block(NAME, words, "Take it out of fe.conf before the next restart.")]
    return []


def _alike(nodes: Sequence[Seen]) -> list[Finding]:
    """Told of those that have none, or another release than most."""
    majors = [(node, jdk(node.survey.java)) for node in nodes]
    usual, times = Counter(major for _, major in majors).most_common(1)[0] if majors else (None, 0)
    others: dict[int | None, list[Seen]] = {}
    for node, major in majors:
        if major != usual:
            others.setdefault(major, []).append(node)
    found = []
    for major, those in others.items():
        what = "No Java is found" if major is None else f"Java {major} is used"
        words = f"{what} on {named(those)}, {f'Java {usual}' if usual else 'none'} on {on_others(times)}."
        advice = "Java UDFs, external catalogs and JDBC need it: write the same `JAVA_HOME = /its/path` into each conf file."
        found.append(warn(NAME, words, advice))
    return found
