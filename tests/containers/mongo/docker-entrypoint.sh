#!/usr/bin/env bash
# Root steps down to the database's user, as in the published image.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  exec setpriv --reuid=mongodb --regid=mongodb --init-groups "$0" "$@"
fi
exec "$@"
