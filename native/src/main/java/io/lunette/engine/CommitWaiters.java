/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.IoCompletion;
import java.util.ArrayList;
import java.util.List;

/** Who waits for a commit. Guarded by the lock of {@link Metadata}. */
final class CommitWaiters {

  private final List<IoCompletion> forAll = new ArrayList<>();

  /** Wait for the records that go ahead, and for no other. */
  private final List<IoCompletion> ahead = new ArrayList<>();

  /** Wait for another group, whatever is in it. */
  private final List<IoCompletion> another = new ArrayList<>();

  private boolean closed;

  /** Nobody may come any more; who waits already is served. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  void addForAll(IoCompletion completion) {
    forAll.add(completion);
  }

  void addAhead(IoCompletion completion) {
    ahead.add(completion);
  }

  void addForAnother(IoCompletion completion) {
    another.add(completion);
  }

  /** Takes those back whom a commit was no answer to. */
  void putBack(List<IoCompletion> taken) {
    forAll.addAll(taken);
  }

  boolean isEmpty() {
    return !isAnyForAll() && !isAnyAhead();
  }

  /** Whether anybody waits for all that was written or changed. */
  boolean isAnyForAll() {
    return !forAll.isEmpty();
  }

  /** Whether anybody waits for records that go ahead alone, or for none. */
  boolean isAnyAhead() {
    return !ahead.isEmpty() || isAnyForAnother();
  }

  /** Whether anybody waits for a group, if an empty one. */
  boolean isAnyForAnother() {
    return !another.isEmpty();
  }

  /** All of them. Who is here stays until cleared: there may be no memory to take them along. */
  List<IoCompletion> all() {
    List<IoCompletion> all = forRecords();
    all.addAll(another);
    return all;
  }

  /** Those that wait for records. */
  List<IoCompletion> forRecords() {
    List<IoCompletion> those = new ArrayList<>(forAll);
    those.addAll(ahead);
    return those;
  }

  /** Those that an empty group is enough for. */
  List<IoCompletion> forAnother() {
    return new ArrayList<>(another);
  }

  void clear() {
    clearForRecords();
    clearForAnother();
  }

  void clearForRecords() {
    forAll.clear();
    ahead.clear();
  }

  void clearForAnother() {
    another.clear();
  }

  /** Hands over any one of them, for which it needs no memory; null if there is none. */
  IoCompletion takeOne() {
    List<IoCompletion> some = isAnyForAll() ? forAll : ahead.isEmpty() ? another : ahead;
    return some.isEmpty() ? null : some.remove(some.size() - 1);
  }
}
