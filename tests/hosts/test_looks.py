"""What a closer look tells, and how answers are read."""

import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from policies.address import Address
from tests.hosts.fake_starrocks import BE_CONF
from tests.hosts.rig import BE, FE, KINDS, Rig
from workers.hosts import HostOutcomeUnknown
from workers.hosts.jobs import place_of
from workers.hosts.report import between_marks, looks, version_in
from workers.hosts.ssh import probe_text
from workers.hosts.surroundings import closer_text

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_survey_of_a_backend(rig: Rig) -> None:
    survey = rig.with_backend().running().survey()
    assert survey.installed == "3.3.3-a1b2c3d"
    assert survey.cores and survey.memory and survey.memory > 1 << 28 and survey.home_free and survey.open_files
    assert survey.clock_skew_s is not None and abs(survey.clock_skew_s) < 2
    assert survey.conf and survey.conf["storage_root_path"] == "/data1;/data2" and "aws_s3_secret_key" not in survey.conf
    assert len(survey.conf_sha256) == 64 and survey.staged == {} and survey.backups == ()
    assert "do-not-show" not in repr(survey) and "do-not-show" in BE_CONF


def test_survey_leaves_a_running_frontends_pid_file_alone(rig: Rig) -> None:
    """show_fe_version.sh moves it away; a copy of bin is run instead."""
    rig.with_frontend().running(FE)
    before = (rig.fe / "bin" / "fe.pid").stat()
    assert rig.survey(FE).installed == "3.3.3-a1b2c3d"
    assert (rig.fe / "bin" / "fe.pid").stat() == before
    assert not list((rig.server.root / "tmp").iterdir())


def test_only_scripts_are_copied_for_a_version(rig: Rig) -> None:
    """A process that was started from bin leaves its core there: copied, it would fill /tmp at each look."""
    bin_ = rig.with_backend().be / "bin"
    for name in ("core.4711", "java_pid4711.hprof", "be.pid"):
        (bin_ / name).write_text("x")
    with (bin_ / "show_be_version.sh").open("a") as show:
        show.write(f'ls -R "$(dirname "$0")" > {rig.server.root}/copied\n')
    assert rig.survey().installed
    assert "start_be.sh" in (rig.server.root / "copied").read_text()
    assert not {"core.4711", "java_pid4711.hprof", "be.pid"} & {*(rig.server.root / "copied").read_text().split()}


def test_what_killed_looks_left_is_deleted(rig: Rig) -> None:
    temporary, now = rig.server.root / "tmp", time.time()
    for name, age_s in (("sr-version.old", 7200), ("sr-version.new", 60), ("other", 7200)):
        (temporary / name / "bin").mkdir(parents=True)
        os.utime(temporary / name, (now - age_s, now - age_s))
    rig.with_backend().survey()
    assert {path.name for path in temporary.iterdir()} == {"sr-version.new", "other"}


def test_a_killed_look_leaves_nothing(rig: Rig) -> None:
    go, temporary = rig.server.root / "go", rig.server.root / "tmp"
    (rig.with_backend().be / "bin" / "show_be_version.sh").write_text(f"until [ -e {go} ]; do /bin/sleep 0.01; done\n")
    place = place_of(rig.entry(), BE, KINDS[BE])
    look = subprocess.Popen(
        ["/bin/sh", "-c", probe_text([place], [], closer_text(rig.entry(), None))], env=rig.server.environment(),
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    rig.wait(lambda: [*temporary.glob("sr-version.*/bin")])
    os.killpg(look.pid, signal.SIGTERM)
    look.wait()
    go.touch()
    rig.wait(lambda: not [*temporary.iterdir()], limit_s=3)


@pytest.mark.parametrize(
    ("shows", "after"),
    [("TimeoutStopUSec=1min 30s", 90), ("TimeoutStopUSec=infinity", None), ("SendSIGKILL=no", None), ("KillSignal=9", 0)],
)
def test_survey_of_how_a_unit_stops_a_frontend(rig: Rig, shows: str, after: int | None) -> None:
    rig.with_frontend().server.stub("systemctl", f"[ \"$4\" != starrocks-fe ] || echo '{shows}'")
    assert rig.survey(FE, fe_unit="starrocks-fe").killed_after_s == after
    assert rig.survey(FE).killed_after_s is None


def test_survey_of_nothing(rig: Rig) -> None:
    survey = rig.survey()
    assert (survey.installed, survey.conf, survey.conf_sha256, survey.home_free) == ("", None, "", None)


def test_a_host_whose_clock_is_wrong(rig: Rig) -> None:
    rig.with_backend().server.stub("date", 'case $* in *%N*) exec /bin/date -d "+90 seconds" "$@" ;; esac; exec /bin/date "$@"')
    assert 85 < (rig.survey().clock_skew_s or 0) < 95


def test_jars_are_not_guessed_at(rig: Rig) -> None:
    """Without a list of the package's files nothing is called extra."""
    assert rig.survey().listed, "nothing is installed"
    (rig.with_backend().be / "lib" / "mine.jar").touch()
    assert (rig.survey().extra_jars, rig.survey().listed) == ((), False)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.3.3 RELEASE (build 312ed45)\nBuilt on 2024-09-05 by x@y", "3.3.3-312ed45"),
        ("Build version: 3.3.9\nCommit hash: a1b2c3d\nBuild type: RELEASE", "3.3.9-a1b2c3d"),
        ("Build version: 3.4.0-rc01\nCommit hash: a1b2c3d", "3.4.0-rc01"),
        ("3.3.3-312ed45", "3.3.3-312ed45"),
        ("main-0a1b2c3", ""),
        ("", ""),
    ],
)
def test_version_texts(text: str, version: str) -> None:
    assert version_in(text) == version


@pytest.mark.parametrize("lines", [[], ["sr-look"], ["sr-look-end"], ["sr-look-end", "sr-look"], ["sr-look", "node 0"]])
def test_an_answer_without_an_end(lines: list[str]) -> None:
    with pytest.raises(HostOutcomeUnknown):
        between_marks(lines)


def test_times_of_a_process() -> None:
    lines = [("btime", "1772362800"), ("hz", "100"), ("clock", "1772366401.5"), ("node", "0"), ("pid", "7"), ("ticks", "6000")]
    (look,) = looks(lines, [(Address(host="h", port=1), "be")], AT - timedelta(seconds=2), AT)
    assert look.process and look.process.started_at == datetime(2026, 3, 1, 11, 1, tzinfo=UTC)
    assert look.survey is None


def test_numbers_that_are_none() -> None:
    lines = [("survey", "0"), ("cores", "many"), ("memory", ""), ("files", "unlimited"), ("conf", "%%%"), ("clock", "now")]
    (look,) = looks(lines, [(Address(host="h", port=1), "be")], AT, AT)
    assert look.survey and (look.survey.cores, look.survey.memory, look.survey.open_files, look.survey.conf) == (None,) * 4
