"""A picture into a thread: upload, then share; once, and never in the way of words.

Slack's upload has three calls: a place for the bytes, the bytes, and sharing (docs.slack.dev, files.getUploadURLExternal).
Nobody sees anything before the last one, and a file is shared under the id that the first one gave. So the id is written
down before the last call, and one whose outcome is unknown is looked for in the thread by that id, then shared again under
it: the same file, never a second one.
"""

import base64
import json
import logging
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import BaseHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from slack_sdk import WebClient

from bot.escape import clip, mrkdwn
from bot.failpoints import failpoint
from bot.slack_answers import NotNow, Rejected
from policies.record import Record

if TYPE_CHECKING:
    from bot.notifier import Card, Notifier

log = logging.getLogger(__name__)

KEPT_S = 86_400
MOST_TRIES = 10
"""With rests of up to ten seconds about a minute. A picture is a courtesy, and nothing else shall wait for it for long."""
TITLE = "Tablets and data of each backend over time"
ALT_CHARACTERS = 1_000


class Drawn(Record):
    """What a worker has drawn: a PNG in base64, empty when there is nothing to show (any more)."""

    said: str = ""
    alt: str = ""
    png: str = ""


def show(notifier: "Notifier", card: "Card") -> None:
    """Share the picture of an operation, have it drawn first, or give up. Raises NotNow."""
    key = notifier.keys.picture(card.operation)
    tries = int(notifier.redis.hincrby(card.told_key, "picture_tries", 1))
    text = notifier.redis.get(key)
    if tries > MOST_TRIES or not card.ts:
        log.error("%s: no picture in the thread after %d tries; going on without", card.operation, tries - 1)
    elif text is None:
        notifier.mailbox.draw(card.operation)
        raise NotNow("its picture is being drawn", 0.0, unknown=False)
    else:
        try:
            _share(notifier, card, Drawn.model_validate_json(text))
        except Rejected as error:
            log.error("%s: no picture in the thread: %s", card.operation, error)
    notifier.redis.set(key, Drawn().model_dump_json(), ex=KEPT_S)


def _share(notifier: "Notifier", card: "Card", drawn: Drawn) -> None:
    """Raises NotNow or Rejected."""
    if not drawn.png:
        return
    file: str | None = notifier.redis.hget(card.told_key, "picture_file")
    if file is not None and _is_there(notifier, card, file):
        return
    if file is None:
        file = _uploaded(notifier, f"{card.operation}.png", drawn)
        notifier.redis.hset(card.told_key, "picture_file", file)
    failpoint("before_share")
    shared = {"files": json.dumps([{"id": file, "title": TITLE}]), "channel_id": card.channel}
    words = {"thread_ts": card.ts, "initial_comment": f"📈 {mrkdwn(clip(drawn.said, 500))}"}
    notifier.call("files.completeUploadExternal", {**shared, **words}, form=True)
    failpoint("after_share")


def _is_there(notifier: "Notifier", card: "Card", file: str) -> bool:
    """Whether the thread shows the file: an earlier try had shared it."""
    arguments = {"channel": card.channel, "ts": card.ts, "limit": 200}
    messages = notifier.call("conversations.replies", arguments).get("messages", ())
    return any(each.get("id") == file for message in messages for each in message.get("files") or ())


def _uploaded(notifier: "Notifier", name: str, drawn: Drawn) -> str:
    """The id of a file that has its bytes and that nobody sees yet. Raises NotNow or Rejected."""
    png = base64.b64decode(drawn.png)
    wish = {"filename": name, "length": len(png), "alt_txt": clip(drawn.alt, ALT_CHARACTERS)}
    place = notifier.call("files.getUploadURLExternal", wish, form=True)
    notifier.keep_lease()
    _post(notifier.client, str(place["upload_url"]), png)
    return str(place["file_id"])


def _post(client: WebClient, url: str, content: bytes) -> None:
    """The bytes go to another address than the Web API, without the token: the address is the permission."""
    handlers: list[BaseHandler] = [HTTPSHandler(context=client.ssl)]
    if client.proxy:
        handlers.append(ProxyHandler({"http": client.proxy, "https": client.proxy}))
    request = Request(url, data=content, headers={"Content-Type": "application/octet-stream"}, method="POST")
    try:
        build_opener(*handlers).open(request, timeout=client.timeout).close()
    except HTTPError as error:
        if error.code < 500 and error.code != 429:
            raise Rejected(f"the upload was answered with {error.code}") from None
        raise NotNow(f"the upload was answered with {error.code}", 0.0, unknown=False) from None
    except OSError as error:
        raise NotNow(f"the upload broke off ({type(error).__name__})", 0.0, unknown=False) from None
