/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

/** Whether a new volume is to have a key of its own. */
enum KeyWish {
  /** As its source, if it has one. */
  INHERITED,
  /** The pool gives all new volumes keys; one of before that has none will do. */
  USUAL,
  /** This one was asked for with a key. */
  DEMANDED;

  boolean isKeyed() {
    return this != INHERITED;
  }

  /** Whether a volume that exists is what was asked for; with the lock of the metadata held. */
  boolean allows(Volume existing) {
    return this != DEMANDED || existing.top.key() != null;
  }
}
