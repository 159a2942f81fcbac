# Where this host's jobs lie. An account's home may be one for all hosts (NFS), and a package's jobs have one id on all of them.
jobs=$HOME/.sr/jobs/$(cut -c 1-16 /etc/machine-id 2>/dev/null | grep -x '[0-9a-f]\{16\}' || uname -n)
