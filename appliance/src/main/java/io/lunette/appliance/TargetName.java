/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.volume.InitiatorName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The iSCSI name of an appliance's target: made once, kept in the home, the same for ever. */
final class TargetName {

  private static final String PREFIX = "iqn.2026-11.io.lunette:";

  private TargetName() {}

  static String loadOrCreate(Home home) throws ApplianceException {
    Path file = home.directory().resolve("target-name");
    try {
      if (Files.exists(file)) {
        return new InitiatorName(Files.readString(file, StandardCharsets.UTF_8).strip()).value();
      }
      String name = create();
      DurableFile.replace(file, name + "\n", DurableFile.Readers.EVERYBODY);
      return name;
    } catch (IOException e) {
      throw new ApplianceException("cannot use " + file + ": " + Home.reason(e), e);
    } catch (IllegalArgumentException e) {
      throw new ApplianceException(file + ": " + e.getMessage(), e);
    }
  }

  private static String create() {
    byte[] random = new byte[6];
    new SecureRandom().nextBytes(random);
    return PREFIX + HexFormat.of().formatHex(random);
  }
}
