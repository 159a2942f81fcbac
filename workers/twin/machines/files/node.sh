# The body of a node: run by a shell that is named starrocks_be or java, it lives as long as the twin does.
# It tells the twin of its start and of the signals it gets; what follows from them is the twin's to decide.
home=${0%/lib/*}
if [ "$1" = --version ]; then
    IFS= read -r version < "$home/lib/VERSION"
    echo "$version"
    echo "BuildType: RELEASE"
    echo "Build distributor id: ubuntu"
    echo "Build arch: x86_64"
    echo "Built on 2025-01-01 00:00:00 by builder@localhost"
    exit
fi
case $0 in *.jar) kind=fe ;; *) kind=be ;; esac
[ "$1" = --cn ] && kind=cn
if [ "$kind" = fe ] && [ ! -f "$home/../../.machine" ] && [ -f "$HOME/.machine" ]; then . "$home/lib/alone.sh"; fi
if [ ! -f "$home/../../.machine" ]; then
    echo "this is not where the node is installed: $home"
    exit 1
fi
. "$home/../../.machine"
IFS= read -r version < "$home/lib/VERSION"

# An undefined variable in a value ends the start (be: common/configbase.cpp; fe: common/ConfigBase.java).
while IFS= read -r line; do
    case $line in '#'*|[A-Z]*) continue ;; *'${'*'}'*) ;; *) continue ;; esac
    name=${line#*'${'}
    name=${name%%'}'*}
    case $name in ''|[0-9]*|*[!A-Za-z0-9_]*) continue ;; esac
    if eval "[ -z \"\${$name+set}\" ]"; then
        echo "no such env variable: $name"
        exit 1
    fi
done < "$home/conf/$kind.conf"

# A frontend's first start copies the metadata from --helper; without one it would be the first of a cluster of its own
# (fe: server/NodeMgr.java). Where ROLE is, nobody reads --helper.
if [ "$kind" = fe ]; then
    meta=$(sed -n 's/^meta_dir[[:space:]]*=[[:space:]]*//p' "$home/conf/fe.conf" | tail -n 1)
    [ -d "$meta" ] || { echo "meta dir $meta does not exist"; exit 1; }
    helper=
    previous=
    for word in "$@"; do
        [ "$previous" != -helper ] || helper=$word
        previous=$word
    done
    if [ ! -f "$meta/image/ROLE" ]; then
        [ -n "$helper" ] || { echo "no --helper and no ROLE: this would be a cluster of its own"; exit 1; }
        hosts=$home/../../..
        if [ "$helper" = any ]; then found=$(ls "$hosts"/*/starrocks/fe/meta/image/VERSION | head -n 1)
        else found=$hosts/${helper%:*}/starrocks/fe/meta/image/VERSION; fi
        case $helper in any | *:9010) ;; *) found= ;; esac
        [ -f "$found" ] || { echo "cannot get version file from helper nodes $helper"; exit 1; }
        mkdir -p "$meta/image" "$meta/bdb"
        cp "$found" "$meta/image/VERSION"
        printf 'role=FOLLOWER\nname=%s_9010_1\nhostType=IP\n' "$MACHINE" > "$meta/image/ROLE"
        echo "joined with helper $helper"
    fi
fi

[ -d "/proc/$TWIN" ] || exit 1
exec 3< "$ALIVE"
tell() {
    echo "$1 $GENERATION $MACHINE $kind $$ $version" 1<> "$EVENTS"
}
trap '' HUP INT QUIT
trap 'asked=1; tell term' TERM
trap 'asked=1; tell usr1' USR1
echo $$ > "${PID_DIR:-$home/bin}/$kind.pid"
tell start
# Nobody ever writes: the read ends when the twin's end of the pipe closes, however the twin ended.
while :; do
    asked=
    read -r _ <&3 || [ -n "$asked" ] || exit 0
done
