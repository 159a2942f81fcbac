"""What Slack accepts in a message or a form, as data; looked at before every send.

Sources: docs.slack.dev (Block Kit reference), slack_sdk models (the constants ending in `_max_length`), and two things
that only people who measured know: all text of one message together (slackapi/bolt-js #2509: about 13,200 characters)
and the bytes of `text` in chat.update (GitLab's Slack integration: 4,000 after escaping). One rejected block rejects
the whole message, so a notice would be lost to formatting.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.block_shapes import IDENTIFIER, SHAPES, Shape
from bot.escape import clip, clip_escaped
from bot.message import Message

MESSAGE_BLOCKS = 50
FORM_BLOCKS = 100
MESSAGE_CHARACTERS = 12_000
FALLBACK_CHARACTERS = 300


BLOCKS = frozenset({"header", "section", "context", "divider", "actions", "image", "rich_text"})
FORM_ONLY = frozenset({"input"})
# Names that are not shown and so do not count as text.
_UNSHOWN = frozenset({"type", "style", "action_id", "block_id", "callback_id"})


def check(message: Message) -> list[str]:
    """Every reason why Slack would refuse this message, each with a JSON pointer; empty means it goes through."""
    problems = list(_blocks(message.blocks, BLOCKS, MESSAGE_BLOCKS))
    if not message.text.strip():
        problems.append("/text: empty, so notifications and screen readers would have nothing")
    if len(message.text) > FALLBACK_CHARACTERS:
        problems.append(f"/text: {len(message.text)} characters, at most {FALLBACK_CHARACTERS}")
    if (total := shown_characters(message.blocks)) > MESSAGE_CHARACTERS:
        problems.append(f"/blocks: {total} characters together, at most {MESSAGE_CHARACTERS}")
    return problems


def check_form(view: Mapping[str, Any]) -> list[str]:
    """The same for a form (`views.open`)."""
    problems = list(_object("", view, "modal"))
    return problems + list(_blocks(view.get("blocks", ()), BLOCKS | FORM_ONLY, FORM_BLOCKS))


def shown_characters(value: object) -> int:
    """Characters that count towards the sum over a message: all strings that are not mere names."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(shown_characters(part) for name, part in value.items() if name not in _UNSHOWN)
    if isinstance(value, list | tuple):
        return sum(shown_characters(part) for part in value)
    return 0


def _blocks(blocks: Any, allowed: frozenset[str], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"/blocks: {len(blocks)} blocks, at most {most}"
    seen_blocks: set[object] = set()
    seen_actions: set[object] = set()
    for number, block in enumerate(blocks):
        where = f"/blocks/{number}"
        kind = block.get("type")
        if kind not in allowed:
            yield f"{where}/type: {kind!r} is not a block we send"
            continue
        yield from _object(where, block, kind)
        if kind == "section" and not (block.get("text") or block.get("fields")):
            yield f"{where}: a section needs text or fields"
        yield from _repeated(f"{where}/block_id", block.get("block_id"), seen_blocks)
        if kind == "actions":
            for place, element in enumerate(block.get("elements", ())):
                yield from _repeated(
                    f"{where}/elements/{place}/action_id", element.get("action_id"), seen_actions
                )


def _repeated(where: str, name: object, seen: set[object]) -> Iterator[str]:
    if name is None:
        return
    if not isinstance(name, str) or not 0 < len(name) <= IDENTIFIER:
        yield f"{where}: 1 to {IDENTIFIER} characters"
    elif name in seen:
        yield f"{where}: {name!r} is used twice"
    seen.add(name)


def _object(where: str, value: Mapping[str, Any], kind: str) -> Iterator[str]:
    shape = SHAPES.get(kind)
    if shape is None:
        yield f"{where}/type: {kind!r} is unknown"
        return
    for name in shape.required:
        if not value.get(name):
            yield f"{where}/{name}: missing"
    for name, part in value.items():
        inner = f"{where}/{name}"
        if name == "confirm" and kind != "confirm":
            yield from _object(inner, part, "confirm")
        elif isinstance(part, list) and name != "blocks":
            yield from _list(inner, part, shape, name)
        else:
            yield from _part(inner, part, shape, name)


def _list(where: str, parts: list[Any], shape: Shape, name: str) -> Iterator[str]:
    if not parts:
        yield f"{where}: empty"
    if len(parts) > shape.most.get(name, len(parts)):
        yield f"{where}: {len(parts)} parts, at most {shape.most[name]}"
    for number, part in enumerate(parts):
        inner = f"{where}/{number}"
        yield from _object(inner, part, "option") if name == "options" else _part(inner, part, shape, name)


def _part(where: str, part: Any, shape: Shape, name: str) -> Iterator[str]:
    text = part.get("text") if isinstance(part, Mapping) else part
    if isinstance(text, str):
        yield from _length(where, text, shape.longest.get(name))
        if not text and name in ("text", "elements", "fields"):
            yield f"{where}: empty text"
    if isinstance(part, Mapping) and "type" in part:
        allowed = shape.parts.get(name)
        if allowed is not None and part["type"] not in allowed:
            yield f"{where}/type: {part['type']!r} is not allowed here"
        yield from _object(where, part, part["type"])


def _length(where: str, text: str, most: int | None) -> Iterator[str]:
    if most is not None and len(text) > most:
        yield f"{where}: {len(text)} characters, at most {most}"


def fitted(message: Message) -> Message:
    """The message within Slack's limits. Texts are clipped, then the middle is folded; the title, the state line, the
    buttons and the last line are never dropped."""
    blocks = [_clipped(block) for block in message.blocks]
    text = clip_escaped(message.text, FALLBACK_CHARACTERS) or "…"
    folded = 0
    while not _fits(blocks, folded) and (victim := _foldable(blocks)) is not None:
        del blocks[victim]
        folded += 1
    if folded:
        blocks.insert(_fold_place(blocks), _fold_line(folded))
    return Message(text=text, blocks=tuple(blocks))


def _fits(blocks: list[dict[str, object]], folded: int) -> bool:
    line = [_fold_line(folded)] if folded else []
    return (
        len(blocks) + len(line) <= MESSAGE_BLOCKS and shown_characters([*blocks, *line]) <= MESSAGE_CHARACTERS
    )


def _fold_line(folded: int) -> dict[str, object]:
    said = f"…and {folded} more {'part' if folded == 1 else 'parts'}: too long for one message"
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": said}]}


def _foldable(blocks: list[dict[str, object]]) -> int | None:
    """The last block that may go: not the first two (title and state), not the buttons, not the last line."""
    places = [at for at in range(2, len(blocks) - 1) if blocks[at]["type"] != "actions"]
    return places[-1] if places else None


def _fold_place(blocks: list[dict[str, object]]) -> int:
    """Where the folded blocks were: before the buttons, or before the last line."""
    return next(
        (at for at, block in enumerate(blocks) if block["type"] == "actions"), max(0, len(blocks) - 1)
    )


def _clipped(block: dict[str, object]) -> dict[str, object]:
    """A block with every text inside its own limit; rich text has no limit of its own but the sum."""
    shape = SHAPES.get(str(block.get("type")))
    if shape is None:
        return block
    kept = dict(block)
    for name, most in shape.longest.items():
        value = kept.get(name)
        if isinstance(value, list):
            kept[name] = [_clipped_text(part, most) for part in value[: shape.most.get(name)]]
        elif isinstance(value, Mapping):
            kept[name] = _clipped_text(value, most)
    if kept["type"] == "rich_text":
        kept["elements"] = [_clipped_rich(part) for part in block["elements"]]  # type: ignore[attr-defined]
    return kept


def _clipped_text(value: Any, most: int) -> Any:
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        return value
    shorten = clip if value.get("type") == "plain_text" else clip_escaped
    return {**value, "text": shorten(value["text"], most)}


_LONGEST_RICH = 4_500


def _clipped_rich(part: dict[str, Any]) -> dict[str, Any]:
    """One long pasted text cannot push everything else out of the message."""
    elements = [_clipped_element(element) for element in part["elements"]]
    return {**part, "elements": elements}


def _clipped_element(element: dict[str, Any]) -> dict[str, Any]:
    if "elements" in element:
        return _clipped_rich(element)
    return (
        element | {"text": clip(element["text"], _LONGEST_RICH)} if element.get("type") == "text" else element
    )
