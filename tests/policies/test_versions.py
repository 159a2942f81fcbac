"""Version texts as numbers, and what a version has."""

import pytest

from policies.cluster import NodeKind
from policies.versions import BLACKLIST_SINCE, known_since, release, runs


@pytest.mark.parametrize(
    ("text", "number"),
    [("3.3.3-312ed45", (3, 3, 3)), ("2.5.13-b4e8b7c", (2, 5, 13)), ("4.0-rc01", (4, 0, 0)), ("main-abcdef0", None), ("", None)],
)
def test_release(text: str, number: tuple[int, int, int] | None) -> None:
    assert release(text) == number


@pytest.mark.parametrize(
    ("text", "backend", "compute"),
    [("3.2.6-2585333", False, False), ("3.3.0-1", True, False), ("3.3.3-312ed45", True, False), ("4.0.1-4b5d3b2", True, True), ("main", False, False)],
)
def test_blacklist(text: str, backend: bool, compute: bool) -> None:
    assert known_since(text, BLACKLIST_SINCE[NodeKind.BACKEND]) is backend
    assert known_since(text, BLACKLIST_SINCE[NodeKind.COMPUTE_NODE]) is compute


@pytest.mark.parametrize(
    ("found", "wanted", "so"),
    [
        ("3.3.9-7b9fccd", "3.3.9", True),
        ("3.3.9", "3.3.9", True),
        ("3.3.9-7b9fccd", "3.3.9-7b9fccd", True),
        ("3.3.9-7b9fccd", "3.3.9-0000000", False),
        ("3.3.91-7b9fccd", "3.3.9", False),
        ("3.4.0-rc01", "3.4.0", False),
        ("3.4.0-rc01-7b9fccd", "3.4.0", False),
        ("3.4.0-rc01", "3.4.0-rc01", True),
        ("", "3.3.9", False),
    ],
)
def test_runs(found: str, wanted: str, so: bool) -> None:
    assert runs(found, wanted) is so
