/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The driver and the provider of SMI-S meet: one appliance is the array, another drives it over
 * HTTPS, data goes over iSCSI, and foreign initiators and the array's own pool file say what is so.
 */
class SmisArrayIT {

  private static final String ALICE = "iqn.2026-11.test:alice";
  private static final String BOB = "iqn.2026-11.test:bob";
  private static final int SIZE = 16 << 20;
  private static final int READY = 2;

  @TempDir static Path directory;
  private static Path image;
  private static ArrayPair pair;
  private static ServedHome array;
  private static ServedHome served;

  @BeforeAll
  static void start() throws Exception {
    image = directory.resolve("image.raw");
    byte[] some = new byte[3 << 20];
    new Random(1).nextBytes(some);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(1 << 20);
      file.write(some);
      file.setLength(SIZE);
    }
    pair = ArrayPair.start(directory);
    array = pair.array;
    served = pair.served;
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("server", "add", "b", "--iqn", BOB);
    served.call("image", "import", "web", image.toString(), "--array", "basement");
    served.call("pool", "set", "web", "--ready", "" + READY, "--scrub-threshold", "1");
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  /** Where a foreign initiator finds what it was given. */
  private static String lun(JsonNode given, String initiator) {
    return "driver=raw,file.driver=iscsi,file.transport=tcp,file.portal="
        + given.path("portal").asText()
        + ",file.target="
        + given.path("target").asText()
        + ",file.lun="
        + given.path("lun").asText()
        + ",file.initiator-name="
        + initiator;
  }

  private void assertHolds(JsonNode given, String initiator, Path wanted) throws Exception {
    ForeignTool.succeed(
        "qemu-img",
        "compare",
        "--image-opts",
        lun(given, initiator),
        "driver=raw,file.driver=file,file.filename=" + wanted);
  }

  private void qemuIo(JsonNode given, String initiator, String... commands) throws Exception {
    ForeignTool.succeed(ForeignTool.qemuIo(lun(given, initiator), List.of(commands)));
  }

  private String seen(String initiator) throws Exception {
    return ForeignTool.run("iscsi-ls", "-s", "-i", initiator, "iscsi://" + array.portal()).output();
  }

  /** Whether the array's own device holds the trace of a tenant. */
  private boolean isOnTheArray(int trace) throws Exception {
    byte[] block = new byte[4096];
    Arrays.fill(block, (byte) trace);
    return Bytes.occurIn(array.home.resolve("pool.lunette"), block);
  }

  private JsonNode allocate(String server) throws Exception {
    return served.call("allocate", server, "--tenant", "acme", "--image", "web");
  }

  /** How many volumes of the array have that in their names. */
  private static long onTheArray(String part) throws Exception {
    return array.call("volume", "list").findValuesAsText("name").stream()
        .filter(each -> each.contains(part))
        .count();
  }

  /** So many replicas are ready, and the array has one volume for each and no other. */
  private static void settles(int ready) throws Exception {
    Eventually.holds(() -> Replicas.in(served, "READY") >= ready);
    Eventually.holds(() -> Replicas.in(served, "BUILDING", "RETURNED", "SCRUBBING") == 0);
    int kept = Replicas.in(served, "READY", "ALLOCATED");
    Eventually.holds(() -> onTheArray("replica") == kept);
    assertThat(onTheArray("image-web")).isEqualTo(1);
    assertThat(Replicas.in(served, "FAILED", "QUARANTINED")).isZero();
  }

  @Test
  void imagesAndReplicasLiveOnTheArrayAsInTheLocalPool() throws Exception {
    JsonNode described = served.call("array", "show", "basement");
    assertThat(described.path("copies").asText()).isEqualTo("ReplicationService");
    assertThat(described.path("masking").asText()).isEqualTo("Masking and Mapping");
    assertThat(described.path("indications").asBoolean()).isTrue();
    settles(READY);

    JsonNode given = allocate("a");
    assertThat(given.path("portal").asText()).isEqualTo(array.portal());
    assertThat(given.path("target").asText()).isEqualTo(array.target());
    assertHolds(given, ALICE, image);
    assertThat(seen(ALICE)).contains("Lun:");
    assertThat(seen(BOB)).doesNotContain("Lun:");
    qemuIo(given, ALICE, "write -P 0xb7 0 2M", "write -P 0xb7 8M 1M", "flush");
    assertThat(isOnTheArray(0xb7)).isTrue();

    served.call("release", "a");
    assertThat(seen(ALICE)).doesNotContain("Lun:");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);
    JsonNode certificate = served.call("scrub", "certificate", given.path("replica").asText());
    assertThat(certificate.at("/payload/verification/result").asText()).isEqualTo("PASSED");
    assertThat(certificate.toString()).contains("array basement");
    assertThat(isOnTheArray(0xb7)).isFalse();
    assertHolds(allocate("b"), BOB, image);
    served.call("release", "b");
  }

  @Test
  void aVolumeOnTheArrayIsMadeCopiedRestoredErasedAndDeleted() throws Exception {
    served.call("volume", "create", "disk", "--size", "16M", "--array", "basement");
    JsonNode given = served.call("volume", "map", "disk", "--server", "a");
    qemuIo(given, ALICE, "write -P 0x11 0 4M", "flush");
    JsonNode snapshot = served.call("volume", "snapshot", "disk", "disk-before");
    assertThat(snapshot.path("state").asText()).isEqualTo("SEALED");
    qemuIo(given, ALICE, "write -P 0xb8 2M 4M", "flush");
    served.call("volume", "unmap", "disk", "--server", "a");
    assertThat(seen(ALICE)).doesNotContain("Lun:");
    served.call("volume", "rollback", "disk", "disk-before");
    served.call("volume", "clone", "disk-before", "disk-clone");
    served.call("volume", "clone", "disk-before", "disk-copy", "--full");

    JsonNode restored = served.call("volume", "map", "disk", "--server", "a");
    qemuIo(restored, ALICE, "read -P 0x11 0 4M", "read -P 0 4M 12M");
    served.call("volume", "unmap", "disk", "--server", "a");
    for (String each : List.of("disk-clone", "disk-copy", "disk-before")) {
      JsonNode other = served.call("volume", "map", each, "--server", "b");
      String[] read = {
        "qemu-io",
        "-r",
        "--image-opts",
        "-c",
        "read -P 0x11 0 4M",
        "-c",
        "read -P 0 4M 12M",
        lun(other, BOB)
      };
      ForeignTool.succeed(read);
      served.call("volume", "unmap", each, "--server", "b");
    }
    served.call("volume", "resize", "disk-copy", "--size", "20M");
    JsonNode resized = served.call("volume", "map", "disk-copy", "--server", "b");
    qemuIo(resized, BOB, "read -P 0x11 0 4M", "read -P 0 4M 16M", "write -P 0xb8 18M 2M");
    served.call("volume", "unmap", "disk-copy", "--server", "b");

    assertThat(isOnTheArray(0x11)).isTrue();
    assertThat(isOnTheArray(0xb8)).isTrue();
    JsonNode erased = served.call("volume", "erase", "disk");
    assertThat(erased.findValue("verifiedBytes").asLong()).isEqualTo(SIZE);
    for (String each : List.of("disk-copy", "disk-clone", "disk", "disk-before")) {
      served.call("volume", "delete", each);
    }
    Eventually.holds(() -> onTheArray("disk") == 0);
    Eventually.holds(() -> array.call("status").at("/space/dirtyBytes").asLong() == 0);
    assertThat(isOnTheArray(0xb8)).isFalse();
    assertThat(isOnTheArray(0x11)).isFalse();
  }

  @Test
  void aFileIsImportedIntoAVolumeOnTheArray() throws Exception {
    JsonNode made =
        served.call("volume", "import", "letter", image.toString(), "--array", "basement");
    assertThat(made.path("sizeBytes").asInt()).isEqualTo(SIZE);
    assertThat(onTheArray("letter")).isEqualTo(1);
    JsonNode given = served.call("volume", "map", "letter", "--server", "b");
    assertHolds(given, BOB, image);
    served.call("volume", "unmap", "letter", "--server", "b");

    ServedHome.Outcome refused =
        served.run("volume", "import", "other", image.toString(), "--array", "attic");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("attic");
    served.call("volume", "delete", "letter");
    Eventually.holds(() -> onTheArray("letter") == 0);
  }

  @Test
  void anArrayIsKnownByItsCertificateAlone() throws Exception {
    pair.register("again", "--pin", pair.provider("sha256"));
    assertThat(served.call("array", "list")).hasSize(2);
    served.call("array", "remove", "again");

    ServedHome.Outcome refused = pair.registration("other", "--pin", "0".repeat(64));

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("array 'other'").contains("not the one that is pinned");
    assertThat(served.call("array", "list")).hasSize(1);
  }
}
