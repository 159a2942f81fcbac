"""The hosts of a twin as directories with real processes, reached over SSH.

A node of the twin is up exactly while the process under its home runs: whoever starts, kills or swaps it on the host
changes what SHOW BACKENDS says. All hosts share this machine's file system and process table; nothing listens beyond
127.0.0.1.
"""
