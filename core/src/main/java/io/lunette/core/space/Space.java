/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.space;

import io.lunette.core.DomainException;

/** The space of the pool. Thread-safe. */
public interface Space {

  /**
   * How it is now.
   *
   * @throws DomainException IO if driver or catalog cannot be read
   */
  SpaceReport report() throws DomainException;
}
