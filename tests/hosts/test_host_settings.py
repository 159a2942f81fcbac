"""Settings that cannot be used are refused at the start, with the field's name and an example."""

import pytest
from pydantic import ValidationError

from bot.host_settings import HostsEntry
from bot.settings import ClusterEntry
from policies.address import Address
from policies.cluster import NodeKind
from workers.hosts.choosing import driver_for
from workers.hosts.jobs import place_of

GOOD = {"user": "starrocks", "known_hosts": "/etc/sr/known_hosts", "be_home": "/opt/starrocks/be", "fe_home": "/opt/starrocks/fe"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"be_home": "opt/be"}, "an absolute path"), ({"be_home": "/opt/$(x)"}, "an absolute path"), ({"be_home": "/opt/a b"}, "an absolute path"),
        ({"stage_dir": "/opt/../etc"}, "an absolute path"), ({"backup_dir": "~/x"}, "an absolute path"), ({"be_home": "/"}, "an absolute path"),
        ({"be_home": "", "fe_home": ""}, "set at least one of"), ({"user": "a b"}, "letters, digits"), ({"user": ""}, "user is missing"),
        ({"be_unit": "x;y"}, "letters, digits"), ({"jump": "a b"}, "host or host:port"), ({"via": {"h": "127.0.0.1"}}, "host:port"),
        ({"port": 0}, "greater than"), ({"driver": "telnet"}, "'ssh'"), ({"password": "x"}, "Extra inputs"), ({"known_hosts": ""}, "at least 1"),
        ({"spare": "h9"}, "belong together"), ({"rehearsal_dir": "/try"}, "belong together"), ({"rehearsal_dir": "try"}, "an absolute"),
        ({"keytabs": ["x.keytab"]}, "an absolute path"), ({"keytabs": ["/k;id"]}, "an absolute path"), ({"keytabs": ["~"]}, "a keytab is a file"),
        ({"keytabs": ["~bob/k"]}, "an absolute path"), ({"keytabs": [""]}, "a keytab is a file"), ({"keytabs": ["/k"] * 9}, "at most 8"),
        ({"reach": ["s3.example.com"]}, "host:port"), ({"reach": ["a$(id):80"]}, "host:port"), ({"reach": ["h:0"]}, "host:port"),
        ({"reach": ["h:65536"]}, "host:port"), ({"reach": ["h:1"] * 17}, "at most 16"), ({"udf_dir": "udf"}, "an absolute path"),
        ({"spare": "h9:22", "rehearsal_dir": "/try"}, "without a port"), ({"homes": {"h": {"be": "x"}}}, "an absolute path"), ({"look_timeout_s": 60}, "less than"),
        ({"homes": {"h:9051": {"stage": "/s"}}}, "of a whole host"), ({"homes": {"h": {"unit": "be"}}}, "a single node"),
        ({"homes": {"h:1": {"unit": "x;y"}}}, "letters, digits"),
        ({"stage_fan_out": 0}, "greater than"), ({"stage_fan_out": 25}, "less than"),
    ],
)  # fmt: skip
def test_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        HostsEntry(**{**GOOD, **changes})


def test_part_of_a_cluster() -> None:
    entry = ClusterEntry.model_validate({"frontends": ["10.84.0.12:9030"], "hosts": GOOD})
    assert entry.hosts and entry.hosts.port == 22
    assert driver_for(entry.hosts) is not None
    assert driver_for(ClusterEntry(frontends=("10.84.0.12:9030",)).hosts) is None


def test_a_checklist_of_ones_own() -> None:
    """It belongs to a cluster, with or without SSH; without a word about it there is a form with every item."""
    entry = ClusterEntry.model_validate({"frontends": ["10.84.0.12:9030"], "checklist": {"leave_out": ["broker"], "more": [" CMDB entry "]}})
    assert (entry.checklist.asked, entry.checklist.leave_out, entry.checklist.more) == (True, ("broker",), ("CMDB entry",))
    assert ClusterEntry(frontends=("10.84.0.12:9030",)).checklist.asked
    with pytest.raises(ValidationError, match="no item; items are prepared, principal"):
        ClusterEntry.model_validate({"frontends": ["10.84.0.12:9030"], "checklist": {"leave_out": ["broken"]}})


def test_a_host_that_differs() -> None:
    entry = HostsEntry(**{**GOOD, "homes": {"h2": {"be": "/srv/be", "stage": "/srv/stage"}}, "stage_dir": "/stage"})
    assert place_of(entry, Address(host="h1", port=9050), NodeKind.BACKEND).home == "/opt/starrocks/be"
    two = place_of(entry, Address(host="h2", port=9050), NodeKind.BACKEND)
    assert (two.home, two.stage, two.role, two.part) == ("/srv/be", "/srv/stage", "be", "be")
    assert place_of(entry, Address(host="h2", port=9010), NodeKind.OBSERVER).home == "/opt/starrocks/fe"


def test_two_nodes_of_a_kind_on_one_host() -> None:
    """A home of its own comes with a unit of its own: that of all others is the first one's."""
    homes = {"h1": {"stage": "/srv/stage"}, "h1:9051": {"be": "/srv/be2", "unit": "be2"}, "h1:9052": {"be": "/srv/be3"}}
    entry = HostsEntry(**{**GOOD, "homes": homes, "be_unit": "be"})
    places = [place_of(entry, Address(host="h1", port=port), NodeKind.BACKEND) for port in (9050, 9051, 9052)]
    assert [(place.home, place.unit) for place in places] == [("/opt/starrocks/be", "be"), ("/srv/be2", "be2"), ("/srv/be3", "")]
    assert {place.stage for place in places} == {"/srv/stage"}
