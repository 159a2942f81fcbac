"""Is everything there? One line for each thing that an installation needs, and what to do where something is missing.

    python -m workers.doctor
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from redis import RedisError

from bot.identity import IdentityUnknown
from bot.redis_connection import connect
from bot.redis_safety import unsafe
from bot.settings import SettingsError
from policies import checks
from policies.cluster import ClusterState, NodeKind, Role
from policies.plan import Verdict
from workers import starrocks
from workers.audit import verify
from workers.hosts import HostDriver
from workers.settings import WorkerSettings
from workers.starrocks import ClusterError, Depth
from workers.wiring import Wiring, wiring


@dataclass(frozen=True)
class Line:
    """What was looked at, whether it is well, and what was seen or is to be done."""

    what: str
    well: bool
    words: str


def examine() -> Iterator[Line]:
    """Look at everything; what cannot be looked at is a line too."""
    try:
        settings = WorkerSettings.load()
        wired = wiring()
    except (SettingsError, OSError) as error:
        yield Line("settings", False, str(error))
        return
    yield Line("settings", True, f"{len(settings.clusters)} clusters: {', '.join(settings.clusters) or 'none'}")
    yield _redis(settings)
    yield _slack(wired)
    for name in settings.clusters:
        yield from _cluster(wired, name)
    yield _audit(settings.audit_path)


def _redis(settings: WorkerSettings) -> Line:
    try:
        problems = unsafe(connect(settings.redis_url))
    except (RedisError, OSError) as error:
        return Line("redis", False, f"it does not answer ({error}); REDIS_URL says where it is")
    return Line("redis", not problems, " ".join(problems) or "it keeps what it is told")


def _slack(wired: Wiring) -> Line:
    try:
        team = wired.home_team()
    except IdentityUnknown as error:
        return Line("slack", False, f"{error}; SR_SLACK_BOT_TOKEN is the bot token (xoxb-...)")
    return Line("slack", True, f"the bot is at home in workspace {team}")


def _cluster(wired: Wiring, name: str) -> Iterator[Line]:
    what = f"cluster {name}"
    try:
        state = starrocks.look_live(wired.clusters[name], Depth.FULL)
    except ClusterError as error:
        yield Line(what, False, str(error))
        return
    findings = [*checks.leader((), state), *checks.privileges((), state)]
    wrong = [f"{f.sentence} {f.advice}".strip() for f in findings if f.verdict is Verdict.BLOCK]
    seen = f"{len(state.frontends)} frontends, {len(state.backends)} backends, {len(state.compute_nodes)} compute nodes"
    yield Line(what, not wrong, " ".join(wrong) or f"StarRocks {state.version}, {state.run_mode.value}: {seen}")
    driver = wired.drivers.get(name)
    if driver is not None:
        yield _hosts(f"hosts of {name}", driver, state)


def _hosts(what: str, driver: HostDriver, state: ClusterState) -> Line:
    """Every host can be entered, and shows the process of a node that is alive where the settings say it lies."""
    kinds = {f.address: NodeKind.OBSERVER if f.role is Role.OBSERVER else NodeKind.FOLLOWER for f in state.frontends}
    kinds |= {b.address: NodeKind.BACKEND for b in state.backends} | {c.address: NodeKind.COMPUTE_NODE for c in state.compute_nodes}
    looks = driver.look(kinds)
    alive = {node.address for node in state.nodes if node.alive}
    wrong = [f"{look.address}: {look.trouble}" for look in looks if look.trouble]
    wrong += [
        f"{look.address} is alive, but no process of it is seen on its host: are its home and this user right?"
        for look in looks if look.address in alive and look.process is None and not look.trouble
    ]  # fmt: skip
    hosts = {address.host for address in kinds}
    return Line(what, not wrong, " ".join(wrong[:5]) or f"{len(hosts)} hosts can be entered, {len(looks)} nodes were looked at")


def _audit(path: Path) -> Line:
    if not path.exists():
        return Line("audit", True, f"no copy yet at {path}; the first operation begins it")
    problems = verify(path)
    return Line("audit", not problems, "; ".join(problems[:3]) or f"both chains of {path} hold")


def main() -> None:
    """Print the lines; exit code 1 when anything is not well."""
    sick = 0
    for line in examine():
        print(f"{'ok  ' if line.well else 'FIX '} {line.what}: {line.words}", flush=True)
        sick += not line.well
    sys.exit(1 if sick else 0)


if __name__ == "__main__":
    main()
