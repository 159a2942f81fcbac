"""Checks blocks and views against `limits`: every fault is one sentence with a JSON pointer, as Slack words them."""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.playground import limits
from bot.playground.block_shapes import BLOCKS, MESSAGE_BLOCKS, PARTS, RICH, VIEW, VIEW_BLOCKS
from bot.playground.limits import Flag, Free, Many, Number, One, Rule, Shape, Str, Text
from bot.playground.wire import Json

# Two names the tables use for a bare text object in a list, with the length it may have.
_TEXT_ITEMS = {"text_2000": Text(2000), "text_3000": Text(3000)}


def message_faults(blocks: list[Json]) -> list[str]:
    """Faults of a message's blocks, empty if Slack would take them."""
    faults = list(_block_faults(blocks, "/blocks", MESSAGE_BLOCKS, limits.MESSAGE_BLOCKS_MOST))
    types = [block.get("type") if isinstance(block, dict) else None for block in blocks]
    tables = [number for number, type in enumerate(types) if type == "table"]
    for number in tables[limits.TABLES_MOST :]:
        faults.append(_at(f"/blocks/{number}", "only one table allowed per message"))
    markdown = sum(len(str(block.get("text", ""))) for block, type in zip(blocks, types, strict=True) if type == "markdown")
    if markdown > limits.MARKDOWN_TEXT_MOST:
        faults.append(_at("/blocks", f"markdown text must be less than {limits.MARKDOWN_TEXT_MOST + 1} characters"))
    return faults


def view_faults(view: Json) -> list[str]:
    """Faults of a modal, empty if Slack would open it."""
    if view.get("type") != "modal":
        return [_at("/view/type", f"unsupported type: {view.get('type')}")]
    faults = list(_shape_faults(view, VIEW, "/view"))
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return [*faults, _at("/view/blocks", "must provide an array")]
    faults += _block_faults(blocks, "/view/blocks", VIEW_BLOCKS, limits.VIEW_BLOCKS_MOST)
    inputs = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if inputs and not view.get("submit"):
        faults.append(_at("/view", "missing required field: submit"))
    return faults


def text_length(value: Any) -> int:
    """Characters of all `text` strings below a value: what msg_blocks_too_long counts, as far as people could tell."""
    if isinstance(value, list):
        return sum(text_length(item) for item in value)
    if not isinstance(value, dict):
        return 0
    return sum(len(item) if key == "text" and isinstance(item, str) else text_length(item)
               for key, item in value.items())  # fmt: skip


def _at(pointer: str, sentence: str) -> str:
    return f"{sentence} [json-pointer:{pointer}]"


def _block_faults(blocks: list[Any], pointer: str, types: tuple[str, ...], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield _at(pointer, f"no more than {most} items allowed")
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        where = f"{pointer}/{number}"
        yield from _one_faults(block, types, where)
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                yield _at(f"{where}/block_id", f"`block_id` {block_id!r} already exists")
            seen.add(block_id)
        yield from _repeated_actions(block, where)
        if block.get("type") == "table":
            yield from _table_faults(block.get("rows"), f"{where}/rows")


def _repeated_actions(block: Json, where: str) -> Iterator[str]:
    """An action_id is unique within its block (docs: "unique among all other action_ids in the containing block")."""
    seen: set[str] = set()
    elements = block.get("elements")
    for number, element in enumerate(elements if isinstance(elements, list) else []):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if isinstance(action_id, str):
            if action_id in seen:
                yield _at(f"{where}/elements/{number}/action_id", f"`action_id` {action_id!r} already exists")
            seen.add(action_id)


def _table_faults(rows: Any, where: str) -> Iterator[str]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        yield _at(where, "must provide an array of arrays")
        return
    if not 1 <= len(rows) <= limits.TABLE_ROWS_MOST:
        yield _at(where, f"must have between 1 and {limits.TABLE_ROWS_MOST} items")
    for number, row in enumerate(rows):
        if not 1 <= len(row) <= limits.TABLE_COLUMNS_MOST:
            yield _at(f"{where}/{number}", f"must have between 1 and {limits.TABLE_COLUMNS_MOST} items")
        for column, cell in enumerate(row):
            yield from _cell_faults(cell, f"{where}/{number}/{column}")
    if text_length(rows) > limits.TABLE_TEXT_MOST:
        yield _at(where, f"must be less than {limits.TABLE_TEXT_MOST + 1} characters")


def _cell_faults(cell: Any, where: str) -> Iterator[str]:
    kind = cell.get("type") if isinstance(cell, dict) else None
    if kind == "rich_text":
        yield from _one_faults(cell, ("rich_text",), where)
        if not text_length(cell) and not _has_inline(cell):
            yield _at(where, "must be more than 0 characters")
    elif kind == "raw_text":
        yield from _rule_faults(cell.get("text"), Str(limits.TABLE_TEXT_MOST), f"{where}/text")
    elif kind != "raw_number":
        yield _at(f"{where}/type", f"unsupported type: {kind}")


def _has_inline(cell: Json) -> bool:
    """A mention or an emoji fills a cell as well as text does."""
    sections = (part.get("elements") or [] for part in cell.get("elements") or [] if isinstance(part, dict))
    return any(isinstance(one, dict) and one.get("type") != "text" for section in sections for one in section)


# -- the walk


def _shape_of(name: str, pointer: str) -> Shape:
    """`image` is an element inside a context or an accessory, and a block with a title elsewhere."""
    if name in RICH:
        return RICH[name]
    inside = pointer.endswith("/accessory") or "/elements/" in pointer
    return PARTS[name] if name in PARTS and (inside or name not in BLOCKS) else BLOCKS[name]


def _one_faults(value: Any, of: tuple[str, ...], pointer: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _at(pointer, "must provide an object")
        return
    texts = [_TEXT_ITEMS[name] for name in of if name in _TEXT_ITEMS]
    if texts and value.get("type") in texts[0].kinds:
        yield from _text_faults(value, texts[0], pointer)
        return
    if len(of) == 1 and of[0] in PARTS and not PARTS[of[0]].typed:
        yield from _shape_faults(value, PARTS[of[0]], pointer)
    elif value.get("type") not in of or not isinstance(value.get("type"), str):
        yield _at(f"{pointer}/type", f"unsupported type: {value.get('type')}")
    else:
        yield from _shape_faults(value, _shape_of(str(value["type"]), pointer), pointer)


def _shape_faults(value: Json, shape: Shape, pointer: str) -> Iterator[str]:
    for name in shape.required:
        if value.get(name) is None:
            yield _at(pointer, f"missing required field: {name}")
    if shape.either and all(value.get(name) is None for name in shape.either):
        yield _at(pointer, f"missing required field: {' or '.join(shape.either)}")
    for name, item in value.items():
        if name in shape.fields:
            yield from () if item is None else _rule_faults(item, shape.fields[name], f"{pointer}/{name}")
        elif not shape.loose and not (name == "type" and shape.typed):
            yield _at(pointer, f"invalid additional property: {name}")


def _rule_faults(value: Any, rule: Rule, pointer: str) -> Iterable[str]:
    match rule:
        case Text():
            return _text_faults(value, rule, pointer)
        case Str():
            return _string_faults(value, rule, pointer)
        case Flag():
            return () if isinstance(value, bool) else (_at(pointer, "must provide a boolean"),)
        case Number():
            good = (isinstance(value, int) and not isinstance(value, bool)) or str(value).isdigit()
            return () if good else (_at(pointer, "must provide a number"),)
        case One():
            return _one_faults(value, rule.of, pointer)
        case Many():
            return _many_faults(value, rule, pointer)
        case Free():
            return ()


def _many_faults(value: Any, rule: Many, pointer: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield _at(pointer, "must provide an array")
        return
    if len(value) > rule.most:
        yield _at(pointer, f"no more than {rule.most} items allowed")
    if len(value) < rule.least:
        yield _at(pointer, f"must have at least {rule.least} items")
    for number, item in enumerate(value):
        yield from _one_faults(item, rule.of, f"{pointer}/{number}")


def _text_faults(value: Any, rule: Text, pointer: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _at(pointer, "must provide an object")
        return
    if value.get("type") not in rule.kinds:
        yield _at(f"{pointer}/type", f"unsupported type: {value.get('type')}")
        return
    known = {"type", "text", "emoji" if value["type"] == "plain_text" else "verbatim"}
    for name in value.keys() - known:
        yield _at(pointer, f"invalid additional property: {name}")
    yield from _string_faults(value.get("text"), Str(rule.most), f"{pointer}/text")


def _string_faults(value: Any, rule: Str, pointer: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield _at(pointer, "must provide a string")
    elif len(value) > rule.most:
        yield _at(pointer, f"must be less than {rule.most + 1} characters")
    elif len(value) < rule.least:
        yield _at(pointer, f"must be more than {rule.least - 1} characters")
    elif rule.one_of and value not in rule.one_of:
        yield _at(pointer, f"must be one of: {', '.join(rule.one_of)}")
    elif rule.url and not value.startswith(("https://", "http://", "mailto:")):
        yield _at(pointer, "invalid url")
