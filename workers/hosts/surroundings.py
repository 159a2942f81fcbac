"""The closer look at hosts: what is asked beside the installation, and how it is read."""

import shlex
from collections.abc import Iterable, Sequence

from bot.host_settings import ENDPOINT, HostsEntry, directory
from policies.address import Address
from policies.hosts import FileState, HostFile, Kernel, Reached
from workers.hosts.shell import assignments, script

Lines = Sequence[tuple[str, str]]

_SAID = (
    ("Connection refused", Reached.REFUSED),
    ("Connection timed out", Reached.SILENT),
    ("Name or service not known", Reached.NAMELESS),
    ("name resolution", Reached.NAMELESS),
    ("No address associated", Reached.NAMELESS),
    ("Name does not resolve", Reached.NAMELESS),
)
"""glibc: posix/gai_strerror, errlist; the last one is musl's."""


def closer_text(entry: HostsEntry, members: Sequence[Address] | None) -> str:
    """The functions of the closer look: of the installation alone, or also of what lies around it.

    `members` come from the cluster's lists: what is no plain endpoint is left out.
    """
    if members is None:
        return f"{script('survey')}\nhost_survey() {{ :; }}\nsurroundings() {{ :; }}\n"
    asked = [("reached", text) for text in entry.reach] + [("members", str(address)) for address in members]
    ways = " ".join(f"{kind} {shlex.quote(_host(text))} {_port(text)}" for kind, text in asked if ENDPOINT.match(text))
    files = [f"file_line keytab {_path(path)} not {shlex.quote(path)}" for path in entry.keytabs]
    return "\n".join(
        [
            assignments({"udf_dir": entry.udf_dir}),
            _function("ways", [f"try_all {ways}"]),
            _function("keytabs", files),
            script("survey"),
            script("surroundings"),
        ]
    )


def files(lines: Lines, kind: str) -> tuple[HostFile, ...]:
    """Files of one kind; a line that is not whole is left out."""
    return tuple(file for word, rest in lines if word == "file" and (file := _file(rest, kind)) is not None)


def udfs(lines: Lines) -> dict[str, int] | None:
    """Jar -> bytes; None where nobody looked."""
    if not any(word == "udfs" for word, _ in lines):
        return None
    jars = (rest.partition(" ") for word, rest in lines if word == "udf")
    return {name: int(size) for size, _, name in jars if size.isdecimal() and name.isprintable()}


def kernel(lines: Lines) -> Kernel | None:
    said = {word: rest for word, rest in lines if word in {"overcommit", "swappiness", "swap", "maps", "huge"}}
    if not said:
        return None
    return Kernel(
        overcommit=_number(said, "overcommit"),
        swappiness=_number(said, "swappiness"),
        swap=_number(said, "swap"),
        huge_pages=said.get("huge", "") if said.get("huge", "") in {"always", "madvise", "never"} else "",
        map_areas=_number(said, "maps"),
    )


def listening(lines: Lines) -> frozenset[int] | None:
    said = dict(lines).get("listening")
    return None if said is None else frozenset(int(port) for port in said.split() if port.isdecimal())


def ways(lines: Lines, kind: str) -> dict[str, Reached]:
    """Endpoint -> how it was reached, of those in the settings ("reached") or of the cluster's own ("members").

    Who is silent to the end of our patience has no line of its own among the answers.
    """
    asked = [word for line, rest in lines if line == "asked" for word in rest.split()]
    found = {_endpoint(asked[at + 1], asked[at + 2]): Reached.SILENT for at in range(0, len(asked) - 2, 3) if asked[at] == kind}
    for parts in (rest.split(" ", 4) for line, rest in lines if line == "way"):
        if len(parts) >= 4 and parts[0] == kind and _endpoint(parts[1], parts[2]) in found:
            found[_endpoint(parts[1], parts[2])] = _ended(parts[3], parts[4] if len(parts) > 4 else "")
    return found


def _ended(code: str, said: str) -> Reached:
    """What bash says of a connection that it could not open, in the language of the C locale."""
    if code == "0":
        return Reached.OPEN
    return next((how for text, how in _SAID if text in said), Reached.FAILED)


def _endpoint(host: str, port: str) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _file(text: str, wanted: str) -> HostFile | None:
    parts = text.split(" ", 7)
    if len(parts) < 8 or parts[0] != wanted or parts[1] not in set(FileState):
        return None
    _, state, mode, owner, size, sha256, shut, path = ("" if part == "-" else part for part in parts)
    return HostFile(
        path=path,
        state=FileState(state),
        mode=mode if mode and set(mode) <= set("01234567") else "",
        owner=owner.rpartition(":")[2],
        size=int(size) if size.isdecimal() else None,
        sha256=sha256,
        shut=shut,
    )


def _path(path: str) -> str:
    """As the host's shell reads it."""
    return f'"$HOME"{shlex.quote(directory(path[1:]))}' if path.startswith("~") else shlex.quote(directory(path))


def _number(said: dict[str, str], word: str) -> int | None:
    return int(said[word]) if said.get(word, "").isdecimal() else None


def _function(name: str, lines: Iterable[str]) -> str:
    body = "\n".join(["  :", *(f"  {line}" for line in lines)])
    return f"{name}() {{\n{body}\n}}\n"


def _host(endpoint: str) -> str:
    return endpoint.rpartition(":")[0].strip("[]")


def _port(endpoint: str) -> int:
    return int(endpoint.rpartition(":")[2])
