"""The tour: one drain from keystroke to finished thread, in a terminal, over the playground's control API."""

import json
import re
import time
import urllib.error
import urllib.request
from typing import Any

CHANNEL, REQUESTER, APPROVERS = "C0OPS", "U0ALICE", ("U0BOB", "U0CAROL")
COMMAND = '/sr decommission be 10.84.0.18:9050 reason="no room to grow"'
LIMIT_S = 58.0
ENDED = ("Done", "Undone", "Closed", "Refused", "Expired", "Rejected", "Cancelled")


class Control:
    """The playground's control API."""

    def __init__(self, playground: dict[str, Any]) -> None:
        self.url, self.token = playground["control"], playground["token"]

    def call(self, path: str, body: dict[str, Any] | None = None, method: str = "") -> dict[str, Any]:
        """One call; answers that say no are returned too."""
        request = urllib.request.Request(
            f"{self.url}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            return {"ok": False, "status": error.code, **json.loads(error.read() or b"{}")}

    def command(self, user: str, text: str, channel: str = CHANNEL) -> dict[str, Any]:
        return self.call("command", {"as": user, "channel": channel, "text": text})

    def click(self, user: str, ts: str, action: str, channel: str = CHANNEL, **more: Any) -> dict[str, Any]:
        return self.call("click", {"as": user, "channel": channel, "ts": ts, "action_id": action, **more})

    def messages(self, user: str = REQUESTER, channel: str = CHANNEL) -> list[dict[str, Any]]:
        return list(self.call(f"messages?channel={channel}&as={user}")["messages"])

    def cards(self, user: str = REQUESTER, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """The bot's operation cards: top-level, public, from the bot."""
        return [
            message
            for message in self.messages(user, channel)
            if (message["metadata"] or {}).get("event_payload", {}).get("mark") == "card"
        ]

    def thread(self, ts: str, channel: str = CHANNEL) -> list[dict[str, Any]]:
        return [m for m in self.messages(channel=channel) if m["thread_ts"] == ts]


def plain(message: dict[str, Any]) -> str:
    """A message's blocks as lines of text, roughly as a person reads them."""
    lines: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("text"), str) and value.get("type") != "button":
                lines.append(value["text"])
                return
            for key, inner in value.items():
                if key not in {"confirm", "value", "accessory"}:
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(message["blocks"])
    text = "\n".join(lines) or message["text"]
    text = re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<@(\w+)>", r"@\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _show(title: str, message: dict[str, Any]) -> None:
    print(f"\n── {title} " + "─" * max(0, 90 - len(title)))
    print(plain(message), flush=True)


def run(playground: dict[str, Any]) -> int:
    """The tour; returns the exit code: 0 only if the operation ended DONE in time."""
    control, began = Control(playground), time.monotonic()
    print(f"Alice types: {COMMAND}")
    print(f"  acknowledged in {control.command(REQUESTER, COMMAND).get('ack_ms')} ms")
    card = None
    while time.monotonic() - began < LIMIT_S and card is None:
        card = next(iter(control.cards()), None)
        time.sleep(0.1)
    if card is None:
        print("No plan was posted.")
        return 1
    _show("The plan", card)
    for approver in APPROVERS:
        control.click(approver, card["ts"], "sr.op.approve")
        print(f"\n{approver} presses Approve")
    told: set[str] = set()
    shown = ""
    while time.monotonic() - began < LIMIT_S:
        card = next(c for c in control.cards() if c["ts"] == card["ts"])
        for reply in control.thread(card["ts"]):
            if reply["ts"] not in told:
                told.add(reply["ts"])
                _show("thread", reply)
        if card["text"] != shown:
            shown = card["text"]
            print(f"  card: {shown}", flush=True)
        if not any(block["type"] == "actions" for block in card["blocks"]) and len(told) > 3:
            break
        time.sleep(0.3)
    time.sleep(0.5)
    for reply in control.thread(card["ts"]):
        if reply["ts"] not in told:
            _show("thread", reply)
    _show("The card at the end", card)
    done = "done" in plain(card).lower().split("\n")[1] if "\n" in plain(card) else False
    print(f"\n{'DONE' if done else 'NOT DONE'} after {time.monotonic() - began:.0f} s")
    return 0 if done else 1
