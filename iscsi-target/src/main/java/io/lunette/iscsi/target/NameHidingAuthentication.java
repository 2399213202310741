/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Challenges those who are not known with a secret that nobody has, so that their logins go, byte
 * for byte and hash for hash, as those of a known initiator with a wrong secret.
 */
final class NameHidingAuthentication implements InitiatorAuthentication {

  private static final int SECRET_BYTES = 32;

  private final InitiatorAuthentication known;
  private final ChapCredentials nobodys;

  NameHidingAuthentication(InitiatorAuthentication known) {
    this.known = known;
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    this.nobodys = new ChapCredentials(HexFormat.of().formatHex(secret), secret);
  }

  @Override
  public Optional<ChapCredentials> credentialsOf(InitiatorName initiator) {
    return known.credentialsOf(initiator).or(() -> Optional.of(nobodys));
  }

  @Override
  public Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator) {
    return known.targetCredentialsFor(initiator);
  }
}
