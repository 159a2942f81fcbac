"""python -m workers.twin: a StarRocks cluster in memory, on loopback ports."""

import argparse
import asyncio
import json
import os
import secrets
import signal
from pathlib import Path

from workers.twin.model.versions import VERSIONS
from workers.twin.scenarios import SCENARIOS
from workers.twin.wire.host import TwinHost
from workers.twin.wire.server import Hosts, NotStarted, TwinServer

PASSWORD_VARIABLE = "SR_TWIN_PASSWORD"
TOKEN_VARIABLE = "SR_TWIN_TOKEN"


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m workers.twin",
        description="A StarRocks cluster simulated in memory, spoken to over the MySQL protocol. Loopback only.",
        epilog=f"The accounts root, sr_bot and sr_limited share the password in {PASSWORD_VARIABLE}; without it one is "
        "made up and written to the ready file.",
    )
    options.add_argument("--scenario", default="mission000", choices=sorted(SCENARIOS))
    options.add_argument("--columns", default="3.3.3", choices=sorted(VERSIONS), help="StarRocks version to look like")
    options.add_argument("--speed", type=float, default=100.0, help="simulated seconds per real one; 0: only /advance")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--port", type=int, default=0, help="MySQL port of the first frontend; 0: any free ones")
    options.add_argument("--control-port", type=int, default=0, help="port of the control API; 0: any free one")
    options.add_argument("--token", help=f"token of the control API (default: {TOKEN_VARIABLE}, else made up)")
    options.add_argument("--hosts", type=Path, help="give every node a real process on a host to log in to, in this directory")
    options.add_argument("--packages", default="", help="versions to make packages of, with commas; needs --hosts")
    options.add_argument("--ready-file", type=Path, help="written, for its owner only, once everything listens")
    return options


async def serve(options: argparse.Namespace) -> None:
    """Run until SIGTERM or SIGINT."""
    password = os.environ.get(PASSWORD_VARIABLE) or secrets.token_urlsafe(12)
    token = options.token or os.environ.get(TOKEN_VARIABLE) or secrets.token_urlsafe(24)
    host = TwinHost(options.scenario, speed=options.speed, seed=options.seed, columns=options.columns)
    server = TwinServer(host, password=password, token=token, hosts=hosts_of(host, options))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.start(options.port, options.control_port)
    ready = {**server.ready(), "pid": os.getpid(), "token": token}
    made_up = PASSWORD_VARIABLE not in os.environ
    if made_up:
        ready["password"] = password
    if options.ready_file:
        write_private(options.ready_file, json.dumps(ready, indent=1))
    where = f"the ready file {options.ready_file}" if made_up else f"${PASSWORD_VARIABLE}"
    print(f"mysql -h127.0.0.1 -P{ready['frontends'][0]['port']} -usr_bot -p   (password: {where})")
    print(f"control {ready['control']}", flush=True)
    for name, port in [*ready.get("ssh", {}).get("ports", {}).items()][:1]:
        ssh = ready["ssh"]
        login = f"{ssh['user']}@127.0.0.1   (host {name})"
        print(f"ssh -o UserKnownHostsFile={ssh['known_hosts']} -i {ssh['key_file']} -p {port} {login}", flush=True)
    await stop.wait()
    await server.stop()


def hosts_of(host: TwinHost, options: argparse.Namespace) -> Hosts | None:
    """asyncssh takes a third of a second to import: only who wants hosts waits for it."""
    if options.hosts is None:
        return None
    from workers.twin.machines.fleet import Fleet

    return Fleet(host, options.hosts, [version for version in options.packages.split(",") if version])


def write_private(path: Path, text: str) -> None:
    """Appears complete or not at all, readable by its owner only: it holds secrets."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def main() -> None:
    options = parser().parse_args()
    if options.packages and options.hosts is None:
        raise SystemExit("--packages needs --hosts: they lie in that directory.")
    if not options.ready_file and PASSWORD_VARIABLE not in os.environ:
        raise SystemExit(f"Set {PASSWORD_VARIABLE} or give --ready-file, or nobody will know the password.")
    try:
        asyncio.run(serve(options))
    except NotStarted as reason:
        raise SystemExit(str(reason)) from None


if __name__ == "__main__":
    main()
