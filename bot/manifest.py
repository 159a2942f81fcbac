"""The Slack app manifest, made from the code: `python -m bot.manifest` prints JSON to paste where an app is created.

https://docs.slack.dev/reference/app-manifest. Socket Mode needs no public address; JSON is also valid YAML.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from bot.commands import COMMAND, MenuEntry
from bot.escape import clip
from policies.playbooks import MENU

NAME = "sr"
DESCRIPTION = "Operates StarRocks clusters: plan, approval, durable execution."

SCOPES: dict[str, str] = {
    "commands": "receive /sr",
    "chat:write": "post cards, replies and private answers, and edit cards",
    "files:write": "the picture of a long drain, in its thread",
    "users:read": "users.info: is this a guest, a bot, a deactivated account, a stranger?",
    "usergroups:read": "usergroups.users.list: who is an approver?",
    "channels:history": "look for a reply that may have been posted before a crash, in public channels",
    "groups:history": "the same in private channels",
}
"""Every bot scope with the reason we ask for it; nothing else is asked for."""

_USAGE_HINT = 75  # what the composer shows without cutting


def manifest(menu: Sequence[MenuEntry] = MENU) -> dict[str, Any]:
    """The whole manifest as data."""
    usage = " | ".join(["help", "status", "nodes", *(" ".join(entry.words) for entry in menu)])
    command = {
        "command": COMMAND,
        "description": DESCRIPTION,
        "usage_hint": clip(usage, _USAGE_HINT),
        # Mentions then arrive as <@U012|name>, so that nobody's typed name is taken for a person.
        "should_escape": True,
    }
    return {
        "_metadata": {"major_version": 1},
        "display_information": {"name": NAME, "description": DESCRIPTION},
        "features": {
            "bot_user": {"display_name": NAME, "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
            "org_deploy_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def main() -> None:
    """Print the manifest."""
    json.dump(manifest(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
