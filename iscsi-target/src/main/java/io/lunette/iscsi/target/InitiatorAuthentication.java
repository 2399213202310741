/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.util.Optional;

/**
 * What an initiator must prove at login, and what the target proves in return. Asked on an event
 * loop at each login, so the answer comes from memory. Thread-safe.
 */
public interface InitiatorAuthentication {

  /** What this initiator must prove by CHAP; empty if it may log in unproved. */
  Optional<ChapCredentials> credentialsOf(InitiatorName initiator);

  /**
   * What the target proves to an initiator that asks for it (mutual CHAP); empty if the target has
   * no secret, in which case such a login fails. Must differ from the initiator's own (RFC 7143
   * §9.2.1).
   */
  default Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator) {
    return Optional.empty();
  }

  /**
   * The same, but who has no credentials here is challenged too, and never passes: a peer cannot
   * learn from the target's answers which initiator names exist.
   */
  default InitiatorAuthentication hidingNames() {
    return new NameHidingAuthentication(this);
  }

  /** Nobody has to prove anything. */
  static InitiatorAuthentication none() {
    return initiator -> Optional.empty();
  }
}
