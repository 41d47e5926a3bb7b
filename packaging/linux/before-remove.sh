#!/bin/sh
# Before the removal of the .deb ("remove") and the .rpm (0); not before an upgrade.
set -e

if [ "$1" = remove ] || [ "$1" = 0 ]; then
  if [ -d /run/systemd/system ]; then systemctl disable --now novaspan.service || true; fi
fi
