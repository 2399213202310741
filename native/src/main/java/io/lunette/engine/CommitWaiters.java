/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.IoCompletion;
import java.util.ArrayList;
import java.util.List;

/** Who waits for a commit. Guarded by the lock of {@link Metadata}. */
final class CommitWaiters {

  private List<IoCompletion> forAll = new ArrayList<>();

  /** Wait for the records that go ahead, and for no other. */
  private List<IoCompletion> ahead = new ArrayList<>();

  /** Wait for another group, whatever is in it. */
  private List<IoCompletion> another = new ArrayList<>();

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

  /** Hands over all of them. */
  List<IoCompletion> take() {
    List<IoCompletion> taken = takeForRecords();
    taken.addAll(takeForAnother());
    return taken;
  }

  /** Hands over those that wait for records. */
  List<IoCompletion> takeForRecords() {
    List<IoCompletion> taken = forAll;
    taken.addAll(ahead);
    forAll = new ArrayList<>();
    ahead = new ArrayList<>();
    return taken;
  }

  /** Hands over those that an empty group is enough for. */
  List<IoCompletion> takeForAnother() {
    List<IoCompletion> taken = another;
    another = new ArrayList<>();
    return taken;
  }
}
