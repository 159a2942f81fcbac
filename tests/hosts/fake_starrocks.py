"""A small StarRocks installation with the manners of the real scripts (see workers/hosts/scripts): real processes, no work.

The backend's process is a copy of `sleep` named starrocks_be, the frontend's a copy of `tail` named java that has
com.starrocks.StarRocksFE among its arguments. `faults/NAME` in a home changes how it behaves.
"""

import io
import os
import shutil
import signal
import tarfile
from pathlib import Path

BE_CONF = """\
# INFO, WARNING, ERROR
sys_log_level = INFO

be_port = 9060
# what the process may use
mem_limit = 80%
priority_networks = 10.84.0.0/16 # the data network
storage_root_path = /data1;/data2
aws_s3_secret_key = do-not-show
JAVA_OPTS="-Xmx4g -Djavax.net.ssl.x=1"
"""
FE_CONF = """\
# the heap
JAVA_OPTS="-Dlog4j2.formatMsgNoLookups=true -Xmx8192m -XX:+UseG1GC -Xlog:gc*:${LOG_DIR}/fe.gc.log.$DATE:time"
http_port = 8030
! also a comment
edit_log_port: 9010
long = one \\
    two
"""

START_BE = """\
#!/usr/bin/env bash
cd "$(dirname "$0")/.." || exit 1
export STARROCKS_HOME=$PWD
pidfile=$STARROCKS_HOME/bin/ROLE.pid
if [ -f "$pidfile" ] && ps -q "$(cat "$pidfile")" -o cmd= | grep -q -w starrocks_be; then
  echo "Backend running as process $(cat "$pidfile"). Stop it first."
  exit 1
fi
mkdir -p log
echo "start time: $(date)" >> log/ROLE.out
if [ -e faults/never_starts ]; then echo "F0000 cannot open the port" >> log/ROLE.out; exit 0; fi
if [ -e faults/ignores_term ]; then trap '' TERM; fi
if [ -e faults/dies_at_once ]; then nohup sh -c 'echo "F0000 bad storage_root_path" >&2' >> log/ROLE.out 2>&1 & exit 0; fi
nohup "$STARROCKS_HOME/lib/starrocks_be" 100000 >> log/ROLE.out 2>&1 < /dev/null &
[ -e faults/no_pid_file ] || echo $! > "$pidfile"
exit 0
"""
STOP_BE = """\
#!/usr/bin/env bash
cd "$(dirname "$0")/.." || exit 1
pidfile=bin/be.pid
sig=9; [ "$1" = -g ] && sig=15   # -g, --graceful
if [ -f $pidfile ]; then kill -$sig "$(cat $pidfile)"; rm $pidfile; fi
"""
START_FE = """\
#!/usr/bin/env bash
cd "$(dirname "$0")/.." || exit 1
export STARROCKS_HOME=$PWD
if [ "$JAVA_HOME" = "" ]; then echo "Error: JAVA_HOME is not set."; exit 1; fi
pidfile=$STARROCKS_HOME/bin/fe.pid
if [ -f "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; then
  echo "Frontend running as process $(cat "$pidfile").  Stop it first."; exit 1
fi
mkdir -p log
echo "$*" >> log/fe.args
if [ -e faults/ignores_term ]; then trap '' TERM USR1; fi
meta=$(sed -n 's/^meta_dir *= *//p' conf/fe.conf | tail -n 1)
if [ -d "$meta/image" ]; then
  mkdir -p "$HOME/seen" && cp conf/fe.conf "$meta/image/VERSION" "$meta/image/ROLE" /proc/net/route "$HOME/seen"
  find "${STARROCKS_HOME%/*}" ! -type l -printf '%m %y %P\n' > "$HOME/seen/modes"
  if [ -e faults/unknown_record ]; then echo "java.io.IOException: got unknown type 20123" >> log/fe.out; exit 0; fi
fi
nohup "$JAVA_HOME/bin/java" -f /dev/null com.starrocks.StarRocksFE >> log/fe.out 2>&1 < /dev/null &
echo $! > "$pidfile"
if [ -d "$meta/image" ]; then
  # What follows is the process's own doing: first it has to be one.
  until [ "$(cat /proc/$!/comm)" = java ]; do kill -0 $! || exit 0; done
  [ -e faults/reads_for_ever ] || echo "leader finished to replay journal, can write now." >> log/fe.log
  [ -e faults/no_image ] || echo more > "$meta/image/image.1299"
fi
exit 0
"""
SHOW_BE = """\
#!/usr/bin/env bash
echo "$(cat "$(dirname "$0")/../lib/VERSION") RELEASE (build a1b2c3d)"
"""
SHOW_FE = """\
#!/usr/bin/env bash
[ -n "$JAVA_HOME" ] || { echo "Error: JAVA_HOME is not set."; exit 1; }
[ -f "$(dirname "$0")/fe.pid" ] && mv "$(dirname "$0")/fe.pid" "$(dirname "$0")/fe.pid.bak"
echo "Build version: $(cat "$(dirname "$0")/../lib/VERSION")"
echo "Commit hash: a1b2c3d"
echo "Java compile version: openjdk 17.0.2"
"""


def part_files(part: str, version: str) -> dict[str, bytes]:
    """Path -> content of what a package brings for be or fe; programs are made executable by `write`."""
    sleep = Path(shutil.which("sleep") or "").read_bytes()
    common = {"lib/VERSION": f"{version}\n".encode(), f"lib/jni-packages/hadoop-{version}.jar": b"jar"}
    if part == "fe":
        scripts = {"start_fe.sh": START_FE, "stop_fe.sh": "#!/bin/sh\nexit 0\n", "show_fe_version.sh": SHOW_FE}
        common |= {"lib/starrocks-fe.jar": version.encode(), "lib/guava-32.0.jar": b"jar", "webroot/index.html": version.encode()}
        common |= {"spark-dpp/dpp.jar": b"jar", "conf/fe.conf": FE_CONF.encode()}
    else:
        scripts = {
            "start_be.sh": START_BE.replace("ROLE", "be"), "start_cn.sh": START_BE.replace("ROLE", "cn"),
            "stop_be.sh": STOP_BE, "show_be_version.sh": SHOW_BE,
        }  # fmt: skip
        common |= {"lib/starrocks_be": sleep, "www/index.html": version.encode(), "conf/be.conf": BE_CONF.encode()}
    return common | {f"bin/{name}": text.encode() for name, text in scripts.items()}


def write(home: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if name.startswith("bin/") or name.endswith("starrocks_be") else 0o644)


def install(home: Path, part: str, version: str) -> Path:
    """A part as it lies on a host; `version` is what its files say."""
    write(home, part_files(part, version))
    (home / "log").mkdir()
    (home / "faults").mkdir()
    return home


def fake_jdk(root: Path) -> Path:
    java = root / "bin" / "java"
    java.parent.mkdir(parents=True)
    shutil.copy(shutil.which("tail") or "", java)
    return root


def package(directory: Path, version: str, says: str = "", top: str = "StarRocks-{version}/") -> Path:
    """A package archive with its checksum beside it; `says` is what its files report when that is another version."""
    import hashlib

    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"StarRocks-{version}.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for part in ("be", "fe"):
            for name, content in part_files(part, says or version).items():
                entry = tarfile.TarInfo(top.format(version=version) + f"{part}/{name}")
                entry.size = len(content)
                entry.mode = 0o755 if name.startswith("bin/") or name.endswith("starrocks_be") else 0o644
                archive.addfile(entry, io.BytesIO(content))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n")
    return path


def meta(home: Path) -> Path:
    """A metadata directory with an image and a journal."""
    write(home / "meta", {
        "image/VERSION": b"clusterId=1\ntoken=t\n", "image/ROLE": b"role=FOLLOWER\n", "image/image.1201": b"x" * 4000,
        "image/image.ckpt": b"half", "bdb/00000000.jdb": b"0", "bdb/00000001.jdb": b"1", "bdb/je.lck": b"",
    })  # fmt: skip
    return home / "meta"


def end_all(root: Path) -> None:
    """Kill every process that was started under a test's directory."""
    mark = str(root).encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if mark in (entry / "environ").read_bytes() or str(root) in str((entry / "exe").readlink()):
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
