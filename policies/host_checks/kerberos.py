"""krb5.conf and keytabs are where the process looks for them, and its account may read them (mission 001 §2.2).

docs: data_source/catalog/hive_catalog (Kerberos): krb5.conf is named by -Djava.security.krb5.conf in JAVA_OPTS of fe.conf
and be.conf, and a ticket is made from a keytab on every FE and BE. Keytabs differ from host to host by nature (a principal
each), and whatever is computed from a key helps whoever guesses at it: so neither their content nor a hash of it is asked for.
"""

from collections.abc import Sequence

from policies.host_checks.alike import differing, most_lack, named, of_each_kind, on_others
from policies.host_checks.seen import Seen, fine, warn
from policies.hosts import FileState, HostFile
from policies.plan import Finding

NAME = "kerberos"
SAID = "-Djava.security.krb5.conf="
EVERYBODY = 0o004


def kerberos(nodes: Sequence[Seen]) -> list[Finding]:
    asked = [node for node in nodes if any(SAID in value for key, value in node.conf.items() if key.startswith("JAVA_OPTS"))]
    found = [*_asked_for(asked), *_compared([node for node in nodes if node not in asked or _usable(node)]), *_keytabs(nodes)]
    if found:
        return found
    used = any(node.survey.keytabs or _usable(node) for node in nodes)
    return [fine(NAME, "krb5.conf and keytabs can be read wherever they should." if used else "No node uses Kerberos.")]


def _usable(node: Seen) -> bool:
    return node.survey.krb5 is not None and node.survey.krb5.state is FileState.READABLE


def _asked_for(nodes: Sequence[Seen]) -> list[Finding]:
    """JAVA_OPTS name the file, so that it must be there, whatever the others have."""
    advice = "Copy it there from another node before the process starts: Kerberos does not work without it."
    return [
        warn(NAME, f"The krb5.conf that {node} is told to read, {file.path}, {_trouble(file)}.", advice)
        for node in nodes
        if (file := node.survey.krb5) is not None and file.state is not FileState.READABLE
    ]


def _compared(nodes: Sequence[Seen]) -> list[Finding]:
    """Where most do without, a file too many harms nobody: many systems bring one."""
    found = []
    for process, alike in of_each_kind(nodes):
        words = "" if most_lack(alike, _krb5) else differing(alike, _krb5)
        if words:
            advice = "Every node needs the same realms and KDCs: compare the files."
            found.append(warn(NAME, f"krb5.conf of {process}s: {words}.", advice))
    return found


def _krb5(node: Seen) -> HostFile | None:
    return node.survey.krb5


def _keytabs(nodes: Sequence[Seen]) -> list[Finding]:
    found = []
    for path in dict.fromkeys(file.path for node in nodes for file in node.survey.keytabs):
        there = [(node, file) for node in nodes for file in node.survey.keytabs if file.path == path]
        bad: dict[str, list[Seen]] = {}
        for node, file in there:
            if _trouble(file):
                bad.setdefault(_trouble(file), []).append(node)
        good = len(there) - sum(map(len, bad.values()))
        for trouble, those in bad.items():
            rest = f"; {on_others(good)} can read it" if good else ""
            words = f"The keytab {path} {trouble}: {named(those)}{rest}."
            found.append(warn(NAME, words, "Put it there, readable for the account of the process alone (mode 0400)."))
        wide = [node for node, file in there if file.mode and int(file.mode, 8) & EVERYBODY]
        if wide:
            words = f"Every account on the host can read the keytab {path}: {named(wide)}."
            found.append(warn(NAME, words, "Whoever has a copy is that principal: chmod 0400, owner the account of the process."))
    return found


def _trouble(file: HostFile) -> str:
    match file.state:
        case FileState.ABSENT:
            return "is missing"
        case FileState.SHUT:
            return f"lies behind {file.shut}, which our account may not enter"
        case FileState.CLOSED:
            return f"is not readable for our account (owner {file.owner}, mode {file.mode})"
    return "is empty" if file.size == 0 else ""
