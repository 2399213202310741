/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/** Where an asynchronous operation ends: exactly one of the two methods is called, once. */
public interface IoCompletion {

  /** The operation did all that it was asked. Must not block or throw. */
  void completed();

  /** The operation failed; what of its range was transferred is unspecified. Must not throw. */
  void failed(BlockException failure);
}
