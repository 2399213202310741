/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * How an emulated array differs from others.
 *
 * @param prefix of its class names
 * @param interop its interop namespace
 * @param polls how many looks a job takes; 0 if methods end at once
 * @param copies how it copies
 * @param granularityBytes of volume sizes
 * @param mangles what becomes of an ElementName
 * @param traits what else it does otherwise
 */
record Flavour(
    String prefix,
    String interop,
    int polls,
    Copies copies,
    long granularityBytes,
    UnaryOperator<String> mangles,
    Set<Trait> traits) {

  /** How an array copies. */
  enum Copies {
    REPLICATION,
    CLONES_ONLY,
    SNAPSHOTS_ONLY,
    LEGACY,
    NONE
  }

  /** What most arrays do not do. */
  enum Trait {
    /** Answers come in chunks. */
    CHUNKS,
    /** Each answer ends its connection. */
    CLOSES,
    /** It masks by groups, not by views. */
    GROUPS,
    /** Volumes hold old data when they are made. */
    FULLY_PROVISIONED,
    /** It chooses logical unit numbers itself. */
    CHOOSES_NUMBERS,
    /** It has an erasure service. */
    ERASURE,
    /** It leaves out what the standard lets it leave out: PARAMTYPE, namespaces of references. */
    TERSE,
    /** It says more than is asked for: languages, origins, comments, white space. */
    CHATTY,
    /** It has properties of its own, NULLs, keys in another order, namespaces in capitals. */
    ODD,
    /** It offers more ways to say who one is than one. */
    CHALLENGES,
    /** It does not say as which LUN a volume is shown. */
    NUMBERLESS,
    /** Its jobs live in a namespace of their own. */
    JOBS_ELSEWHERE,
    /** It takes names of 16 letters and digits at most. */
    SHORT_LABELS,
    /** When it refuses a size, it names the next that it has. */
    NAMES_SIZES
  }

  static final Flavour PLAIN =
      new Flavour("CIM", "interop", 0, Copies.REPLICATION, 512, n -> n, Set.of());

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  boolean groups() {
    return has(Trait.GROUPS);
  }

  boolean thin() {
    return !has(Trait.FULLY_PROVISIONED);
  }

  boolean selectable() {
    return !has(Trait.CHOOSES_NUMBERS);
  }

  boolean erasure() {
    return has(Trait.ERASURE);
  }

  Flavour with(Trait first, Trait... others) {
    EnumSet<Trait> all = EnumSet.of(first, others);
    all.addAll(traits);
    return new Flavour(prefix, interop, polls, copies, granularityBytes, mangles, all);
  }

  Flavour withPrefix(String value) {
    return new Flavour(value, interop, polls, copies, granularityBytes, mangles, traits);
  }

  Flavour withInterop(String value) {
    return new Flavour(prefix, value, polls, copies, granularityBytes, mangles, traits);
  }

  Flavour withJobs(int looks) {
    return new Flavour(prefix, interop, looks, copies, granularityBytes, mangles, traits);
  }

  Flavour withCopies(Copies value) {
    return new Flavour(prefix, interop, polls, value, granularityBytes, mangles, traits);
  }

  Flavour rounding(long bytes) {
    return new Flavour(prefix, interop, polls, copies, bytes, mangles, traits);
  }

  Flavour mangling(UnaryOperator<String> how) {
    return new Flavour(prefix, interop, polls, copies, granularityBytes, how, traits);
  }
}
