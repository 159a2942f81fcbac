# Sourced by the scripts beside it. Every key in capitals is shell: the real bin/common.sh evaluates these lines too,
# when it stops a node as when it starts one.
export_env_from_conf() {
    [ -f "$1" ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in [A-Z]*=*) ;; *) continue ;; esac
        key=${line%%=*}
        key=${key%"${key##*[! ]}"}
        case $key in *[!A-Z0-9_]*) continue ;; esac
        eval "value=\$(echo ${line#*=})"
        export "$key=$value"
    done < "$1"
}

# What program a pid is of, as `ps -o comm=` prints it; nothing if it is gone.
program_of() {
    cat "/proc/$1/comm" 2>/dev/null
}
