/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/** What the completion of a write promises. */
public enum Durability {
  /** The bytes are visible to every later read; a crash before the next flush may lose them. */
  VISIBLE,
  /** The bytes survive any crash (SBC-3 FUA). */
  DURABLE
}
