"""Text of others is inert wherever it can appear: nothing mentions, links, formats, hides or leaves its place."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import blocks
from bot.commands import Mistake
from bot.escape import clip, clip_escaped, code, mrkdwn, plain, readable, sentence
from bot.limits import check
from bot.message import Message
from policies.address import Address
from policies.operation import EventKind, OperationState
from policies.plan import Estimate, Finding, Verdict
from policies.request import Person
from tests.bot import samples
from tests.bot.golden_messages import CARDS, LockHolder
from tests.bot.samples import STALL, draining, event, operation, plan, snapshot

EVIL = (
    "<!channel> <@U0BOB|x> <https://evil.example|click> `code` *b* _i_ ~s~ :rotating_light: "
    "\u202egnp\u202c a\u200bb\n> q &amp; " + "x" * 90
)
# What Slack would act on, were it to reach mrkdwn unescaped; dates and the requester's mention are our own.
TOKEN = re.compile(r"<(?!!date\^\d+\^[^<>|]*\|[^<>]*>|@U0ALICE>|@U0BOB>(?!\|))[^<>]*>")
CODE = re.compile("`[^`]*`")
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def mrkdwn_texts(value: Any) -> Iterator[str]:
    """Every string that Slack parses as markup."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for part in value.values():
            yield from mrkdwn_texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from mrkdwn_texts(part)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


EVIL_PERSON = Person(id="<!here>", team="T0HOME", name=EVIL)


def evil_request() -> Any:
    return samples.request(reason=EVIL).with_(requester=EVIL_PERSON, cluster=EVIL)


def evil_plan(verdict: Verdict = Verdict.WARN) -> Any:
    finding = Finding(check="one_replica", verdict=verdict, sentence=EVIL, advice=EVIL)
    fine = Finding(check=EVIL, verdict=Verdict.OK, sentence=EVIL)
    unknown = Estimate(low_s=None, high_s=None, reason=EVIL)
    steps = tuple(step.with_(title=EVIL) for step in samples.steps(samples.LEAVING))
    return plan(
        title=EVIL,
        reason=EVIL,
        cluster=EVIL,
        findings=(finding, fine),
        estimate=unknown,
        undo_words=EVIL,
        steps=steps,
    )


def evil_snapshot(state: OperationState) -> Any:
    memory = draining(
        stall=STALL.with_(sentence=EVIL, advice=EVIL, examples=(EVIL,)),
        forecast=EVIL,
        reading=draining().reading.with_(sentence=EVIL),  # type: ignore[union-attr]
    )
    of = operation(
        state, title=EVIL, halted_because=EVIL, trouble=EVIL, queued_behind=EVIL, memory=memory, step=1
    )
    return snapshot(of.with_(request=evil_request(), id=EVIL, skippable=True), evil_plan())


def evil_state() -> Any:
    state = samples.cluster_state(cluster=EVIL, version=EVIL, unread={EVIL: EVIL})
    long_name = Address(host="b" * 63 + ".example.com", port=9050)
    return state.with_(backends=tuple(b.with_(version=EVIL, address=long_name) for b in state.backends[:2]))


def evil_messages() -> dict[str, Message]:
    shown = {
        f"card {state}": blocks.card(evil_snapshot(state), LockHolder(EVIL, EVIL)) for state in OperationState
    }
    for kind in EventKind:
        happened = event(kind, EVIL, EVIL, f"ALTER SYSTEM {EVIL}", by=EVIL_PERSON)
        told = blocks.reply(evil_snapshot(OperationState.RUNNING), happened)
        if told is not None:
            shown[f"reply {kind}"] = told
    running = evil_snapshot(OperationState.RUNNING)
    shown |= {
        "status": blocks.status_message(evil_state(), (running.operation,), LockHolder(EVIL, EVIL)),
        "nodes": blocks.nodes_message(evil_state()),
        "ops": blocks.ops_message((running.operation,), (running.operation,)),
        "lock": blocks.lock_message(EVIL, LockHolder(EVIL, EVIL), (EVIL,)),
        "show": blocks.show_message(running, [event(EventKind.STARTED, EVIL)]),
        "dry run": blocks.dry_run_message(evil_plan()),
        "dry run blocked": blocks.dry_run_message(evil_plan(Verdict.BLOCK)),
        "refusal": blocks.refusal_message(evil_request(), (EVIL,)),
        "private": blocks.private_line(EVIL),
        "mistake": blocks.mistake_message(Mistake(sentence=EVIL, right=EVIL, next=EVIL)),
        "help": blocks.help_message(EVIL),
    }
    return shown


MESSAGES = evil_messages()


@pytest.mark.parametrize("name", MESSAGES)
def test_nothing_untrusted_acts(name: str) -> None:
    message = MESSAGES[name]
    for text in (message.text, *mrkdwn_texts(message.blocks)):
        assert not TOKEN.search(text), text
        assert "&amp;lt;" not in text, "escaped twice"
        assert ":rotating_light:" not in CODE.sub("", text), text  # no emoji inside code
    for text in strings(message.model_dump()):
        assert not HIDDEN.search(text), repr(text)


@pytest.mark.parametrize("name", MESSAGES)
def test_it_still_fits(name: str) -> None:
    assert check(MESSAGES[name]) == []


@pytest.mark.parametrize("name", [f"card {state}" for state in OperationState])
def test_untrusted_backticks_open_no_code(name: str) -> None:
    for text in mrkdwn_texts(MESSAGES[name].blocks):
        for line in text.split("\n"):
            assert line.count("`") % 2 == 0, line


def test_a_mentioning_reason_is_shown_as_it_was_typed() -> None:
    shown = " ".join(
        strings(blocks.card(evil_snapshot(OperationState.AWAITING_APPROVAL)).model_dump()["blocks"])
    )
    assert "Reason: <!channel> <@U0BOB|x>" in shown  # literal, in rich text


def test_every_state_has_a_card() -> None:
    shown = {make().operation.state for make in CARDS.values()}
    assert shown == set(OperationState)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("a & b &lt;", "a &amp; b &amp;lt;"),
        ("*bold* ~gone~", "∗bold∗ ∼gone∼"),
        ("_it_ and be_port", "ˍitˍ and be_port"),
        ("`rm -rf`", "ˋrm -rfˋ"),
        (":fire: at 22:00:01 on fd00::18", "∶fire: at 22:00:01 on fd00::18"),
        ("two\nlines\u00a0here", "two lines here"),
        ("\u202eevil\u202c \u200bzero\x00", "evil zero"),
        ("e\u0301\u0302\u0303\u0304\u0305", "e\u0301\u0302"),
        ("\ud800half", "half"),
    ],
)
def test_mrkdwn(typed: str, shown: str) -> None:
    assert mrkdwn(typed) == shown


def test_code_keeps_its_place() -> None:
    assert code("a`b<c>") == "`aˋb&lt;c&gt;`"
    assert code("") == "`-`"
    assert sentence("`a*b` is *not* `c") == "`a*b` is ∗not∗ ˋc"


def test_references_in_words() -> None:
    assert readable("<@U0BOB|bob> <!channel> <#C1|ops> <!subteam^S1|@dba>") == "@bob @channel #ops @dba"


def test_clip() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("abc", 3) == "abc"
    assert clip_escaped("aaaa &amp; b", 9) == "aaaa…"
    assert clip_escaped("see <https://example.com|x>", 12) == "see…"
    assert clip_escaped("`abcdefghij`", 8) == "`abcde…`"


@given(st.text(max_size=200), st.integers(min_value=2, max_value=60))
def test_escaping_is_whole_after_clipping(text: str, most: int) -> None:
    clipped = clip_escaped(mrkdwn(text), most)
    assert len(clipped) <= most
    assert re.sub(r"&(amp|lt|gt);", "", clipped).count("&") == 0
    assert "<" not in clipped
    assert ">" not in clipped
    assert plain(clipped) == clipped
