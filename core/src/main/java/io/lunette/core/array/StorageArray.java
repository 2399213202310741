/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A foreign array as it was registered.
 *
 * @param name what Lunette calls it
 * @param url {@code https://host:port} of its SMI-S provider
 * @param user who Lunette is there
 * @param passwordFile where the password is; read whenever it is needed, kept nowhere else
 * @param trust by what its certificate is known
 * @param system which of the provider's arrays, by Name or ElementName, if there are several
 * @param pool which of its pools, by InstanceID or ElementName, if not the one with most space
 * @param listen {@code host:port} of this machine at which its indications are awaited, if they are
 * @param created when it was registered
 */
public record StorageArray(
    ArrayName name,
    URI url,
    String user,
    Path passwordFile,
    ArrayTrust trust,
    Optional<String> system,
    Optional<String> pool,
    Optional<String> listen,
    Instant created) {

  private static final int PORT = 5989;

  public StorageArray {
    Objects.requireNonNull(name);
    boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null;
    if (!"https".equals(url.getScheme()) || url.getHost() == null || !plain) {
      throw new IllegalArgumentException(
          "'" + url + "' is not the URL of an array: expected https://host:" + PORT);
    }
    if (user.isBlank()) {
      throw new IllegalArgumentException("an array needs a user");
    }
    if (!passwordFile.isAbsolute()) {
      throw new IllegalArgumentException(
          "the password file '" + passwordFile + "' is not an absolute path");
    }
  }

  /** Its port, 5989 unless the URL says otherwise. */
  public int port() {
    return url.getPort() == -1 ? PORT : url.getPort();
  }
}
