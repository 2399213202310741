/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.DurableFile;
import io.lunette.appliance.Home;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** What a caller over TCP must show (RFC 6750). Compared in constant time; never printed. */
final class BearerToken {

  private static final String SCHEME = "Bearer ";

  private final byte[] expected;

  BearerToken(String token) {
    this.expected = token.getBytes(StandardCharsets.UTF_8);
  }

  /** The token in a file, which is made, for its owner alone, if there is none. */
  static BearerToken loadOrCreate(Path file) throws ApplianceException {
    try {
      if (!Files.exists(file)) {
        create(file);
      }
      String token = Files.readString(file).strip();
      if (token.length() < 16) {
        throw new ApplianceException(
            file + " holds no token of 16 or more characters; delete it to have a new one made");
      }
      return new BearerToken(token);
    } catch (IOException e) {
      throw new ApplianceException("cannot use token file " + file + ": " + Home.reason(e), e);
    }
  }

  private static void create(Path file) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    DurableFile.replace(file, HexFormat.of().formatHex(random) + "\n", DurableFile.Readers.OWNER);
  }

  /** Whether the value of an Authorization header is this token; null is not. */
  boolean accepts(String authorization) {
    return authorization != null
        && authorization.startsWith(SCHEME)
        && MessageDigest.isEqual(
            expected,
            authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8));
  }
}
