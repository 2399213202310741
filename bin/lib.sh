# SPDX-License-Identifier: Apache-2.0
# Shared by bin/lunette and bin/test: finds, or on Debian as root installs, what they need.
# Sourced, never run; the caller has set `set -euo pipefail` and ROOT.

readonly JAVA_MINIMUM=17

say() { printf 'lunette: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Prints the feature version of the JDK in $1 (17, 21, 25...), or nothing if there is no JDK.
jdk_feature() {
  local home=$1 line version=""
  [[ -x $home/bin/java && -x $home/bin/javac ]] || return 0
  if [[ -r $home/release ]]; then
    while IFS= read -r line; do
      [[ $line == JAVA_VERSION=* ]] && version=${line#JAVA_VERSION=}
    done <"$home/release"
  else
    version=$("$home/bin/javac" -version 2>&1) || version=""
    version=${version#javac }
  fi
  version=${version//\"/}
  version=${version#1.}
  printf '%s' "${version%%[!0-9]*}"
}

# Sets JAVA_HOME and JAVA_FEATURE to the first JDK that is new enough; fails if there is none.
find_jdk() {
  local candidate feature on_path=""
  on_path=$(command -v javac || true)
  [[ -n $on_path ]] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
    [[ -n $candidate ]] || continue
    feature=$(jdk_feature "$candidate")
    if [[ -n $feature ]] && ((feature >= JAVA_MINIMUM)); then
      JAVA_HOME=$candidate
      JAVA_FEATURE=$feature
      export JAVA_HOME
      return 0
    fi
  done
  return 1
}

# Installs Debian packages; says so in one line. $1 is what they are for.
install_packages() {
  local purpose=$1
  shift
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    die "$purpose: please install: $*"
  fi
  say "$purpose: installing $* with apt-get"
  local log
  log=$(mktemp)
  if ! {
    apt-get update -q &&
      DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
  } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    die "apt-get could not install $*; the whole output is in $log"
  fi
  rm -f "$log"
}

# A JDK, whatever it takes.
require_jdk() {
  find_jdk && return 0
  install_packages "no JDK $JAVA_MINIMUM or newer found" openjdk-17-jdk-headless
  find_jdk || die "no JDK $JAVA_MINIMUM or newer in JAVA_HOME, on the PATH or in /usr/lib/jvm"
}

# What ./mvnw needs to fetch Maven.
require_build_tools() {
  local missing=()
  command -v curl >/dev/null || missing+=(curl)
  command -v unzip >/dev/null || missing+=(unzip)
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
  ((${#missing[@]} == 0)) || install_packages "the Maven wrapper needs them" "${missing[@]}"
}

# The foreign programs that tests and quickstart use.
require_foreign_tools() {
  local missing=()
  command -v iscsi-ls >/dev/null || missing+=(libiscsi-bin)
  command -v qemu-img >/dev/null && command -v qemu-io >/dev/null || missing+=(qemu-utils)
  compgen -G '/usr/lib/*/qemu/block-iscsi.so' >/dev/null || missing+=(qemu-block-extra)
  command -v mkfs.ext4 >/dev/null || [[ -x /usr/sbin/mkfs.ext4 ]] || missing+=(e2fsprogs)
  command -v sfdisk >/dev/null || [[ -x /usr/sbin/sfdisk ]] || missing+=(fdisk)
  command -v mtype >/dev/null || missing+=(mtools)
  command -v fincore >/dev/null || missing+=(util-linux-extra)
  command -v wbemcli >/dev/null || missing+=(sblim-wbemcli)
  [[ -d /usr/lib/python3/dist-packages/zeroconf ]] || missing+=(python3-zeroconf)
  ((${#missing[@]} == 0)) || install_packages "foreign tools for iSCSI, SMI-S and images" "${missing[@]}"
}

# What the tests that boot machines need besides: QEMU's PC, with the BIOS and the iPXE of its network
# cards, on which its package depends.
require_boot_tools() {
  command -v qemu-system-x86_64 >/dev/null ||
    install_packages "machines that boot over iSCSI" qemu-system-x86
}

# File systems that tests make pools on, besides ext4.
require_file_systems() {
  command -v mkfs.btrfs >/dev/null || [[ -x /usr/sbin/mkfs.btrfs ]] ||
    install_packages "a file system that writes elsewhere what is overwritten" btrfs-progs
}

# The database that appliances may share; the tests start a server of their own. Debian makes a cluster
# and starts it with what it installs; one that was not there before does not stay running.
require_database() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && return 0
  install_packages "the catalog of several appliances" postgresql
  [[ ! -d /run/systemd/system ]] || systemctl -q disable --now postgresql
}

# Other iSCSI targets, by the names of their packages. Debian starts a service with what it installs; one
# that was not there before does not stay.
require_targets() {
  local target missing=()
  for target in "$@"; do
    [[ -x /usr/sbin/$target || -x /usr/sbin/${target}d ]] || missing+=("$target")
  done
  ((${#missing[@]} > 0)) || return 0
  install_packages "iSCSI targets beside ours" "${missing[@]}"
  [[ ! -d /run/systemd/system ]] || systemctl -q disable --now "${missing[@]}"
}

# What bin/bench-peers measures beside ours: iSCSI targets, file systems that clone, tools that erase.
require_peers() {
  local tools=()
  require_targets tgt istgt
  command -v mkfs.xfs >/dev/null || tools+=(xfsprogs)
  command -v mkfs.btrfs >/dev/null || tools+=(btrfs-progs)
  command -v nwipe >/dev/null || tools+=(nwipe)
  command -v losetup >/dev/null || tools+=(mount)
  ((${#tools[@]} == 0)) || install_packages "software to compare with" "${tools[@]}"
}

# JVM options that depend on the version in use, as the array JVM_OPTIONS.
jvm_options() {
  JVM_OPTIONS=()
  ((JAVA_FEATURE < 22)) || JVM_OPTIONS+=(--enable-native-access=ALL-UNNAMED)
  ((JAVA_FEATURE < 24)) || JVM_OPTIONS+=(--sun-misc-unsafe-memory-access=allow)
}
