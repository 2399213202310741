/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool that is put back is older than the catalog: it has what others wrote before a scrub. */
class OldPoolIT {

  private static final String ALICE = "iqn.2026-11.test:alice";
  private static final String BOB = "iqn.2026-11.test:bob";

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    Path image = Files.write(directory.resolve("image.raw"), new byte[16 << 20]);
    served = new ServedHome(directory).start();
    served.call("image", "import", "web", image.toString());
    served.call("pool", "set", "web", "--ready", "1");
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("server", "add", "b", "--iqn", BOB);
    Eventually.holds(() -> Replicas.in(served, "READY") == 1);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void whatATenantWroteIsNotShownToTheNextOne() throws Exception {
    String replica = allocate("a");
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 0), List.of("write -P 0xb7 0 2M", "flush")));
    served.stop();
    Path pool = served.home.resolve("pool.lunette");
    Path backup = Files.copy(pool, directory.resolve("pool.copy"));
    served.start();
    handOn(replica);
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(BOB, 0), List.of("read -P 0 0 16M")));

    served.kill();
    Files.copy(backup, pool, StandardCopyOption.REPLACE_EXISTING);
    served.start();

    assertThat(served.call("status").path("alerts").toString())
        .contains("server b holds it by this catalog", "scrub retry " + replica);
    assertThat(
            ForeignTool.run(ForeignTool.qemuIo(served.image(BOB, 0), List.of("read 0 4k")))
                .status())
        .isNotZero();

    served.call("scrub", "retry", replica);

    Eventually.holds(() -> Replicas.in(served, "QUARANTINED", "SCRUBBING") == 0);
    assertThat(served.call("scrub", "certificate", replica).path("payload").has("tenant"))
        .isFalse();
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isFalse();
  }

  @Test
  void whatIsHeldAfterAScrubIsShownAfterEachKill() throws Exception {
    String replica = allocate("a");
    handOn(replica);
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(BOB, 0), List.of("write -P 0xb7 0 2M", "flush")));

    served.kill();
    served.start();

    assertThat(served.call("status").path("alerts").toString()).doesNotContain(replica);
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(BOB, 0), List.of("read -P 0xb7 0 2M")));
  }

  /** From a to b, by way of a scrub. */
  private void handOn(String replica) throws Exception {
    served.call("release", "a");
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);
    int most = Replicas.in(served, "READY");
    while (!allocate("b").equals(replica)) {
      assertThat(--most).isPositive();
      served.call("release", "b");
    }
  }

  private String allocate(String server) throws Exception {
    return served
        .call("allocate", server, "--tenant", "acme", "--image", "web")
        .path("replica")
        .asText();
  }
}
