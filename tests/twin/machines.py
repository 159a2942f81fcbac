"""A twin with hosts, as a process of its own; one logs in to them with a real SSH client."""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

T = TypeVar("T")
LIMIT_S = 15.0
START = "{home}/bin/start_{process}.sh --daemon"
STOP = "{home}/bin/stop_{process}.sh"
REPOSITORY = Path(__file__).parents[2]


class Said:
    """What a command on a host printed and how it ended: `code` is None when the link broke."""

    def __init__(self, code: int | None, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def __repr__(self) -> str:
        return f"{self.code}: {self.out!r} {self.err!r}"


class Served:
    """`python -m workers.twin --hosts`; `advance` is what moves time, unless a speed is given."""

    def __init__(self, directory: Path, scenario: str = "small", *, columns: str = "3.3.3", packages: str = "") -> None:
        self.directory = directory
        self.ready_file = directory / "ready.json"
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "workers.twin", "--scenario", scenario, "--columns", columns, "--speed", "0"),
                *("--hosts", str(directory / "hosts"), "--packages", packages, "--ready-file", str(self.ready_file)),
            ],
            cwd=REPOSITORY, env={k: v for k, v in os.environ.items() if not k.startswith("SR_TWIN_")},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(directory / "stderr").open("wb"),
        )  # fmt: skip
        self.until(lambda: self.ready_file.exists() or self.process.poll() is not None)
        self.ready: dict[str, Any] = json.loads(self.ready_file.read_text(encoding="utf-8"))
        self.ssh: dict[str, Any] = self.ready["ssh"]

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=LIMIT_S) == 0, self.complaints()

    def complaints(self) -> str:
        return (self.directory / "stderr").read_text(encoding="utf-8")

    def until(self, what: Callable[[], T], limit_s: float = LIMIT_S) -> T:
        deadline = time.monotonic() + limit_s
        while not (found := what()):
            assert time.monotonic() < deadline, f"waited {limit_s} s in vain: {self.complaints()}"
            time.sleep(0.01)
        return found

    # --- the control API

    def call(self, path: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.ready['control']}/{path}", data=json.dumps(body).encode() if body or path == "reset" else None,
            headers={"Authorization": f"Bearer {self.ready['token']}"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=LIMIT_S) as response:
            return json.load(response)

    def fault(self, name: str, **arguments: Any) -> None:
        self.call("fault", name=name, **arguments)

    def advance(self, seconds: float) -> None:
        self.call("advance", seconds=seconds)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        answer = self.call("sql", sql=sql)
        return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]

    def backend(self, host: str) -> dict[str, Any]:
        return next(row for row in self.rows("SHOW BACKENDS") if row["IP"] == host)

    def frontend(self, host: str) -> dict[str, Any]:
        return next(row for row in self.rows("SHOW FRONTENDS") if row["IP"] == host)

    def pid(self, host: str, process: str = "be") -> int:
        """Of the process that the twin holds; 0 if none runs."""
        found = self.call("state")["hosts"][host]["processes"].get(process)
        return int(found["pid"]) if found else 0

    def pids(self) -> list[int]:
        hosts = self.call("state")["hosts"].values()
        return [process["pid"] for host in hosts for process in host["processes"].values()]

    def node(self, host: str, process: str = "be") -> dict[str, Any]:
        """The node on a host as the model has it."""
        kind = {"be": "backends", "cn": "compute_nodes", "fe": "frontends"}[process]
        return next(n for n in self.call("state")[kind] if n.get("host", n.get("address", "").split(":")[0]) == host)

    def up(self, host: str, process: str = "be") -> bool:
        return bool(self.node(host, process)["process_up"])

    # --- the hosts

    def home(self, host: str, process: str = "be") -> str:
        return str(self.ssh["homes"][host][process])

    def at(self, host: str, command: str, limit_s: float = LIMIT_S, given: str = "") -> Said:
        """Run a command on a host, with `given` on its standard input."""

        async def run() -> Said:
            async with self.link(host) as connection:
                done = await connection.run(command, timeout=limit_s, input=given)
                return Said(done.exit_status, str(done.stdout), str(done.stderr))

        return asyncio.run(run())

    def link(self, host: str, **options: Any) -> Any:
        usual = {
            "username": self.ssh["user"], "client_keys": [self.ssh["key_file"]], "known_hosts": self.ssh["known_hosts"],
            "config": None, "agent_path": None, "connect_timeout": LIMIT_S,
        }  # fmt: skip
        return asyncssh.connect("127.0.0.1", self.ssh["ports"][host], **{**usual, **options})


def alive(pid: int) -> bool:
    """Running, not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def say(twin: Served, host: str, text: str, process: str = "be") -> str:
    said = twin.at(host, text.format(home=twin.home(host, process), process=process))
    assert said.code == 0, said
    return said.out


def stopped(twin: Served, host: str, process: str = "be") -> None:
    twin.until(lambda: not twin.pid(host, process) and not twin.up(host, process))


def started(twin: Served, host: str, process: str = "be") -> None:
    """Until the process runs; then the time that it takes to serve passes."""
    twin.until(lambda: twin.pid(host, process))
    twin.advance(20)
