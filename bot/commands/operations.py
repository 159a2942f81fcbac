"""`decommission be HOST:PORT … [on CLUSTER] [reason="…"]`: the part of the grammar that asks for an operation."""

import re
from dataclasses import dataclass, field

from bot.commands import mistakes
from bot.commands.mistakes import LONGEST_REASON, command_line, mistake, shown
from bot.commands.place import Place
from bot.commands.records import COMMAND, MenuEntry, Mistake, Operate
from bot.commands.sizes import other_option, wrong_size
from bot.commands.targets import corrected
from bot.commands.words import Word
from bot.escape import clip
from bot.suggestions import closest
from policies.address import Address, AddressError
from policies.playbooks.processes import ACCEPT, ALL, UNHEALTHY
from policies.playbooks.upgrade import TO
from policies.tunable import span_s

MOST_TARGETS = 20
MOST_NAMES = 50
# Words people put between hosts; they carry no meaning here.
_CONNECTORS = frozenset({"to", "and", "&", "+", "from", "node", "nodes"})
# Between old and new nodes, where an operation has both.
_TO = frozenset({"to", "by", "with", "->", "=>", "→"})
_PATH = re.compile(r"/[A-Za-z0-9_./-]{1,200}")
_VERSION = re.compile(r"v?(\d{1,3}\.\d{1,3}\.\d{1,4}(?:-[A-Za-z0-9.]{1,40})?)")
_ON = frozenset({"on", "in", "@"})


@dataclass
class Attempt:
    """The words of an operation sorted by what they are for; nothing is judged yet."""

    entry: MenuEntry
    dry_run: bool
    hosts: list[str] = field(default_factory=list)
    into: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    clusters: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    strange: list[Word] = field(default_factory=list)
    spilled: bool = False
    dangling_on: bool = False

    @property
    def reason(self) -> str:
        return " ".join(self.reasons)

    def again(self, hosts: list[str] | None = None, cluster: str | None = None) -> str:
        """The command to type next: what was typed, with wrong parts corrected where that can be guessed."""
        guesses = _unique([self.guess(host) or host for host in self.hosts]) if hosts is None else hosts
        new = _unique([self.guess(host) or host for host in self.into])
        named = cluster or (self.clusters[0] if self.clusters else None)
        reason = clip(self.reason, LONGEST_REASON)
        return command_line(
            self.entry, guesses, into=new, options=self.options, cluster=named, reason=reason, dry_run=self.dry_run
        )

    def guess(self, host: str) -> str | None:
        """The address that was probably meant; a name is what it is."""
        if self.entry.names:
            return host
        return corrected(host, self.entry.port)


def parse_operation(entry: MenuEntry, words: list[Word], place: Place, *, dry_run: bool) -> Operate | Mistake:
    """Read everything after the operation's own words; the first mistake is told, and its correction keeps the rest."""
    attempt = sorted_words(entry, words, place, dry_run=dry_run)
    if attempt.strange:
        return _wrong_option(attempt)
    if entry.names:
        return _with_names(attempt, place)
    if TO in entry.options:
        return _with_version(attempt, place)
    if not entry.nodes:
        return _without_nodes(attempt, place)
    if entry.all_of and [host.casefold() for host in attempt.hosts] == [ALL]:
        attempt.options[ALL] = "yes"
        attempt.hosts.clear()
        return _without_nodes(attempt, place)
    if not attempt.hosts:
        return _no_target(attempt)
    if entry.into and not attempt.into:
        return _no_new_node(attempt)
    targets, into = _targets(attempt, attempt.hosts, place), _targets(attempt, attempt.into, place)
    for wrong in (targets, into, _wrong_value(attempt)):
        if isinstance(wrong, Mistake):
            return wrong
    assert not isinstance(targets, Mistake) and not isinstance(into, Mistake)
    both = [str(target) for target in targets if target in into]
    if both:
        return mistake(f"{shown(both[0])} is named on both sides of `to`.", "Write `OLD to NEW`.", attempt.again())
    cluster = _wrong_reason(attempt) or _cluster(attempt, place)
    if isinstance(cluster, Mistake):
        return cluster
    return Operate(
        kind=entry.kind,
        targets=targets,
        into=into,
        options=attempt.options,
        cluster=cluster,
        reason=attempt.reason,
        dry_run=dry_run,
    )


def sorted_words(entry: MenuEntry, words: list[Word], place: Place, *, dry_run: bool) -> Attempt:
    """Hosts, clusters and reasons told apart. An unquoted reason takes the words that follow it, up to `on CLUSTER`."""
    attempt = Attempt(entry, dry_run)
    expects_cluster = in_reason = beyond_to = False
    for at, word in enumerate(words):
        if expects_cluster and not word.key:
            attempt.clusters.append(word.text)
            expects_cluster = in_reason = False
        elif word.key == "cluster":
            attempt.clusters.append(word.text)
        elif (option := _option(entry, word)) is not None and not in_reason:
            attempt.options[option[0]] = option[1]
        elif (word.key and word.key != "reason") or (not in_reason and not word.quoted and "=" in word.text):
            attempt.strange.append(word)
        elif word.key == "reason":
            attempt.reasons.append(word.text)
            in_reason = not word.quoted
        elif _is_on(word) and (not in_reason or _names_cluster(words, at + 1, place)):
            expects_cluster = True
        elif in_reason:
            attempt.reasons.append(word.text)
            attempt.spilled = True
        elif entry.into and not word.quoted and word.text.casefold() in _TO:
            beyond_to = True
        elif word.quoted or word.text.casefold() not in _CONNECTORS:
            (attempt.into if beyond_to else attempt.hosts).append(word.text)
    attempt.dangling_on = expects_cluster
    return attempt


def _without_nodes(attempt: Attempt, place: Place) -> Operate | Mistake:
    """An operation on the cluster as a whole: options only."""
    usage = f"Usage: `{COMMAND} {attempt.entry.usage}`."
    if attempt.hosts:
        wrong = "is not `NAME=VALUE`" if attempt.entry.options else "is one word too many"
        return mistake(f"{shown(attempt.hosts[0])} {wrong}.", usage, attempt.again([]))
    cluster = _wrong_span(attempt) or _wrong_value(attempt) or _wrong_reason(attempt) or _cluster(attempt, place)
    if isinstance(cluster, Mistake):
        return cluster
    named = [name for name in attempt.options if name != "for"]
    if "for" in attempt.entry.options and len(named) != 1:
        words = "No setting is named." if not named else "One setting at a time is lent."
        return mistake(words, usage, f"help {' '.join(attempt.entry.words)}")
    return Operate(
        kind=attempt.entry.kind, targets=(), options=attempt.options, cluster=cluster, reason=attempt.reason,
        dry_run=attempt.dry_run,
    )  # fmt: skip


def _with_version(attempt: Attempt, place: Place) -> Operate | Mistake:
    """`upgrade to 3.3.9`: the cluster as a whole, and a release."""
    name = " ".join(attempt.entry.words)
    typed = [*attempt.hosts, *([attempt.options[TO]] if TO in attempt.options else [])]
    attempt.hosts.clear()
    usage = f"Usage: `{COMMAND} {attempt.entry.usage}`."
    if len(typed) != 1:
        words = "No version is named." if not typed else f"{len(typed)} versions are named: {', '.join(map(shown, typed[:3]))}."
        return mistake(words, usage, f"help {name}")
    found = _VERSION.fullmatch(typed[0])
    if found is None:
        return mistake(f"{shown(typed[0])} is no version such as 3.3.9.", usage, f"help {name}")
    attempt.options[TO] = found[1]
    return _without_nodes(attempt, place)


def _with_names(attempt: Attempt, place: Place) -> Operate | Mistake:
    """Names that only the cluster knows: anything may be one, so they are taken as they are and judged by the plan."""
    cluster = _wrong_reason(attempt) or _cluster(attempt, place)
    if isinstance(cluster, Mistake):
        return cluster
    named = _unique(attempt.hosts)
    if len(named) > MOST_NAMES:
        words = f"{len(named)} {attempt.entry.names} are named; one operation takes at most {MOST_NAMES} names."
        return mistake(words, "Name whole databases, or `all`.", f"help {' '.join(attempt.entry.words)}")
    return Operate(
        kind=attempt.entry.kind, targets=(), names=tuple(named), cluster=cluster, reason=attempt.reason, dry_run=attempt.dry_run,
    )  # fmt: skip


def _wrong_span(attempt: Attempt) -> Mistake | None:
    typed = attempt.options.get("for")
    if typed is None or span_s(typed) is not None:
        return None
    attempt.options["for"] = "1h"
    right = "Write `for=30m`, `for=2h` or `for=1d`, at most 7 days."
    return mistake(f"{shown(typed)} is no span of time.", right, attempt.again([]))


def _option(entry: MenuEntry, word: Word) -> tuple[str, str] | None:
    """`path=/data2` as name and value, where this operation has such an option."""
    name, equals, value = (word.key, "=", word.text) if word.key else word.text.partition("=")
    known = equals and name.casefold() in entry.options and (word.key or not word.quoted)
    return (name.casefold(), value) if known else None


def _wrong_value(attempt: Attempt) -> Mistake | None:
    """Values go into a plan that people copy to a host: nothing but a plain path, or addresses, is taken."""
    path = attempt.options.get("path")
    if path is not None and (not _PATH.fullmatch(path) or ".." in path):
        attempt.options.pop("path")
        right = "A path begins with `/` and has only letters, digits, `.`, `_`, `-` and `/`."
        return mistake(f"{shown(path)} is no path for a storage directory.", right, attempt.again())
    accepted = attempt.options.get(ACCEPT, UNHEALTHY)
    if accepted != UNHEALTHY:
        attempt.options[ACCEPT] = UNHEALTHY
        right = f"The only thing that can be accepted is `{ACCEPT}={UNHEALTHY}`: that tablets lack a good copy already."
        return mistake(f"{shown(accepted)} is nothing that can be accepted.", right, attempt.again())
    for part in attempt.options.get("rebuild", "").split(","):
        if part and attempt.guess(part) != part:
            attempt.options.pop("rebuild")
            right = "`rebuild=` takes nodes as `HOST:PORT`, with commas between them."
            return mistake(f"{shown(part)} is not a node.", right, attempt.again())
    return wrong_size(attempt)


def _no_new_node(attempt: Attempt) -> Mistake:
    if attempt.options.get("rebuild"):
        right = "Write the new nodes after `to`; to rebuild alone, ask for `rebuild be`."
        return mistake("After `to` the new nodes are missing.", right, f"rebuild be {attempt.options['rebuild']}")
    right = f"Usage: `{COMMAND} {attempt.entry.usage}`."
    return mistake("The new nodes are missing: write them after `to`.", right, f"help {' '.join(attempt.entry.words)}")


def _is_on(word: Word) -> bool:
    return not word.quoted and word.text.casefold() in _ON


def _names_cluster(words: list[Word], at: int, place: Place) -> bool:
    return at < len(words) and place.find(words[at].text) is not None


def _wrong_option(attempt: Attempt) -> Mistake:
    """`reson="disk full"` or `force=true`; a near miss keeps its text as the reason."""
    word = attempt.strange[0]
    name, _, value = (word.key, "=", word.text) if word.key else word.text.partition("=")
    elsewhere = other_option(attempt, name, value)
    if elsewhere is not None:
        return elsewhere
    near = closest(name, ("reason", "cluster", *attempt.entry.options))
    if near == "reason":
        attempt.reasons.append(value)
    elif near == "cluster":
        attempt.clusters.append(value)
    guess = f" Did you mean `{near}=`?" if near else ""
    own = "".join(f"`{option}=`, " for option in attempt.entry.options)
    right = f'The only options are {own}`on CLUSTER` and `reason="…"`.'
    known = " ".join(attempt.entry.words)
    return mistake(
        f"{shown(name)} is not an option.{guess}",
        right,
        attempt.again() if attempt.hosts else f"help {known}",
    )


def _no_target(attempt: Attempt) -> Mistake:
    return mistake(
        f"`{' '.join(attempt.entry.words)}` needs at least one node.",
        f"Usage: `{COMMAND} {attempt.entry.usage}`. The node list shows every host and port.",
        "nodes",
    )


def _cluster(attempt: Attempt, place: Place) -> str | Mistake:
    if len(attempt.clusters) > 1:
        known = next((name for name in attempt.clusters if place.find(name)), attempt.clusters[0])
        named = ", ".join(shown(name, 40) for name in attempt.clusters[:3])
        right = "One operation belongs to one cluster: name it once."
        return mistake(f"Several clusters are named: {named}.", right, attempt.again(cluster=known))
    if attempt.dangling_on:
        right = "Write `on` and then the name of the cluster, or leave both out in a channel that is bound to one."
        return mistake(
            "After `on` the name of the cluster is missing.",
            right,
            attempt.again(cluster=place.usual or "CLUSTER"),
        )
    return place.resolve(
        attempt.clusters[0] if attempt.clusters else None, attempt.again(cluster="{cluster}"), "CLUSTER"
    )


def _wrong_reason(attempt: Attempt) -> Mistake | None:
    if len(attempt.reason) > LONGEST_REASON:
        return mistakes.reason_too_long(len(attempt.reason), attempt.again())
    return mistakes.reason_unquoted(attempt.again()) if attempt.spilled else None


def _targets(attempt: Attempt, hosts: list[str], place: Place) -> tuple[Address, ...] | Mistake:
    targets: list[Address] = []
    for host in hosts:
        cluster = place.find(host)
        others = [other for other in hosts if other != host]
        if cluster is not None and others and not attempt.clusters:
            sentence = f"{shown(host)} is a cluster, not a node."
            return mistake(sentence, "Write `on` before the cluster.", attempt.again(others, cluster=cluster))
        try:
            targets.append(Address.parse(host.replace("`", "'")))
        except AddressError as error:
            return _wrong_host(attempt, host, str(error))
    return _counted(attempt, targets)


def _counted(attempt: Attempt, targets: list[Address]) -> tuple[Address, ...] | Mistake:
    once = _unique([str(target) for target in targets])
    if len(once) < len(targets):
        twice = next(str(target) for target in targets if targets.count(target) > 1)
        return mistake(f"{shown(twice)} is named twice.", "Name each node once.", attempt.again(once))
    if len(once) > MOST_TARGETS:
        sentence = f"{len(once)} nodes are named; one operation takes at most {MOST_TARGETS}."
        right = "Ask for the first ones now and for the rest later."
        return mistake(sentence, right, attempt.again(once[:MOST_TARGETS]))
    return tuple(targets)


def _wrong_host(attempt: Attempt, host: str, sentence: str) -> Mistake:
    """A word that is no address: corrected where that can be guessed, else left out, else to be looked up."""
    if attempt.guess(host):
        return mistake(sentence, "A node is written as the node list shows it: `HOST:PORT`.", attempt.again())
    rest = [other for other in attempt.hosts if other != host and attempt.guess(other)]
    right = "A node is written as the node list shows it: `HOST:PORT`."
    return mistake(sentence, right, attempt.again(rest) if rest else "nodes")


def _unique(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))
