/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/** Where a version of an image is in its life; only an AVAILABLE one has replicas made of it. */
public enum ImageState {
  /** Its content is being written; an import that was cut off is undone at the next start. */
  IMPORTING,
  /** Sealed and complete. */
  AVAILABLE,
  /** No replicas are made of it any more; it is DELETED when the last has gone. */
  RETIRED,
  /** Its volume is deleted, or will be; the number stays taken. */
  DELETED,
  /** It did not come to be; its number is free again. */
  FAILED;

  private static final Map<ImageState, Set<ImageState>> MOVES =
      Map.ofEntries(
          entry(IMPORTING, Set.of(AVAILABLE, FAILED)),
          entry(AVAILABLE, Set.of(RETIRED, DELETED)),
          entry(RETIRED, Set.of(DELETED)),
          entry(DELETED, Set.of()),
          entry(FAILED, Set.of()));

  /** Whether a version in this state may go to {@code next}. */
  public boolean mayBecome(ImageState next) {
    return MOVES.get(this).contains(next);
  }
}
