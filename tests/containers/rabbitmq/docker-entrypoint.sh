#!/usr/bin/env bash
# Root steps down to the broker's user, as in the published image.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$0" "$@"
fi
exec "$@"
