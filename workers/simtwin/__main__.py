"""python -m workers.twin --scenario mission000 --speed 100 --ready-file PATH

The password of its accounts is SR_TWIN_PASSWORD; the control API's token is SR_TWIN_TOKEN.
"""

import argparse
import asyncio
import os
import secrets
import signal
from pathlib import Path

from workers.simtwin.server import Twin, as_json, serve


async def main() -> None:
    parser = argparse.ArgumentParser(prog="workers.twin", description="A StarRocks cluster in memory.")
    parser.add_argument("--scenario", default="mission000")
    parser.add_argument("--port", type=int, default=0, help="first MySQL port; 0 picks free ones")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than the wall clock")
    parser.add_argument("--ready-file", type=Path)
    options = parser.parse_args()
    password = os.environ.get("SR_TWIN_PASSWORD") or secrets.token_hex(8)
    token = os.environ.get("SR_TWIN_TOKEN") or secrets.token_hex(8)
    twin = Twin(options.scenario, options.speed)
    ready = {**await serve(twin, options.port, options.control_port, token, password), "pid": os.getpid(), "user": "sr_bot"}
    if options.ready_file:
        options.ready_file.touch(mode=0o600)
        options.ready_file.write_text(as_json(ready), encoding="utf-8")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
