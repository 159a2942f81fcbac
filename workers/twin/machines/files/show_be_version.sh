#!/bin/sh
# What lib/starrocks_be --version prints: the version of the files, not of a process.
IFS= read -r version < "$(dirname "$0")/../lib/VERSION"
echo "$version"
echo "BuildType: RELEASE"
echo "Build distributor id: ubuntu"
echo "Build arch: x86_64"
echo "Built on 2025-01-01 00:00:00 by builder@localhost"
