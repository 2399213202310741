/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.appliance.SingleTarget;
import io.lunette.appliance.SingleTargetOptions;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.PortalOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a foreign initiator wrote, and what it discarded again, is gone after its SANITIZE. */
class SanitizeIT {

  private static final String SECRET = "the secret of a tenant, told to nobody;";
  private static final int MIB = 1 << 20;

  @TempDir Path directory;

  private Path secret() throws Exception {
    return Files.writeString(
        directory.resolve("secret"), SECRET.repeat(MIB / SECRET.length() + 1).substring(0, MIB));
  }

  private int secretsIn(Path pool) throws Exception {
    String all = new String(Files.readAllBytes(pool), ISO_8859_1);
    int found = 0;
    for (int at = all.indexOf(SECRET); at >= 0; at = all.indexOf(SECRET, at + 1)) {
      found++;
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(strings = {"BlockErase", "Overwrite"})
  void nothingIsLeftOnTheDevice(String kind) throws Exception {
    Path pool = directory.resolve("pool");
    try (SingleTarget target =
        SingleTarget.start(
            SingleTargetOptions.builder(
                    pool,
                    64L * MIB,
                    PortalOptions.of(HostPort.parse("127.0.0.1:0")),
                    "iqn.2026-11.io.lunette:sanitize")
                .build())) {
      String image =
          "driver=raw,discard=unmap,file.driver=iscsi,file.transport=tcp,file.portal="
              + target.url().split("/")[2]
              + ",file.target=iqn.2026-11.io.lunette:sanitize,file.lun=0";
      ForeignTool.succeed(
          ForeignTool.qemuIo(
              image,
              List.of(
                  "write -s " + secret() + " 1M 1M",
                  "write -s " + secret() + " 8M 1M",
                  "flush",
                  "discard 8M 1M",
                  "flush")));
      int before = secretsIn(pool);

      String output =
          ForeignTool.run(
                  "iscsi-test-cu",
                  "--dataloss",
                  "--allow-sanitize",
                  "--test=ALL.Sanitize." + kind,
                  target.url(),
                  target.url())
              .output();

      assertThat(before).isGreaterThan(2 * MIB / SECRET.length() / 2);
      assertThat(output).containsPattern("asserts\\s+\\d+\\s+\\d+\\s+\\d+\\s+0\\s");
      assertThat(secretsIn(pool)).as("secrets on the device").isZero();
    }
  }
}
