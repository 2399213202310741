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
    Path catalog = served.home.resolve("catalog.db");
    Path copy = directory.resolve("catalog.copy");
    served.stop();
    Files.copy(catalog, copy);
    served.start();
    String replica = allocate("a", "acme");
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 0), List.of("write -P 0xb7 0 2M", "flush")));
    served.kill();
    Files.deleteIfExists(served.home.resolve("catalog.db-wal"));
    Files.deleteIfExists(served.home.resolve("catalog.db-shm"));
    Files.copy(copy, catalog, StandardCopyOption.REPLACE_EXISTING);
    served.start();

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

  private String allocate(String server, String tenant) throws Exception {
    return served
        .call("allocate", server, "--tenant", tenant, "--image", "web")
        .path("replica")
        .asText();
  }
}
