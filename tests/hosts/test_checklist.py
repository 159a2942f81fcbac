"""What a process needs beside its installation, asked for with the real shell: files, kernel, ports, ways."""

import os
import shutil
import socket
import tempfile
from pathlib import Path

import asyncssh
import pytest

from policies.address import Address
from policies.hosts import FileState, Reached
from tests.hosts.rig import BE, FE, KINDS, Rig
from tests.hosts.ssh_server import SshServer
from workers.hosts.surroundings import closer_text, ways

READABLE, CLOSED, SHUT, ABSENT = FileState.READABLE, FileState.CLOSED, FileState.SHUT, FileState.ABSENT
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def test_a_keytab_is_seen_and_never_read(rig: Rig, tmp_path: Path) -> None:
    keytab = tmp_path / "starrocks.keytab"
    keytab.write_bytes(b"\x05\x02secret-key")
    keytab.chmod(0o440)
    (rig.with_backend().account / "own.keytab").touch(mode=0o604)
    survey = rig.survey(keytabs=(str(keytab), "~/own.keytab", "/nowhere/x.keytab"))
    told = [(file.path, file.state, file.mode, file.size, file.sha256) for file in survey.keytabs]
    assert told == [
        (str(keytab), READABLE, "440", 12, ""),
        ("~/own.keytab", READABLE, "604", 0, ""),
        ("/nowhere/x.keytab", ABSENT, "", None, ""),
    ]
    assert "secret-key" not in repr(survey)
    assert not any("hashed" in line for line in closer_text(rig.entry(keytabs=(str(keytab),)), []).split("\n") if "keytab" in line)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can log in as another account")
def test_what_the_account_may_not_read(client_key: asyncssh.SSHKey) -> None:
    """In a place of its own: every run of pytest shuts the directory of all runs for other accounts again."""
    with tempfile.TemporaryDirectory(prefix="sr-keytabs-") as text, SshServer(Path(text) / "host", client_key) as server:
        place = Path(text)
        place.chmod(0o711)
        closed, shut = place / "closed.keytab", place / "shut" / "deep" / "x.keytab"
        shut.parent.mkdir(parents=True)
        for path, mode in ((closed, 0o400), (shut, 0o444)):
            path.write_text("k")
            path.chmod(mode)
        shut.parent.parent.chmod(0o700)
        rig = Rig(place, server, client_key).with_backend()
        shutil.chown(rig.account, 65534)
        (server.root / "tmp").chmod(0o777)
        server.account = NOBODY
        told = rig.survey(keytabs=(str(closed), str(shut))).keytabs
    assert [(file.state, file.mode, file.owner, file.shut) for file in told] == [
        (CLOSED, "400", "root", ""), (SHUT, "", "", str(shut.parent.parent)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('JAVA_OPTS="-Xmx4g -Djava.security.krb5.conf=$STARROCKS_HOME/conf/krb5.conf -Dx=y"', "{be}/conf/krb5.conf"),
        ('JAVA_OPTS="-Djava.security.krb5.conf={be}/conf/krb5.conf"', "{be}/conf/krb5.conf"),
        ('#JAVA_OPTS="-Djava.security.krb5.conf=/x"', "/etc/krb5.conf"),
        ('JAVA_OPTS="-Djava.security.krb5.conf=relative"', "/etc/krb5.conf"),
        ("", "/etc/krb5.conf"),
    ],
)
def test_the_krb5_conf_that_the_process_reads(rig: Rig, line: str, where: str) -> None:
    conf = rig.with_backend().be / "conf"
    (conf / "be.conf").write_text(f"{line.format(be=rig.be)}\n")
    (conf / "krb5.conf").write_text("[libdefaults]\n")
    krb5 = rig.survey().krb5
    assert krb5 and krb5.path == where.format(be=rig.be)
    assert where == "/etc/krb5.conf" or (krb5.state is READABLE and len(krb5.sha256) == 64)


def test_the_krb5_conf_of_a_running_process(rig: Rig) -> None:
    other = rig.server.root / "krb5.conf"
    other.touch()
    rig.with_backend()
    rig.server.shell_environment = {"KRB5_CONFIG": f"{other}:/etc/krb5.conf"}
    krb5 = rig.running().survey().krb5
    assert krb5 and (krb5.path, krb5.state) == (str(other), READABLE)


def test_catalog_files_and_jars(rig: Rig) -> None:
    rig.with_backend().with_frontend()
    (rig.be / "conf" / "core-site.xml").write_text("<configuration><secret>hush</secret></configuration>")
    (rig.be / "lib" / "udf").mkdir()
    (rig.be / "lib" / "udf" / "my geo.jar").write_bytes(b"12345")
    (rig.be / "lib" / "udf" / "note.txt").touch()
    survey = rig.survey()
    assert {file.name: (file.state, len(file.sha256)) for file in survey.sites} == {
        "core-site.xml": (READABLE, 64), "hdfs-site.xml": (ABSENT, 0), "hive-site.xml": (ABSENT, 0), "hadoop_env.sh": (ABSENT, 0),
    }  # fmt: skip
    assert survey.udfs == {"my geo.jar": 5} and "hush" not in repr(survey)
    assert rig.survey(FE).udfs is None
    assert rig.survey(udf_dir=str(rig.account)).udfs == {}


def test_ways_to_endpoints(rig: Rig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as open_one, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        there, refused = open_one.getsockname()[1], bound.getsockname()[1]
        driver = rig.with_backend().driver(reach=(f"127.0.0.1:{there}", f"127.0.0.1:{refused}", "no-such-host.invalid:443"))
        hostile = Address(host="$(touch /tmp/owned)", port=1)
        (look,) = driver.look({BE: KINDS[BE]}, survey=True, members=(Address(host="127.0.0.1", port=there), hostile))
    assert look.survey is not None
    assert look.survey.reached[f"127.0.0.1:{there}"] is Reached.OPEN
    assert look.survey.reached[f"127.0.0.1:{refused}"] is Reached.REFUSED
    assert look.survey.reached["no-such-host.invalid:443"] in {Reached.NAMELESS, Reached.SILENT}
    assert look.survey.members == {f"127.0.0.1:{there}": Reached.OPEN}
    assert look.survey.listening is not None and there in look.survey.listening and refused not in look.survey.listening
    assert not any("touch" in text for text in rig.server.sent)


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ("0 ", Reached.OPEN),
        ("1 bash: connect: Connection refused bash: line 1: /dev/tcp/s3/443: Connection refused", Reached.REFUSED),
        ("1 bash: connect: Connection timed out", Reached.SILENT),
        ("1 bash: connect: No route to host", Reached.FAILED),
        ("1 bash: s3: Name or service not known bash: line 1: /dev/tcp/s3/443: Invalid argument", Reached.NAMELESS),
        ("1 bash: s3: Temporary failure in name resolution", Reached.NAMELESS),
        ("1", Reached.FAILED),
        (None, Reached.SILENT),
    ],
)
def test_how_a_way_may_end(said: str | None, how: Reached) -> None:
    lines = [("asked", "reached s3 443 members fd00::1 9020"), ("way", "members fd00::1 9020 0 "), ("way", "reached other 1 0")]
    told = [*lines, ("way", f"reached s3 443 {said}")] if said is not None else lines
    assert ways(told, "reached") == {"s3:443": how} and ways(told, "members") == {"[fd00::1]:9020": Reached.OPEN}


def test_one_that_never_answers_holds_nobody_up(rig: Rig) -> None:
    """A listener with a full queue drops what comes, as a firewall does; nothing of ours waits longer than our patience."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.create_server(("127.0.0.1", 0)) as open_one,
        socket.create_connection(full.getsockname()),
    ):
        silent, there = (f"127.0.0.1:{each.getsockname()[1]}" for each in (full, open_one))
        told = rig.with_backend().survey(reach=(silent, there)).reached
    assert told == {silent: Reached.SILENT, there: Reached.OPEN}
    assert not [pid for pid in Path("/proc").glob("[0-9]*/cmdline") if _reads(pid, silent.partition(":")[2])]


def _reads(cmdline: Path, port: str) -> bool:
    try:
        words = cmdline.read_bytes().split(b"\0")
    except OSError:
        return False
    return b"sr-ways" in words and port.encode() in words


def test_a_step_asks_for_the_installation_alone(rig: Rig) -> None:
    (look,) = rig.with_backend().driver(reach=("127.0.0.1:1",), keytabs=("/k",)).look({BE: KINDS[BE]}, survey=True)
    assert look.survey and look.survey.installed and look.survey.conf
    assert (look.survey.reached, look.survey.keytabs, look.survey.kernel, look.survey.krb5) == ({}, (), None, None)


def test_the_kernel(rig: Rig) -> None:
    kernel = rig.with_backend().survey().kernel
    assert kernel and kernel.overcommit is not None and kernel.swappiness is not None and kernel.swap is not None and kernel.map_areas


def test_open_files_of_a_process_to_come(rig: Rig) -> None:
    """The start script raises the soft limit up to the hard one."""
    rig.with_backend().server.account = ("prlimit", "--nofile=1024:9000")
    assert rig.survey().open_files == 9000


def test_where_metadata_will_lie(rig: Rig) -> None:
    """meta_dir is made at the first start: its disk is that of the nearest directory that is there."""
    rig.with_frontend().server.stub("df", 'eval "last=\\${$#}"; echo "Filesystem x x x x x"; echo "d 9 9 ${#last} 9% $last"')
    with (rig.fe / "conf" / "fe.conf").open("a") as conf:
        conf.write("meta_dir = ${STARROCKS_HOME}/not/yet # there\n")
    assert rig.survey(FE).meta_free == len(str(rig.fe)) * 1024
    assert rig.survey(FE).threads != 0 and rig.with_backend().survey(BE).meta_free is None


def test_java_home_of_the_conf_wins(rig: Rig) -> None:
    """As in the start script, whatever the login has."""
    rig.with_frontend()
    for name, version in (("old", "1.8.0_392"), ("new", "17.0.12")):
        java = rig.server.root / name / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        java.chmod(0o755)
    rig.server.shell_environment["JAVA_HOME"] = f"{rig.server.root}/old"
    assert '"1.8.0_392"' in rig.survey(FE).java
    with (rig.fe / "conf" / "fe.conf").open("a") as conf:
        conf.write(f"JAVA_HOME = {rig.server.root}/new\n")
    assert '"17.0.12"' in rig.survey(FE).java
