"""`python -m bot.playground`: the ready file, the tokens of the environment, and a clean end."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from slack_sdk import WebClient


def test_it_announces_itself_serves_with_the_tokens_of_the_environment_and_ends_on_sigterm(tmp_path: Path) -> None:
    completions = tmp_path / "completions.json"
    completions.write_text(json.dumps([{"text": "/sr help", "description": "help"}]), encoding="utf-8")
    ready_file = tmp_path / "ready.json"
    arguments = ["--token", "page-token", "--ready-file", str(ready_file), "--completions", str(completions)]
    environment = {**os.environ, "MY_BOT": "xoxb-mine", "SR_SLACK_APP_TOKEN": "xapp-mine"}
    command = [sys.executable, "-m", "bot.playground", *arguments, "--bot-token-env", "MY_BOT", "--scopes", "chat:write"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        ready = _ready(ready_file, process)
        assert ready["pid"] == process.pid and ready["token"] == "page-token"
        assert ready["url"].startswith("http://127.0.0.1:") and ready["url"].endswith("/?token=page-token")
        assert ready_file.stat().st_mode & 0o077 == 0
        client = WebClient(token="xoxb-mine", base_url=ready["api"], retry_handlers=[])
        assert client.chat_postMessage(channel="C0OPS", text="x")["ok"]
        with urllib.request.urlopen(f"{ready['control']}/workspace?token=page-token") as answer:
            assert json.load(answer)["commands"][0]["completions"][0]["text"] == "/sr help"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    finally:
        process.kill()
        process.wait()


def _ready(path: Path, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        if path.exists():
            ready: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return ready
        time.sleep(0.02)
    raise AssertionError("it did not come up")
