#!/bin/sh
# After the removal. The .deb is called with "purge" when everything shall go; the .rpm, with 0, keeps state and user, as rpm has no purge.
set -e

if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

if [ "$1" = purge ]; then
  # What tmpfiles.conf gave the group, on logs that stay.
  if command -v setfacl > /dev/null && getent group novaspan > /dev/null; then
    for logs in /var/log/nova /var/log/neutron /var/log/openvswitch /var/log/ovn; do
      if [ ! -d "$logs" ]; then continue; fi
      setfacl --recursive --remove group:novaspan,default:group:novaspan "$logs" || true
      # What has no entry of somebody else's goes back to plain modes: a mask and default entries would stay.
      find "$logs" -exec sh -c '
        for path; do
          getfacl --omit-header --absolute-names "$path" | grep -qE "^(default:)?(user|group):[^:]" || setfacl --remove-all "$path"
        done' sh {} + || true
    done
  fi
  rm -rf /var/lib/novaspan /etc/novaspan
  if getent passwd novaspan > /dev/null; then userdel novaspan || true; fi
  if getent group novaspan > /dev/null; then groupdel novaspan || true; fi
fi
