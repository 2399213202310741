/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.boot;

import io.lunette.core.DomainException;

/**
 * Tells booting servers what to boot from. Who asks is not authenticated: an answer holds what an
 * initiator needs to find its logical unit, and a secret only where the operator wants that.
 */
public interface NetworkBoot {

  /**
   * The answer to a server that boots now. What its boot policy asks for is done first, so the
   * answer names what is current when this returns.
   *
   * @throws DomainException IO if catalog or masking failed
   */
  BootAnswer boot(BootIdentity who) throws DomainException;

  /** What {@link #boot} would answer if no policy had to be followed; changes nothing. */
  BootAnswer look(BootIdentity who) throws DomainException;
}
