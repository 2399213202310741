/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalog that is put back is older than the pool: it has forgotten who wrote to what. */
class OldCatalogIT {

  private static final String ALICE = "iqn.2026-11.test:alice";
  private static final String BOB = "iqn.2026-11.test:bob";

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    Path image = Files.write(directory.resolve("image.raw"), new byte[16 << 20]);
    served = new ServedHome(directory).start();
    served.call("image", "import", "web", image.toString());
    served.call("pool", "set", "web", "--ready", "2");
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("server", "add", "b", "--iqn", BOB);
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void whatATenantWroteSinceIsGivenToNobodyBeforeItsScrub() throws Exception {
    keepCatalog();
    String replica = allocate("a", "acme");
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 0), List.of("write -P 0xb7 0 2M", "flush")));
    putCatalogBack();

    assertThat(Replicas.in(served, "QUARANTINED")).isEqualTo(1);
    assertThat(served.call("status").path("alerts").toString())
        .contains(replica, "scrub retry " + replica);
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    assertThat(allocate("a", "acme")).isNotEqualTo(replica);
    assertThat(allocate("b", "other")).isNotEqualTo(replica);
    for (String initiator : List.of(ALICE, BOB)) {
      ForeignTool.succeed(
          ForeignTool.qemuIo(served.image(initiator, 0), List.of("read -P 0 0 16M")));
    }

    served.call("scrub", "retry", replica);

    Eventually.holds(() -> Replicas.in(served, "QUARANTINED", "SCRUBBING") == 0);
    JsonNode claims = served.call("scrub", "certificate", replica).path("payload");
    assertThat(claims.path("erasedBytes").asLong()).isGreaterThanOrEqualTo(2 << 20);
    assertThat(claims.has("tenant")).isFalse();
    Path pool = served.home.resolve("pool.lunette");
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isFalse();
  }

  @Test
  void whatWasErasedAndGivenToAnotherSinceIsNotShownToWhoHadItBefore() throws Exception {
    assertShownToNobodyOnceAnotherHadIt();
  }

  /** Of the volume that was erased nothing is left to tell that. */
  @Test
  void whatWasMadeAnewAndGivenToAnotherSinceIsNotShownToWhoHadItBefore() throws Exception {
    served.call("pool", "set", "web", "--ready", "0");
    Eventually.holds(() -> Replicas.in(served, "READY") == 0);
    served.call("pool", "set", "web", "--kind", "independent", "--ready", "2");
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);

    assertShownToNobodyOnceAnotherHadIt();
  }

  private void assertShownToNobodyOnceAnotherHadIt() throws Exception {
    String replica = allocate("a", "acme");
    keepCatalog();
    served.call("release", "a");
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING", "BUILDING") == 0);
    giveToBob(replica);
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(BOB, 0), List.of("write -P 0xb7 0 2M", "flush")));
    putCatalogBack();

    assertThat(served.call("status").path("alerts").toString())
        .contains("server a holds it by this catalog", "scrub retry " + replica);
    assertThat(
            ForeignTool.run(ForeignTool.qemuIo(served.image(ALICE, 0), List.of("read 0 4k")))
                .status())
        .isNotZero();
    Eventually.holds(() -> Replicas.in(served, "READY") > 0);
    assertThat(allocate("a", "acme")).isNotEqualTo(replica);
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(ALICE, 0), List.of("read -P 0 0 16M")));

    served.call("scrub", "retry", replica);

    Eventually.holds(() -> Replicas.in(served, "SCRUBBING") == 0);
    assertThat(served.call("scrub", "certificate", replica).path("payload").has("tenant"))
        .isFalse();
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), Bytes.block(0xb7))).isFalse();
  }

  /** Those that are ready for longer are given first. */
  private void giveToBob(String replica) throws Exception {
    int most = Replicas.in(served, "READY");
    while (!allocate("b", "other").equals(replica)) {
      assertThat(--most).isPositive();
      served.call("release", "b");
    }
  }

  private void keepCatalog() throws Exception {
    served.stop();
    Files.copy(served.home.resolve("catalog.db"), directory.resolve("catalog.copy"));
    served.start();
  }

  private void putCatalogBack() throws Exception {
    served.kill();
    Path catalog = served.home.resolve("catalog.db");
    Files.deleteIfExists(served.home.resolve("catalog.db-wal"));
    Files.deleteIfExists(served.home.resolve("catalog.db-shm"));
    Files.copy(directory.resolve("catalog.copy"), catalog, StandardCopyOption.REPLACE_EXISTING);
    served.start();
  }

  private String allocate(String server, String tenant) throws Exception {
    return served
        .call("allocate", server, "--tenant", tenant, "--image", "web")
        .path("replica")
        .asText();
  }
}
