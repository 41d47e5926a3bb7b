#!/bin/sh
# After an installation or an upgrade, of the .deb and the .rpm.
set -e

# Only what this package brings: the user, and its rights to the logs.
if command -v systemd-sysusers > /dev/null; then
  systemd-sysusers /usr/lib/sysusers.d/novaspan.conf
elif ! getent passwd novaspan > /dev/null; then
  groupadd --system novaspan
  useradd --system --gid novaspan --home-dir /var/lib/novaspan --no-create-home --shell /usr/sbin/nologin novaspan
  if getent group adm > /dev/null; then usermod --append --groups adm novaspan; fi
fi
for file in /etc/novaspan /etc/novaspan/novaspan.yaml; do
  # Who removed the file does not get it back.
  if [ -e "$file" ]; then chgrp novaspan "$file"; fi
done
if command -v systemd-tmpfiles > /dev/null; then
  # Folders of logs that are not there yet, and file systems without ACLs, are no fault of the installation.
  systemd-tmpfiles --create /usr/lib/tmpfiles.d/novaspan.conf || true
fi

if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  # After an upgrade a running sidecar goes on with the new version; it is not started by itself.
  systemctl try-restart novaspan.service || true
fi

if [ "$1" = configure ] && [ -z "$2" ] || [ "$1" = 1 ]; then
  echo 'novaspan is installed and not started. Set logs, time zone and backend in /etc/novaspan/novaspan.yaml, then run:'
  echo '  runuser -u novaspan -- novaspan check --config /etc/novaspan/novaspan.yaml'
  echo '  systemctl enable --now novaspan'
fi
