"""A house with hands: what a story does and sees."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

from bot.queue import Mailbox
from bot.redis_connection import connect
from policies.operation import OperationState
from workers.demo import House
from workers.tour import Control, plain

T = TypeVar("T")
ALICE, BOB, CAROL, DAVE, MALLORY, GUS = "U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0MALLORY", "U0GUS"
TARGET = "10.84.0.18:9050"
LIMIT_S = 20.0
SAID_S = 3.0


def actions_of(message: dict[str, Any]) -> list[str]:
    """The buttons of a message."""
    return [e["action_id"] for block in message["blocks"] if block["type"] == "actions" for e in block["elements"]]


class Scene:
    """One house, and the people and the twin in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.slack = Control(house.playground)

    # The table.

    def reset(self, scenario: str = "small") -> None:
        """A fresh cluster and a fresh channel; whatever an earlier test left is gone from Redis."""
        redis = connect(self.house.redis_url)
        self._said_all(redis)
        for key in redis.scan_iter("{sr}:*"):
            redis.delete(key)
        self.slack.call("reset", {})
        self.slack.call("faults", method="DELETE")
        self.twin("reset", {"scenario": scenario})
        self.twin("speed", {"factor": 100})

    def _said_all(self, redis: Any) -> None:
        """Give an earlier test's plan and words a moment to be made and said: later, they would stand in the fresh channel."""
        mailbox, deadline = Mailbox(self.house.redis_url, timeout_s=5), time.monotonic() + SAID_S
        while time.monotonic() < deadline:
            drafted = any(operation.state is OperationState.DRAFTING for operation in mailbox.live())
            if not drafted and not redis.zcard("{sr}:outbox-ready"):
                break
            time.sleep(0.02)

    def mend(self) -> None:
        """Whatever a test killed runs again."""
        for name, process in list(self.house.processes.items()):
            if process.poll() is not None:
                self.revive(name)

    def kill(self, name: str) -> None:
        self.house.processes[name].kill()
        self.house.processes[name].wait()

    def revive(self, name: str, **environment: str) -> None:
        """Start a process again, as a supervisor would; with SR_FAIL it dies at the named place."""
        arguments = {"notifier": ("bot.queue_worker", "slack"), "clock": ("workers.clock",), "bot": ("bot.app",)}
        module, *rest = arguments.get(name, ("bot.queue_worker", "operations"))
        (self.house.directory / f"{name}.log").write_bytes(b"")
        self.house.launch(name, module, *rest, **environment)
        if name == "bot":
            self.house.wait_for_bot()

    def wait(self, what: Callable[[], T], limit_s: float = LIMIT_S) -> T:
        """Until `what` gives something true; fails with the state of things when it does not."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if found := what():
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited {limit_s:.0f} s in vain; the channel says:\n{self.transcript()}")

    def transcript(self) -> str:
        return "\n---\n".join(plain(message)[:900] for message in self.slack.messages())

    # The twin.

    def twin(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.house.twin['control']}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.house.twin['token']}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
            return answer

    def fault(self, name: str, **arguments: object) -> None:
        self.twin("fault", {"name": name, **arguments})

    def sent(self) -> list[str]:
        """What the bot's account sent that is not a question, in order."""
        statements = self.twin("log")["statements"]
        words = ("ALTER SYSTEM", "CANCEL", "ADMIN SET", "SET GLOBAL")
        return [s["sql"] for s in statements if s["user"] == "sr_bot" and s["sql"].startswith(words)]

    def unknown(self) -> list[str]:
        return [s["sql"] for s in self.twin("log")["statements"] if s["unknown"]]

    def listed(self) -> list[str]:
        return [backend["address"] for backend in self.twin("state")["backends"]]

    def alive(self) -> list[str]:
        return [backend["address"] for backend in self.twin("state")["backends"] if backend["alive"]]

    # People.

    def type(self, text: str, user: str = ALICE, channel: str = "C0OPS") -> dict[str, Any]:
        return self.slack.command(user, text, channel)

    def private(self, user: str, words: str, channel: str = "C0OPS") -> str:
        """Wait until a person is privately told these words."""
        def told() -> str:
            mine = [plain(m) for m in self.slack.messages(user, channel) if m["ephemeral_for"] == user]
            return next((text for text in mine if words in text), "")

        return self.wait(told)

    def ask(self, command: str = f"/sr decommission be {TARGET}", nth: int = 0) -> str:
        """Type a command and wait for its card; returns the card's ts."""
        self.type(command)
        return str(self.wait(lambda: (self.slack.cards()[nth:] or [None])[0])["ts"])  # type: ignore[index]

    def card(self, ts: str) -> str:
        return plain(next(card for card in self.slack.cards() if card["ts"] == ts))

    def buttons(self, ts: str) -> list[str]:
        card = next(card for card in self.slack.cards() if card["ts"] == ts)
        return actions_of(card)

    def press(self, ts: str, action: str, user: str = BOB, **more: Any) -> dict[str, Any]:
        """Press a button once it is on the card. As people do: before a plan with a checklist is approved, who asked for it signs that.

        Slack says at once when a click went nowhere; that is no silent part of a story.
        """
        name = f"sr.op.{action}"
        if not more:
            self.wait(lambda: name in self.buttons(ts))
        if action == "approve" and not more and "sr.op.sign" in self.buttons(ts):
            self.sign(ts)
        answer = self.slack.click(user, ts, name, **more)
        assert answer["ok"] or answer["error"] == "operation_timeout", answer
        return answer

    def sign(self, ts: str, user: str = ALICE, note: str = "") -> None:
        """Sign the checklist of a card with every box ticked, and wait until the card says so."""
        assert self.submit(self.form(ts, user), user, note=note)["ok"]
        self.shows(ts, "Checklist signed by")

    def form(self, ts: str, user: str = ALICE) -> dict[str, Any]:
        """Open the form of a card's checklist; returns the view."""
        assert self.press(ts, "sign", user)["ok"]
        found: list[dict[str, Any]] = self.wait(lambda: self.slack.call(f"views?as={user}")["views"])
        return found[-1]

    def submit(self, view: dict[str, Any], user: str = ALICE, *, but: int = 0, note: str = "") -> dict[str, Any]:
        """Send a checklist's form with every box ticked but the last `but`."""
        values: dict[str, Any] = {"reason": {"text": note}}
        for block in view["blocks"]:
            if block.get("element", {}).get("type") == "checkboxes":
                ids = [option["value"] for option in block["element"]["options"]]
                values[block["block_id"]] = {"checklist": ids[: len(ids) - but]}
        return self.slack.call("submit", {"as": user, "view_id": view["id"], "values": values})

    def shows(self, ts: str, words: str, limit_s: float = LIMIT_S) -> str:
        """Wait until the card shows these words."""
        self.wait(lambda: words in self.card(ts), limit_s)
        return self.card(ts)

    def thread(self, ts: str) -> list[str]:
        return [plain(message) for message in self.slack.thread(ts)]

    def told(self, ts: str, words: str, limit_s: float = LIMIT_S) -> str:
        """Wait until the thread says these words; returns the reply."""
        return self.wait(lambda: next((reply for reply in self.thread(ts) if words in reply), ""), limit_s)

    def events(self, ts: str) -> list[int]:
        """The numbers of the events in the thread, as posted."""
        marks = [m["metadata"]["event_payload"]["mark"] for m in self.slack.thread(ts) if m["metadata"]]
        return [int(mark.removeprefix("event-")) for mark in marks if mark.startswith("event-")]

    def ends_done(self, ts: str, limit_s: float = LIMIT_S) -> None:
        """The whole story: Done, no buttons, one DECOMMISSION, the node gone, each event once and in order."""
        self.told(ts, "Done in", limit_s)
        self.shows(ts, "*Done*")
        assert self.buttons(ts) == []
        assert self.sent().count(f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"') == 1
        assert TARGET not in self.listed()
        self.in_order(ts)

    def in_order(self, ts: str) -> None:
        events = self.events(ts)
        assert events == sorted(set(events)), events
        assert self.unknown() == []
