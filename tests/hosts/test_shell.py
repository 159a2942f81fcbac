"""What a shell of a host reads is what we meant, or it is not sent; and edits change one value only. Found by search."""

import hashlib
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from workers.hosts import HostRefused
from workers.hosts.conf_files import edited, read_conf
from workers.hosts.shell import assignments, printing, whole

NASTY = st.text(st.sampled_from("a0 $(){}[]`'\"\\;&|<>*?~!#=%\n\t\r\x00\u2028é-"), max_size=12)
LINE = st.sampled_from(
    ["", "# note", "! note", "a = 1", "a=2", "a: 3", "  a =4  ", "b = x # y", "c = one \\", "    two", "KEY=\"v w\"", "d", "=e", "# end \\", "\ta = 5\r"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(NASTY)
def test_a_value_is_read_as_written_or_refused(value: str) -> None:
    try:
        text = assignments({"value": value}, frozenset({"value"}))
    except HostRefused:
        assert any(c in value for c in "\n\t\r\x00`'\\") or "$(" in value
        return
    told = subprocess.run(["dash"], input=(whole(text + "printf %s \"$value\"")).encode(), capture_output=True, check=True)
    assert told.stdout.decode() == value


def test_a_script_is_written_as_it_is() -> None:
    text = "echo \"$HOME\" '$(id)' `id` \\\\ \\$x"
    told = subprocess.run(["dash"], input=whole(printing("show", text) + "show").encode(), capture_output=True, check=True)
    assert told.stdout.decode() == text + "\n"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["be", "fe"]), st.lists(LINE, max_size=8), st.sampled_from(["a", "b", "c", "KEY", "new"]), st.booleans())
def test_an_edit_changes_one_value_only(role: str, lines: list[str], key: str, newline: bool) -> None:
    content = ("\n".join(lines) + ("\n" if newline else "")).encode()
    before = {entry.key: entry.value for entry in read_conf(role, content)}
    try:
        edit = edited(role, content, key, "wanted", before.get(key))
    except HostRefused:
        assert role == "fe" and content.rstrip(b"\n").endswith(b"\\"), "the last line goes on in the next"
        return
    result = _awk(content, edit.first, edit.last, edit.line)
    assert hashlib.sha256(result).hexdigest() == edit.after
    assert {entry.key: entry.value for entry in read_conf(role, result)} == before | {key: "wanted"}


def _awk(content: bytes, first: int, last: int, line: str) -> bytes:
    """As scripts/edit_conf.sh does it."""
    lines = content.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    new = [*lines, line.encode()] if first == 0 else [*lines[: first - 1], line.encode(), *lines[last:]]
    return b"".join(each + b"\n" for each in new)
