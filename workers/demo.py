"""The whole house on this machine, for looking and trying: `make demo`, and `make tour` without a browser.

Bundled Valkey, the twin of mission 000's cluster in fast time, the playground, the bot, the clock, two workers and the
notifier: each a process of its own, all on 127.0.0.1, with passwords made up at each start.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workers import tour
from workers.valkey import Valkey

CLUSTER = "demo"
START_LIMIT_S = 60.0
COMPLETIONS = (
    ("/sr help", "what can be typed"),
    ("/sr status", "the cluster in a few lines"),
    ("/sr nodes", "every node"),
    ("/sr plan decommission be 10.84.0.18:9050", "a dry run: the plan, without approval"),
    ('/sr decommission be 10.84.0.18:9050 reason="no room to grow"', "drain a backend and take it out"),
    ("/sr restart be 10.84.0.19:9050", "restart a backend over SSH, seen back before the next"),
    ("/sr upgrade to 3.3.9", "a rolling upgrade: a canary to look at, backends, frontends, the leader last"),
    ("/sr views", "materialized views"),
    ("/sr ops", "operations, running and recent"),
    ("/sr lock", "who has the cluster"),
)


class House:
    """The processes, and where they are."""

    def __init__(
        self,
        directory: Path,
        *,
        scenario: str = "mission000",
        speed: float = 100.0,
        workers: int = 2,
        redis_url: str = "",
        policy: str = "quorum = 2\nexpires_s = 3600",
        visibility_s: float = 30.0,
        slack_timeout_s: float = 10.0,
        second: str = "",
        columns: str = os.environ.get("SR_TWIN_COLUMNS", "3.3.3"),
        hosts: bool = False,
        host_lines: str = "",
        packages: Sequence[str] = (),
    ) -> None:
        """`columns` is the StarRocks version that the twin looks like; `second` is the scenario of a second cluster beside
        the first, called `second`. With `hosts` the first cluster's nodes are processes on hosts to log in to, and packages
        of the versions in `packages` lie ready; `host_lines` are further settings of theirs.
        """
        self.directory = directory
        self.scenario = scenario
        self.speed = speed
        self.workers = workers
        self.policy = policy
        self.second = second
        self.columns = columns
        self.hosts = hosts
        self.host_lines = host_lines
        self.packages = packages
        self.second_twin: dict[str, Any] = {}
        self.redis_url = redis_url
        self.valkey: Valkey | None = None
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.twin: dict[str, Any] = {}
        self.playground: dict[str, Any] = {}
        self.environment = {
            **os.environ,
            "SR_SLACK_BOT_TOKEN": f"xoxb-{secrets.token_hex(12)}",
            "SR_SLACK_APP_TOKEN": f"xapp-{secrets.token_hex(12)}",
            "SR_TWIN_PASSWORD": secrets.token_hex(12),
            "SR_TWIN_TOKEN": secrets.token_hex(12),
            "SR_PLAYGROUND_TOKEN": secrets.token_urlsafe(16),
            "SR_AUDIT_PATH": str(directory / "audit.sqlite3"),
            "SR_CONFIG": str(directory / "sr.toml"),
            "SR_VISIBILITY_S": str(visibility_s),
            "SR_SLACK_TIMEOUT_S": str(slack_timeout_s),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        """Start everything in order; raises RuntimeError naming what did not come up."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if not self.redis_url:
            self.valkey = Valkey(self.directory / "valkey")
            self.valkey.start()
            self.redis_url = self.valkey.url
        self.environment["REDIS_URL"] = self.redis_url
        (self.directory / "completions.json").write_text(
            json.dumps([{"text": text, "description": words} for text, words in COMPLETIONS]), encoding="utf-8"
        )
        looks = ("--speed", str(self.speed), "--columns", self.columns)
        hosts = ("--hosts", str(self.directory / "hosts"), "--packages", ",".join(self.packages)) if self.hosts else ()
        self.twin = self._ready("twin", "workers.twin", "--scenario", self.scenario, *looks, *hosts)
        if self.second:
            self.second_twin = self._ready("second-twin", "workers.twin", "--scenario", self.second, *looks)
            self.environment["SR_PASSWORDS__SECOND"] = self.environment["SR_TWIN_PASSWORD"]
        completions = str(self.directory / "completions.json")
        self.playground = self._ready("playground", "bot.playground", "--completions", completions)
        self.environment["SR_SLACK_API_URL"] = self.playground["api"]
        self.environment[f"SR_PASSWORDS__{CLUSTER.upper()}"] = self.environment["SR_TWIN_PASSWORD"]
        (self.directory / "sr.toml").write_text(self.config(), encoding="utf-8")
        self.launch("bot", "bot.app")
        self.launch("clock", "workers.clock")
        self.launch("notifier", "bot.queue_worker", "slack")
        for number in range(1, self.workers + 1):
            self.launch(f"worker-{number}", "bot.queue_worker", "operations")

    def config(self) -> str:
        """The TOML file of this house."""
        parts = [f'[policy]\napprover_groups = ["S0DBA"]\n{self.policy}\n', self._cluster(CLUSTER, self.twin, ["C0OPS"])]
        if self.second_twin:
            parts.append(self._cluster("second", self.second_twin, []))
        return "\n".join(parts)

    def _cluster(self, name: str, twin: dict[str, Any], channels: list[str]) -> str:
        frontends = [f"{fe['host']}:{fe['query_port']}" for fe in twin["frontends"]]
        ways = {f"{fe['host']}:{fe['query_port']}": fe["port"] for fe in twin["frontends"]}
        ways |= {f"{fe['host']}:{fe['http_port']}": fe["http"] for fe in twin["frontends"]}
        ways |= {be["address"]: be["port"] for be in twin["backends"]}
        via = "\n".join(f'"{address}" = "127.0.0.1:{port}"' for address, port in ways.items())
        return (
            f'[clusters.{name}]\nfrontends = {json.dumps(frontends)}\nuser = "sr_bot"\nchannels = {json.dumps(channels)}\n'
            f"speed = {self.speed}\n\n[clusters.{name}.via]\n{via}\n{self._hosts(name, twin.get('ssh', {}))}"
        )

    def _hosts(self, name: str, ssh: dict[str, Any]) -> str:
        """How the hosts are reached; nothing where a cluster has none. All share a file system, so each has its own homes."""
        if not ssh:
            return ""
        usual = ("user", "known_hosts", "key_file", "be_home", "fe_home", "cn_home", "stage_dir", "backup_dir", "packages")
        names = [*usual, *(("spare", "rehearsal_dir") if "spare" in ssh else ())]
        common = "\n".join(f"{key} = {json.dumps(ssh[key])}" for key in names)
        via = "\n".join(f'"{host}" = "127.0.0.1:{port}"' for host, port in ssh["ports"].items())
        homes = "\n".join(
            f'"{host}" = {{ {", ".join(f"{key} = {json.dumps(path)}" for key, path in paths.items())} }}'
            for host, paths in ssh["homes"].items()
        )
        where = f"clusters.{name}.hosts"
        # The twin's processes are there at once; a start that fails should not take longer than the patience of fast time.
        common += f"\nstart_timeout_s = 3\n{self.host_lines}"
        return f'\n[{where}]\ndriver = "ssh"\n{common}\n\n[{where}.via]\n{via}\n\n[{where}.homes]\n{homes}\n'

    def launch(self, name: str, module: str, *arguments: str, **environment: str) -> None:
        """Start one process; its output goes to a file of its own."""
        log = (self.directory / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()

    def _ready(self, name: str, module: str, *arguments: str) -> dict[str, Any]:
        path = self.directory / f"{name}.ready.json"
        path.unlink(missing_ok=True)
        self.launch(name, module, *arguments, "--ready-file", str(path))
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            if self.processes[name].poll() is not None:
                raise RuntimeError(f"{name} ended at once: see {self.directory / f'{name}.log'}")
            with contextlib.suppress(OSError, ValueError):
                ready: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
                return ready
            time.sleep(0.02)
        raise RuntimeError(f"{name} did not come up: see {self.directory / f'{name}.log'}")

    def wait_for_bot(self) -> None:
        """Until the bot is connected, so that the first command is heard."""
        deadline = time.monotonic() + START_LIMIT_S
        log = self.directory / "bot.log"
        while time.monotonic() < deadline:
            if log.exists() and b"connected" in log.read_bytes():
                return
            time.sleep(0.05)
        raise RuntimeError(f"the bot did not connect: see {log}")

    def stop(self) -> None:
        """End every process we started, by its pid. Only twins have something to tidy up: the processes on their hosts."""
        for name, process in reversed(list(self.processes.items())):
            if process.poll() is None:
                process.terminate() if name.endswith("twin") else process.kill()
        for process in self.processes.values():
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.valkey is not None:
            self.valkey.stop()

    def mysql_line(self) -> str:
        """How to look at the twin with a mysql client."""
        port = self.twin["frontends"][0]["port"]
        return f"MYSQL_PWD={self.environment['SR_TWIN_PASSWORD']} mysql -h127.0.0.1 -P{port} -usr_bot -e 'SHOW BACKENDS\\G'"


@contextlib.contextmanager
def house(**options: Any) -> Iterator[House]:
    """A house in a directory of its own that is removed afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="sr-demo-"))
    built = House(directory, **options)
    try:
        built.start()
        built.wait_for_bot()
        yield built
    finally:
        built.stop()
        if not os.environ.get("SR_KEEP_DEMO"):
            shutil.rmtree(directory, ignore_errors=True)


def demo() -> None:
    """Start the house, print where it is, and wait for Ctrl-C."""
    with house(hosts=True, packages=("3.3.9",)) as built:
        print(f"\n  Open {built.playground['url']}\n", flush=True)
        print("  Type in #starrocks-ops:  /sr decommission be 10.84.0.18:9050 reason=\"no room to grow\"")
        print("  Then be Bob and Carol (bottom left) and approve. The twin runs 100 times faster than the clock.\n")
        print(f"  Look at the twin:  {built.mysql_line()}\n")
        print("  Ctrl-C ends everything.", flush=True)  # seen through a pipe too
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
        print("\n  Closing the house …")


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.argv[1:] == ["tour"]:
        with house(speed=400.0) as built:
            raise SystemExit(tour.run(built.playground))
    demo()


if __name__ == "__main__":
    main()
