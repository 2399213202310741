/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

/** What lives in a {@link PageCache}. */
public interface Cached {

  /** Bytes of memory that it takes, roughly; always the same. */
  int bytes();

  /** Whether it was looked at since this was asked last. */
  boolean wasUsed();

  /** Lets it go, with the lock of the metadata held; returns whether it has gone. */
  boolean evict();
}
