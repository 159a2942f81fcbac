#!/bin/sh
# Runs the program for its version: that of the files, not of the node's process.
library=$(cd "$(dirname "$0")/../lib" && pwd)
exec "$library/starrocks_be" "$library/starrocks_be.body" --version
