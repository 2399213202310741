/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.login.Redirection;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Which initiators are sent to another portal at login, after they have proved who they are. Asked
 * on an event loop, so the answer comes from memory. Thread-safe.
 */
@FunctionalInterface
public interface InitiatorRedirection {

  /**
   * Where an initiator goes instead; empty if it may stay.
   *
   * @param reached the address that it connected to
   */
  Optional<Redirection> of(InitiatorName initiator, InetSocketAddress reached);

  /** Everybody may stay. */
  static InitiatorRedirection none() {
    return (initiator, reached) -> Optional.empty();
  }
}
