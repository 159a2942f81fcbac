#!/bin/sh
# What com.starrocks.StarRocksFE -v prints: the version of the files, not of a process.
if [ -z "$JAVA_HOME" ]; then
    echo "Error: JAVA_HOME is not set."
    exit 1
fi
IFS= read -r version < "$(dirname "$0")/../lib/VERSION"
echo "Build version: ${version%-*}"
echo "Commit hash: ${version##*-}"
echo "Build type: RELEASE"
echo "Build time: 2025-01-01 00:00:00"
echo "Java compile version: openjdk version \"11.0.20\" 2023-07-18"
