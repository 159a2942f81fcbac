"""Frontends have a JDK that the version on their disk starts with, and flags that this JDK knows."""

from collections.abc import Sequence

from policies.host_checks.seen import Seen, block, fine, warn
from policies.plan import Finding
from policies.releases.java import forbidden_flags, jdk, needed_jdk, winning_variable

NAME = "java"


def java(nodes: Sequence[Seen]) -> list[Finding]:
    found = [finding for node in nodes if node.kind.frontend for finding in _one(node)]
    return found or [fine(NAME, "Every frontend's Java is new enough for its version.")]


def _one(node: Seen) -> list[Finding]:
    major = jdk(node.survey.java)
    if major is None:
        told = node.look.trouble or node.survey.conf is None
        return [] if told else [warn(NAME, f"The version of Java of {node} could not be read.", "Is JAVA_HOME set there?")]
    version = node.survey.installed or node.version
    needed = needed_jdk(version)
    if needed is not None and major < needed:
        words = f"{node} has Java {major}, and {version} needs {needed}: its next start fails."
        return [block(NAME, words, "Install it and set JAVA_HOME there.")]
    variable = winning_variable(node.kind, version, major, node.conf)
    wrong = forbidden_flags(node.conf.get(variable or "", ""), major)
    if wrong:
        words = f"Java {major} of {node} does not start with {', '.join(wrong)}, which {variable} sets."
        return [block(NAME, words, "Take it out of fe.conf before the next restart.")]
    return []
