/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

/** How a volume on an array came to be. */
public enum ArrayVolumeKind {
  /** Made empty. */
  PLAIN,
  /** A clone, set back to its origin by an erase. */
  CLONE,
  /** An independent clone. */
  COPY,
  /** A snapshot. */
  SNAPSHOT
}
