"""One host: its directory, what is installed there, and the way its processes are started when nobody logs in."""

import os
import re
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

from workers.twin.machines.installation import FILES, PARTS, change, set_java, write_conf, write_java, write_meta, write_part

NO_ROOM = """#!/bin/sh
echo "$(basename "$0"): write error: No space left on device" >&2
exit 1
"""
DF = """#!/bin/sh
echo "Filesystem     1024-blocks      Used Available Capacity Mounted on"
echo "/dev/vda1        480247808 480247808         0     100% /"
"""
FULL = {"df": DF, "tar": NO_ROOM, "cp": NO_ROOM, "dd": NO_ROOM}
NO_NAMESPACES = """#!/bin/sh
echo "unshare: unshare failed: Operation not permitted" >&2
exit 1
"""
JAVA = "17.0.12"
KERNEL = {
    "/proc/sys/vm/overcommit_memory": "1",
    "/proc/sys/vm/swappiness": "0",
    "/proc/sys/vm/max_map_count": "262144",
    "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
}
"""As StarRocks asks for it, whatever the machine of the twin has."""
LISTENING = "   0: 00000000:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1"
"""A line of /proc/net/tcp."""


@dataclass(frozen=True)
class Wires:
    """How a process on any host reaches the twin: the file whose end means the twin's end, and where it tells."""

    alive: Path
    events: Path


@dataclass
class Machine:
    """`directory` is HOME of whoever logs in. `processes` are those installed: "be", "cn", "fe"."""

    name: str
    directory: Path
    user: str
    processes: set[str] = field(default_factory=set)

    def home(self, process: str) -> Path:
        return self.directory / "starrocks" / process

    @property
    def java_home(self) -> Path:
        return self.directory / "java"

    @property
    def stubs(self) -> Path:
        return self.directory / ".stubs"

    def homes(self) -> dict[str, str]:
        """What is different from host to host because all of them share one file system."""
        return {
            **{process: str(self.home(process)) for process in ("be", "cn", "fe")},
            "stage": str(self.directory / "stage"),
            "backup": str(self.directory / "backup"),
        }

    def environment(self) -> dict[str, str]:
        """Of a login without a terminal, as /etc/environment and sshd make it."""
        return {
            "PATH": f"{self.stubs}:{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.directory),
            "USER": self.user,
            "LOGNAME": self.user,
            "SHELL": "/bin/sh",
            "LANG": "C.UTF-8",
            "JAVA_HOME": str(self.java_home),
        }

    def lay_out(self, wires: Wires, generation: int) -> None:
        """An empty host; what was there before is gone."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(mode=0o700, parents=True)
        self.processes.clear()
        for name in ("stage", "backup", ".stubs"):
            (self.directory / name).mkdir()
        write_java(self.java_home, JAVA)
        self._stub("systemctl", (FILES / "systemctl").read_text(encoding="utf-8"))
        self._stub("curl", (FILES / "curl").read_text(encoding="utf-8"))
        for name in ("timeout", "tail"):
            real = shutil.which(name)
            self._stub(name, (FILES / name).read_text(encoding="utf-8").replace("@REAL@", real or name))
        self.set_surroundings({}, set(), {})
        lines = {
            "MACHINE": self.name, "TWIN": os.getpid(), "GENERATION": generation, "ALIVE": wires.alive, "EVENTS": wires.events,
        }  # fmt: skip
        text = "".join(f"{key}='{value}'\n" for key, value in lines.items())
        (self.directory / ".machine").write_text(text, encoding="utf-8")

    def install(self, process: str, release: str) -> None:
        home = self.home(process)
        write_part(home, PARTS[process], release)
        write_conf(home / "conf", f"{process}.conf", home=home, java_home=self.java_home)
        (home / "log").mkdir()
        (home / "log" / f"{process}.{'log' if process == 'fe' else 'INFO'}").touch()
        if process == "be":
            (home / "storage").mkdir()
        self.processes.add(process)

    def write_meta(self, *, cluster_id: int, name: str, role: str, journal: int, token: str) -> None:
        write_meta(self.home("fe") / "meta", cluster_id=cluster_id, token=token, name=name, role=role, journal=journal)

    def write_image(self, journal: int) -> None:
        """The newest one, which the copies of the metadata are measured by; the journal before it stays, as little as it is."""
        (self.home("fe") / "meta" / "image" / f"image.{journal}").write_bytes(b"image" * 400)

    def register(self, cluster_id: int) -> None:
        """A backend writes down whose it is in each of its storage paths (be: storage/cluster_id_mgr.cpp)."""
        conf = (self.home("be") / "conf" / "be.conf").read_text(encoding="utf-8")
        line = next((line for line in conf.splitlines() if line.startswith("storage_root_path")), "")
        for path in line.partition("=")[2].split(";"):
            written = Path(path.strip()) / "cluster_id"
            if path.strip() and written.parent.is_dir() and not written.exists():
                written.write_text(f"{cluster_id}-{self.version('be')}", encoding="ascii")

    def set_version(self, process: str, release: str) -> None:
        """Other files are on the host now, by whatever hand; none while somebody has moved lib away."""
        if (self.home(process) / "lib").is_dir():
            change(self.home(process) / "lib" / "VERSION", f"{release}\n")

    def version(self, process: str) -> str:
        try:
            return (self.home(process) / "lib" / "VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""  # somebody is swapping the files right now

    def memory_limit(self, process: str) -> int:
        """Bytes that a backend or compute node allows itself: nine tenths of its conf file's share of the memory."""
        conf = (self.home(process) / "conf" / f"{process}.conf").read_text(encoding="utf-8")
        found = re.search(r"^mem_limit\s*=\s*(\d+)%", conf, re.MULTILINE)
        share = int(found[1]) if found else 90
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * share * 9 // 1000

    def spawn(self, process: str) -> int:
        """Start the process as its start script would, without the script: a whole cluster starts in a moment.

        Returns its pid; 0 when the files are away, half swapped: then nothing starts, as nothing would.
        """
        home = self.home(process)
        arguments = {
            "be": [str(home / "lib" / "starrocks_be"), str(home / "lib" / "starrocks_be.body")],
            "cn": [str(home / "lib" / "starrocks_be"), str(home / "lib" / "starrocks_be.body"), "--cn"],
            "fe": [
                str(self.java_home / "jre" / "bin" / "java"), str(home / "lib" / "starrocks-fe.jar"),
                "-Xmx8192m", "com.starrocks.StarRocksFE", "-helper", "any",
            ],
        }[process]  # fmt: skip
        environment = {**self.environment(), "PID_DIR": str(home / "bin"), "STARROCKS_HOME": str(home), "NETWORKS": "10.84.0.0/16"}
        out = home / "log" / f"{process}.out"
        try:
            return os.posix_spawn(
                arguments[0], arguments, environment, setsid=True, setsigdef=[signal.SIGPIPE],
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, str(out), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
                    (os.POSIX_SPAWN_DUP2, 1, 2),
                ],
            )  # fmt: skip
        except FileNotFoundError:
            return 0

    def note(self, process: str, text: str) -> None:
        """A line in the process's own log, for whoever reads why it ended."""
        log = self.home(process) / "log" / f"{process}.out"
        if log.parent.is_dir():
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")

    def lose_pid_files(self) -> None:
        for process in self.processes:
            (self.home(process) / "bin" / f"{process}.pid").unlink(missing_ok=True)

    def fill_disk(self, full: bool) -> None:
        """Programs that would need room say that there is none, before any real byte is written."""
        for name, text in FULL.items():
            self._stub(name, text if full else "")

    def set_clock(self, ahead_s: float) -> None:
        """`date` tells another time; nothing else asks."""
        real = shutil.which("date")
        self._stub("date", f'#!/bin/sh\nexec {real} -d "{ahead_s:+.3f} seconds" "$@"\n' if ahead_s else "")

    def set_java(self, version: str) -> None:
        set_java(self.java_home, version or JAVA)

    def set_surroundings(self, ways: dict[tuple[str, str], str], ports: set[int], kernel: dict[str, str]) -> None:
        """Ways to endpoints, ports that something else has, settings of the kernel: what the stubs of programs tell."""
        (self.stubs / "kernel").mkdir(exist_ok=True)
        self._stub("ways", "".join(f"{host} {port} {how}\n" for (host, port), how in ways.items()))
        listening = "".join(f"{LISTENING.format(port=port)}\n" for port in sorted(ports))
        said = {**KERNEL, **kernel, "/proc/net/tcp6": listening}
        for path, text in said.items():
            change(self.stubs / "kernel" / Path(path).name, text)

    def put(self, path: str, text: str | None, mode: int) -> None:
        """A file that somebody brings, or takes away."""
        file = self.directory / path
        if text is None:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        change(file, text)
        file.chmod(mode)

    def set_rehearsals(self, no_namespaces: bool, fails: str, hangs: bool) -> None:
        """Whether a process may be cut off here, what a frontend that is tried here ends with, and whether it ends at all."""
        self._stub("unshare", NO_NAMESPACES if no_namespaces else "")
        self._stub("rehearsal-fails", fails)
        self._stub("rehearsal-hangs", "yes" if hangs else "")

    def _stub(self, name: str, text: str) -> None:
        """A program that is found before this machine's own; none without a text."""
        stub = self.stubs / name
        if text:
            change(stub, text)
        else:
            stub.unlink(missing_ok=True)
