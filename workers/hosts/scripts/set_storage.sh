# Before edit_conf.sh, which follows: where tablets lie is changed only while no process would come up without them.

if runs=$(find_node); then fail "process $runs runs: storage_root_path is changed only while nothing does"; fi
refuse_hidden
