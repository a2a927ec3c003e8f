#!/bin/sh
# postgres-keeper.sh <program> [arguments]
#
# Becomes <program>, and leaves a small process behind that ends it when the hub is gone, however the hub went: the hub holds the
# other end of the pipe on descriptor 3 and never writes to it, so the read returns when the hub's end is closed. SIGINT is the
# fast shutdown of PostgreSQL; initdb removes its unfinished folder.
#
# The program takes the place of this shell, so the hub has its pid, its exit code and its signals at first hand. It does not
# wait behind a shell as a background job, since those ignore SIGINT until they install a handler. The subshell within the
# subshell is no child of the program: PostgreSQL takes the end of an unknown child for a crash.

(
  (
    cd /
    read -r _ <&3
    kill -INT $$
  ) </dev/null >/dev/null 2>&1 &
)
exec 3<&-
exec "$@"
