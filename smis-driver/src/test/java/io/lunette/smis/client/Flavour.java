/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.function.UnaryOperator;

/**
 * How an emulated array differs from others.
 *
 * @param prefix of its class names
 * @param interop its interop namespace
 * @param polls how many looks a job takes; 0 if methods end at once
 * @param chunked whether answers are chunked
 * @param groups whether it masks by groups, else by views
 * @param copies how it copies
 * @param thin whether volumes are thin; others hold old data when they are made
 * @param selectable whether a client may choose logical unit numbers
 * @param erasure whether it has an erasure service
 * @param granularityBytes of volume sizes
 * @param mangles what becomes of an ElementName
 */
record Flavour(
    String prefix,
    String interop,
    int polls,
    boolean chunked,
    boolean groups,
    Copies copies,
    boolean thin,
    boolean selectable,
    boolean erasure,
    long granularityBytes,
    UnaryOperator<String> mangles) {

  /** How an array copies. */
  enum Copies {
    REPLICATION,
    CLONES_ONLY,
    SNAPSHOTS_ONLY,
    LEGACY,
    NONE
  }

  static final Flavour PLAIN =
      new Flavour(
          "CIM", "interop", 0, false, false, Copies.REPLICATION, true, true, false, 512, n -> n);

  Flavour withPrefix(String value) {
    return new Flavour(
        value,
        interop,
        polls,
        chunked,
        groups,
        copies,
        thin,
        selectable,
        erasure,
        granularityBytes,
        mangles);
  }

  Flavour withInterop(String value) {
    return new Flavour(
        prefix,
        value,
        polls,
        chunked,
        groups,
        copies,
        thin,
        selectable,
        erasure,
        granularityBytes,
        mangles);
  }

  Flavour withJobs(int looks) {
    return new Flavour(
        prefix,
        interop,
        looks,
        chunked,
        groups,
        copies,
        thin,
        selectable,
        erasure,
        granularityBytes,
        mangles);
  }

  Flavour withChunks() {
    return new Flavour(
        prefix,
        interop,
        polls,
        true,
        groups,
        copies,
        thin,
        selectable,
        erasure,
        granularityBytes,
        mangles);
  }

  Flavour withGroups() {
    return new Flavour(
        prefix,
        interop,
        polls,
        chunked,
        true,
        copies,
        thin,
        selectable,
        erasure,
        granularityBytes,
        mangles);
  }

  Flavour withCopies(Copies value) {
    return new Flavour(
        prefix,
        interop,
        polls,
        chunked,
        groups,
        value,
        thin,
        selectable,
        erasure,
        granularityBytes,
        mangles);
  }

  Flavour fullyProvisioned() {
    return new Flavour(
        prefix,
        interop,
        polls,
        chunked,
        groups,
        copies,
        false,
        selectable,
        erasure,
        granularityBytes,
        mangles);
  }

  Flavour choosingNumbers() {
    return new Flavour(
        prefix,
        interop,
        polls,
        chunked,
        groups,
        copies,
        thin,
        false,
        erasure,
        granularityBytes,
        mangles);
  }

  Flavour withErasure() {
    return new Flavour(
        prefix,
        interop,
        polls,
        chunked,
        groups,
        copies,
        thin,
        selectable,
        true,
        granularityBytes,
        mangles);
  }

  Flavour rounding(long bytes) {
    return new Flavour(
        prefix, interop, polls, chunked, groups, copies, thin, selectable, erasure, bytes, mangles);
  }

  Flavour mangling(UnaryOperator<String> how) {
    return new Flavour(
        prefix,
        interop,
        polls,
        chunked,
        groups,
        copies,
        thin,
        selectable,
        erasure,
        granularityBytes,
        how);
  }
}
