# SPDX-License-Identifier: Apache-2.0
# What the guest of bin/initiator-image does in LinuxInitiatorIT, which writes the values of portal,
# other, moved, target, initiator, user, secret and proof above it and reads the lines that begin with
# LINUX.

said() { echo "LINUX $*"; }

# A step of which only its end matters; what it printed stays on the console.
try() {
  name=$1
  shift
  "$@" >/tmp/try 2>&1
  status=$?
  cat /tmp/try
  said "$name status=$status"
}

# With the secret of the initiator and the one that the target has to prove.
configure() {
  cat >/etc/iscsi/iscsid.conf <<END
discovery.sendtargets.auth.authmethod = CHAP
discovery.sendtargets.auth.username = $user
discovery.sendtargets.auth.password = $1
node.session.auth.authmethod = CHAP
node.session.auth.username = $user
node.session.auth.password = $1
discovery.sendtargets.auth.username_in = array
discovery.sendtargets.auth.password_in = $2
node.session.auth.username_in = array
node.session.auth.password_in = $2
node.session.auth.chap_algs = SHA3-256,SHA256
node.conn[0].iscsi.HeaderDigest = CRC32C
node.conn[0].iscsi.DataDigest = CRC32C
END
}

discover() { iscsiadm -m discovery -t st -p "$portal"; }

# The disk that session $1 has at LUN $2.
disk() {
  for block in /sys/class/iscsi_session/session"$1"/device/target*/*:"$2"/block/*; do
    [ -e "$block" ] && echo "/dev/${block##*/}"
  done
}

await() {
  until "$@"; do sleep 0.2; done
}

attached() { [ -n "$(disk 1 0)" ] && [ -n "$(disk 2 0)" ] && [ -n "$(disk 1 1)" ]; }

sum() { dd if="$1" bs=1M count="$2" 2>/dev/null | sha256sum; }

# A command after which a unit attention is due is told of it and sent again.
again() { "$@" || "$@"; }

echo "InitiatorName=$initiator" >/etc/iscsi/initiatorname.iscsi
iscsid
configure not-the-secret "$proof"
try discovery-without-secret discover
configure "$secret" not-the-proof
try discovery-of-an-impostor discover
configure "$secret" "$proof"
for line in $(discover | tr ' ' '='); do said "found $line"; done

for address in "$portal" "$other"; do
  # Discovery told the addresses of the host itself.
  iscsiadm -m node -o new -T "$target" -p "$address"
  try login iscsiadm -m node -T "$target" -p "$address" --login
done
iscsiadm -m node -o new -T "$target" -p "$moved"
try login-at-the-moved iscsiadm -m node -T "$target" -p "$moved" --login
for line in $(iscsiadm -m session -P 1 |
  awk '/Current Portal:/ { at = $3 } /Persistent Portal:/ { print $3 "=" at }'); do
  said "portal $line"
done
try logout-of-the-moved iscsiadm -m node -T "$target" -p "$moved" --logout
await attached
first=$(disk 1 0) second=$(disk 2 0) sealed=$(disk 1 1)
# Where udev would have put it, and sg_xcopy looks for it.
mkdir -p /dev/block
ln -s "$first" "/dev/block/$(cat /sys/block/"${first##*/}"/dev)"
for digest in $(iscsiadm -m session -P 2 | awk '/Digest:/ { print $1 $2 }'); do said "$digest"; done
said "bytes $(blockdev --getsize64 "$first") $(blockdev --getsize64 "$second")"

mke2fs "$first" >/dev/null
mount -t ext2 "$first" /mnt
cp /bin/busybox /mnt/file
umount /mnt
mount -t ext2 -o ro "$second" /mnt
[ "$(sha256sum </mnt/file)" = "$(sha256sum </bin/busybox)" ] && said "file is the same on the other path"
umount /mnt
try write-to-sealed dd if=/dev/zero of="$sealed" bs=512 count=1 conv=fsync

try discard blkdiscard -l 33554432 "$first"
[ "$(sum "$first" 32)" = "$(sum /dev/zero 32)" ] && said "discarded reads as zeroes"
for page in di bl lbpv; do try "page-$page" sg_vpd -p "$page" "$first"; done
try opcodes sg_opcodes "$first"
try statistics sg_logs -p 0x19 "$first"
try self-test sg_senddiag -t "$first"
try port-groups sg_rtpg -d "$first"

try register sg_persist -o -G -S 0xabc "$first"
try reserve sg_persist -o -R -K 0xabc -T 1 "$first"
try write-against-reservation dd if=/dev/zero of="$second" bs=4096 count=1 conv=fsync
try preempt-by-stranger sg_persist -o -P -K 0xdef -S 0xabc -T 1 "$second"
try release sg_persist -o -L -K 0xabc -T 1 "$first"
try unregister sg_persist -o -G -K 0xabc -S 0 "$first"
try write-after-release dd if=/dev/zero of="$second" bs=4096 count=1 conv=fsync

head -c 1048576 /dev/urandom >/tmp/random
dd if=/tmp/random of="$first" bs=1M conv=fsync 2>/dev/null
try copy sg_xcopy if="$first" of="$first" bs=512 skip=0 seek=4096 count=2048
dd if="$first" bs=1M skip=2 count=1 2>/dev/null | cmp - /tmp/random && said "copied is the same"
head -c 512 /tmp/random >/tmp/both
tail -c 512 /tmp/random >>/tmp/both
try compare-and-write sg_compare_and_write --in=/tmp/both --lba=0 --num=1 "$first"
try compare-and-write-again sg_compare_and_write --in=/tmp/both --lba=0 --num=1 "$first"
try write-same sg_write_same --16 -U --num=2048 --lba=0 "$first"
try unmap sg_unmap --force --lba=4096 --num=2048 "$first"
try mapping sg_get_lba_status --lba=0 "$first"
try reset sg_reset -d "$first"
try attention sg_turs "$second"
try no-more-attention sg_turs "$second"
dd if=/tmp/random of="$first" bs=1M conv=fsync 2>/dev/null
yes 'what the guest wrote' | head -c 1048576 >/tmp/mark
dd if=/tmp/mark of="$first" bs=1M seek=4 conv=fsync 2>/dev/null
said "waits to be searched"
searched() {
  iscsiadm -m session --rescan >/dev/null
  [ "$(blockdev --getsize64 "$sealed")" -gt 67108864 ]
}
await searched
try sanitize again sg_sanitize --block --quick --wait "$first"
blockdev --flushbufs "$first"
[ "$(sum "$first" 8)" = "$(sum /dev/zero 8)" ] && said "sanitized reads as zeroes"

said "waits to grow"
grown() {
  iscsiadm -m session --rescan >/dev/null
  [ "$(blockdev --getsize64 "$first")" -gt "$(blockdev --getsize64 "$sealed")" ]
}
await grown
said "grown $(blockdev --getsize64 "$first")"

# Each write is durable before the next; the host kills the target in between.
count=0
while [ "$count" -lt 40 ]; do
  printf '%-4096s' "write $count" | dd of="$first" bs=4096 seek="$count" conv=fsync,notrunc 2>/dev/null ||
    said "lost $count"
  said "wrote $count"
  count=$((count + 1))
done
blockdev --flushbufs "$first"
count=0
while [ "$count" -lt 40 ]; do
  dd if="$first" bs=4096 skip="$count" count=1 2>/dev/null | grep -q "^write $count " || said "misses $count"
  count=$((count + 1))
done
said "has read what it wrote"
try logout iscsiadm -m node --logout
said "ends"
