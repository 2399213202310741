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

  void add(IoCompletion completion, boolean aheadOnly) {
    (aheadOnly ? ahead : forAll).add(completion);
  }

  boolean isEmpty() {
    return forAll.isEmpty() && ahead.isEmpty();
  }

  /** Whether anybody waits for all that was written or changed. */
  boolean isAnyForAll() {
    return !forAll.isEmpty();
  }

  /** Whether anybody waits for records that go ahead alone. */
  boolean isAnyAhead() {
    return !ahead.isEmpty();
  }

  /** Hands over all of them. */
  List<IoCompletion> take() {
    List<IoCompletion> taken = forAll;
    taken.addAll(ahead);
    forAll = new ArrayList<>();
    ahead = new ArrayList<>();
    return taken;
  }
}
