/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/** How a clone holds the content of its origin. */
public enum CloneKind {
  /** Copy-on-write: shares what it has not written. */
  DEPENDENT,
  /** A full physical copy. */
  INDEPENDENT
}
