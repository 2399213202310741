#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts share that build a small Linux for machines under test. Needs no root and installs
# nothing: Debian's packages are fetched and unpacked. The caller sets WORK, where it builds, TREE,
# where packages are unpacked, INITRAMFS, PACKAGES, MODULES, and a function build.

# The package that linux-image-cloud-amd64 stands for today.
kernel_package() {
  apt-cache depends linux-image-cloud-amd64 2>/dev/null |
    awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }'
}

download() {
  local kernel
  kernel=$(kernel_package)
  [[ -n $kernel ]] && (cd "$WORK/archives" && apt-get download -q "$kernel" "${PACKAGES[@]}")
}

# Once for a checkout; $TREE/complete says that it was done.
fetch_packages() {
  [[ ! -e $TREE/complete ]] || return 0
  [[ $(uname -m) == x86_64 ]] || die "guests are built for x86_64 alone"
  command -v apt-get >/dev/null || die "guests are built from Debian packages: no apt-get here"
  rm -rf "$TREE" "$WORK/archives"
  mkdir -p "$TREE" "$WORK/archives"
  if ! download; then
    [[ $(id -u) -eq 0 ]] || die "apt's lists may be old: please run apt-get update"
    apt-get update -q
    download || die "apt-get could not fetch linux-image-cloud-amd64 ${PACKAGES[*]}"
  fi
  local package
  for package in "$WORK"/archives/*.deb; do
    dpkg-deb -x "$package" "$TREE"
  done
  rm -rf "$WORK/archives"
  touch "$TREE/complete"
}

# The version of the kernel that was fetched.
kernel_version() {
  local kernels=("$TREE"/boot/vmlinuz-*)
  printf '%s' "${kernels[0]##*/vmlinuz-}"
}

# Copies the modules with all that they need, and an index of their own for modprobe.
copy_modules() {
  local version=$1 index=$TREE/lib/modules/$1/modules.dep module file
  "$TREE/bin/busybox" depmod -b "$TREE" "$version"
  for module in "${MODULES[@]}"; do
    file=$(awk -F: -v wanted="/$module.ko" 'index($1, wanted) { print $1 $2 }' "$index")
    [[ -n $file ]] || die "the kernel package has no module $module"
    # shellcheck disable=SC2086 # one file a word
    (cd "$TREE/lib/modules/$version" && cp --parents $file "$INITRAMFS/lib/modules/$version")
  done
  "$TREE/bin/busybox" depmod -b "$INITRAMFS" "$version"
}

# Programs of the packages, named by their files' names, and the libraries that the loader of the same
# packages names for them.
copy_programs() {
  local loader=$TREE/lib64/ld-linux-x86-64.so.2 program libraries
  [[ -e $loader ]] || loader=$TREE/usr/lib64/ld-linux-x86-64.so.2
  mkdir -p "$INITRAMFS/lib/x86_64-linux-gnu" "$INITRAMFS/lib64"
  cp -L "$loader" "$INITRAMFS/lib64/ld-linux-x86-64.so.2"
  for program in "$@"; do
    program=$(find "$TREE" -path "*bin/$program" -type f -print -quit)
    libraries=$("$loader" --inhibit-cache \
      --library-path "$TREE/lib/x86_64-linux-gnu:$TREE/usr/lib/x86_64-linux-gnu" \
      --list "$program" | awk '$2 == "=>" { print $3 }')
    # shellcheck disable=SC2086 # one file a word
    cp -L $libraries "$INITRAMFS/lib/x86_64-linux-gnu/"
    cp "$program" "$INITRAMFS/bin/"
  done
}

# Busybox in $1/bin, with a link for each of its applets.
copy_busybox() {
  local applet
  cp "$TREE/bin/busybox" "$1/bin/"
  for applet in $("$TREE/bin/busybox" --list); do
    [[ $applet == busybox ]] || ln -s busybox "$1/bin/$applet"
  done
}

# The initramfs as a file that a kernel starts from.
pack_initramfs() {
  (cd "$INITRAMFS" && find . | "$TREE/bin/busybox" cpio -o -H newc -R 0:0 2>/dev/null |
    gzip -9) >"$1"
}

report() {
  tail -n 20 "$WORK/build.log" >&"$errors"
  printf 'lunette: %s could not be built; the whole log is in %s\n' "$1" "$WORK/build.log" >&"$errors"
}

# Runs the caller's build, which makes what $1 names.
build_logged() {
  say "building $1 from Debian packages; the log is in $WORK/build.log"
  exec {errors}>&2
  # shellcheck disable=SC2064 # the name of now
  trap "report '$1'" EXIT
  build >"$WORK/build.log" 2>&1 </dev/null
  trap - EXIT
}
