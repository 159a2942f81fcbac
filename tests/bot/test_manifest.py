"""The manifest follows the code: what is registered, what is called."""

import json
import re
import subprocess
import sys
from pathlib import Path

from bot.commands import COMMAND
from bot.manifest import SCOPES, manifest
from policies.playbooks import MENU

BOT = Path(__file__).parents[2] / "bot"
# Web API methods and the scope each needs (docs.slack.dev, the methods' pages).
NEEDS = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "users.info": "users:read",
    "usergroups.users.list": "usergroups:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
}
FREE = {"auth.test", "views.open", "views.update", "apps.connections.open"}
METHOD = re.compile(
    r'"((?:chat|users|usergroups|conversations|views|files|reactions|auth|apps|team)\.[a-zA-Z.]+)"'
)


def test_scopes_are_what_the_code_calls_for() -> None:
    sources = [path for path in BOT.rglob("*.py") if "playground" not in path.parts]
    called = {method for path in sources for method in METHOD.findall(path.read_text(encoding="utf-8"))}
    assert called <= NEEDS.keys() | FREE, "a new method: add its scope"
    needed = {NEEDS[method] for method in called & NEEDS.keys()}
    assert needed | {"commands", "groups:history"} >= set(SCOPES)
    assert needed <= set(SCOPES)


def test_the_command_says_what_can_be_typed() -> None:
    command = manifest()["features"]["slash_commands"][0]
    assert command["command"] == COMMAND
    assert command["should_escape"] is True
    assert " ".join(MENU[0].words) in command["usage_hint"]
    assert "url" not in command  # Socket Mode
    assert manifest()["settings"]["socket_mode_enabled"] is True


def test_limits_of_a_manifest() -> None:
    made = manifest()
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert len(made["features"]["slash_commands"][0]["description"]) <= 2000


def test_it_prints_json() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "bot.manifest"], cwd=BOT.parent, capture_output=True, check=True
    )
    assert json.loads(printed.stdout) == manifest()
