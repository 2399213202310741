/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.appliance.ApplianceException;
import io.lunette.core.volume.ChapCredentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the target proves to initiators that ask it to (mutual CHAP).
 *
 * @param user its CHAP name
 * @param secretFile what holds its secret, for its owner alone
 */
public record MutualChapOptions(Optional<String> user, Optional<Path> secretFile) {

  /** Nothing said: the target proves nothing. */
  public static final MutualChapOptions NONE =
      new MutualChapOptions(Optional.empty(), Optional.empty());

  /** These, and from {@code other} what is missing. */
  public MutualChapOptions or(MutualChapOptions other) {
    return new MutualChapOptions(user.or(other::user), secretFile.or(other::secretFile));
  }

  /**
   * Name and secret, if there are any.
   *
   * @throws ApplianceException if one is there without the other, cannot be read, or is too short
   */
  public Optional<ChapCredentials> credentials() throws ApplianceException {
    if (user.isPresent() != secretFile.isPresent()) {
      throw new ApplianceException("mutual CHAP needs a user and a secret file");
    }
    if (user.isEmpty()) {
      return Optional.empty();
    }
    byte[] secret =
        PrivateFile.read("secret file", secretFile.get()).getBytes(StandardCharsets.UTF_8);
    try {
      return Optional.of(ChapCredentials.chosen(user.get(), secret));
    } catch (IllegalArgumentException e) {
      throw new ApplianceException(secretFile.get() + ": " + e.getMessage(), e);
    }
  }
}
