/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.space;

import io.lunette.core.DomainException;
import io.lunette.core.volume.PoolSpace;
import java.util.function.Consumer;

/** The space of the pool. Thread-safe. */
public interface Space {

  /**
   * How it is now.
   *
   * @throws DomainException IO if driver or catalog cannot be read
   */
  SpaceReport report() throws DomainException;

  /** Has the space told to somebody whenever it is looked at, on a thread that may block. */
  void listen(Consumer<PoolSpace> listener);
}
