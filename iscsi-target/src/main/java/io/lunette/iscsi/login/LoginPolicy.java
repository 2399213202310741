/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.net.InetSocketAddress;
import java.util.Optional;

/** What a login asks of the target node. Answers from memory; thread-safe. */
public interface LoginPolicy {

  /** The target's iSCSI name, in lower case. */
  String targetName();

  /** What an initiator must prove. */
  Optional<ChapCredentials> credentialsOf(InitiatorName initiator);

  /** What the target proves to it. */
  Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator);

  /**
   * Where an initiator goes instead; asked when it has proved what it must.
   *
   * @param local the address that it reached
   */
  Optional<Redirection> redirectionOf(InitiatorName initiator, InetSocketAddress local);
}
