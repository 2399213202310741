/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An appliance whose volumes have keys, as its operator and an initiator meet it. */
class EncryptionIT {

  private static final String INITIATOR = "iqn.2026-11.com.example:web1";
  private static final String SECRET = "the secret of a tenant, told to nobody;";
  private static final int MIB = 1 << 20;

  @TempDir private Path directory;

  private Path secret() throws Exception {
    return Files.writeString(
        directory.resolve("secret"), SECRET.repeat(MIB / SECRET.length() + 1).substring(0, MIB));
  }

  private static boolean isInPool(ServedHome served) throws Exception {
    byte[] pool = Files.readAllBytes(served.home.resolve("pool.lunette"));
    return new String(pool, ISO_8859_1).contains(SECRET.substring(0, 16));
  }

  private static Path keyFile(ServedHome served) throws Exception {
    try (Stream<Path> files = Files.list(served.home.resolve("keys"))) {
      return files.findFirst().orElseThrow();
    }
  }

  private static JsonNode volume(ServedHome served, String name) throws Exception {
    for (JsonNode volume : served.call("volume", "list")) {
      if (volume.get("name").asText().equals(name)) {
        return volume;
      }
    }
    throw new AssertionError("no volume " + name);
  }

  @Test
  void anEncryptedVolumeIsReadByItsInitiatorAndByNobodyElse() throws Exception {
    ServedHome served = new ServedHome(directory);
    try (served) {
      served.start("--pool-size", "256M");
      served.call("server", "add", "web1", "--iqn", INITIATOR);
      served.call("volume", "create", "plain", "--size", "16M");
      served.call("volume", "create", "vault", "--size", "16M", "--encrypt");
      served.call("volume", "map", "vault", "--server", "web1", "--lun", "3");
      served.call("volume", "map", "plain", "--server", "web1", "--lun", "4");
      assertThat(volume(served, "vault").get("encrypted").asBoolean()).isTrue();
      assertThat(volume(served, "plain").get("encrypted").asBoolean()).isFalse();
      write(served, 3);
      assertThat(isInPool(served)).isFalse();
      assertThat(served.stop()).isZero();

      Path keys = keyFile(served);
      Path away = Files.move(keys, directory.resolve("away"));
      served.start("--pool-size", "256M");
      assertThat(served.call("status").get("alerts").toString())
          .contains(keys.toString())
          .contains("is not there");
      assertThat(served.run("volume", "create", "more", "--size", "16M", "--encrypt").err())
          .contains("is not there");
      write(served, 4);
      assertThat(served.stop()).isZero();

      Files.move(away, keys);
      served.start("--pool-size", "256M");
      assertThat(served.call("status").get("alerts").toString()).doesNotContain("key");
      String read =
          ForeignTool.succeed(
              ForeignTool.qemuIo(
                  served.image(INITIATOR, 3), List.of("read -P 0x74 1M 1", "read -v 1M 512")));
      assertThat(read).contains("the.secret.of.a.");
    }
  }

  @Test
  void anEraseByKeyChangesTheKeyFileAndEmptiesTheVolume() throws Exception {
    ServedHome served = new ServedHome(directory);
    try (served) {
      served.start("--pool-size", "256M", "--encrypt");
      served.call("server", "add", "web1", "--iqn", INITIATOR);
      served.call("volume", "create", "vault", "--size", "16M");
      served.call("volume", "map", "vault", "--server", "web1", "--lun", "3");
      Ciphertext ciphertext = Ciphertext.in(served.home.resolve("pool.lunette"));
      write(served, 3);
      assertThat(ciphertext.written()).isGreaterThanOrEqualTo(MIB / 4096);
      assertThat(served.run("volume", "unmap", "vault", "--server", "web1").status()).isZero();
      byte[] before = Files.readAllBytes(keyFile(served));

      JsonNode report = served.call("volume", "erase", "vault", "--method", "crypto");

      assertThat(report.toString()).contains("KEY_DESTROYED");
      assertThat(ciphertext.left()).isZero();
      assertThat(Files.readAllBytes(keyFile(served))).isNotEqualTo(before);
      served.call("volume", "map", "vault", "--server", "web1", "--lun", "3");
      ForeignTool.succeed(
          ForeignTool.qemuIo(served.image(INITIATOR, 3), List.of("read -P 0 0 16M")));
    }
  }

  @Test
  void aReturnedReplicaIsErasedByKeyAndItsCertificateSaysSo() throws Exception {
    ServedHome served = new ServedHome(directory);
    try (served) {
      served.start("--pool-size", "256M", "--encrypt");
      served.call("image", "import", "web", image().toString());
      served.call("pool", "set", "web", "--ready", "1", "--scrub-method", "crypto");
      served.call("server", "add", "web1", "--iqn", INITIATOR);
      Eventually.holds(() -> Replicas.in(served, "READY") == 1);
      String replica =
          served
              .call("allocate", "web1", "--tenant", "acme", "--image", "web")
              .path("replica")
              .asText();
      Ciphertext ciphertext = Ciphertext.in(served.home.resolve("pool.lunette"));
      write(served, 0);
      assertThat(ciphertext.written()).isGreaterThanOrEqualTo(MIB / 4096);
      byte[] before = Files.readAllBytes(keyFile(served));

      served.call("release", "web1");
      served.call("scrub", "run");
      Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);

      assertThat(ciphertext.left()).isZero();
      JsonNode claims = served.call("scrub", "certificate", replica).path("payload");
      assertThat(claims.at("/sanitization/method").asText()).isEqualTo("CRYPTO");
      assertThat(claims.at("/sanitization/claim").asText()).isEqualTo("CRYPTOGRAPHIC_ERASE");
      assertThat(claims.at("/sanitization/key").asText()).matches("[0-9a-f]{1,16}");
      assertThat(claims.at("/verification/verifiedBytes")).isEqualTo(claims.path("erasedBytes"));
      assertThat(Files.readAllBytes(keyFile(served))).isNotEqualTo(before);
      served.call("allocate", "web1", "--tenant", "other", "--image", "web");
      ForeignTool.succeed(
          ForeignTool.qemuIo(
              served.image(INITIATOR, 0), List.of("read -P 0x69 0 1M", "read -P 0 1M 1M")));
    }
  }

  private Path image() throws Exception {
    Path file = directory.resolve("web.raw");
    byte[] content = new byte[4 * MIB];
    Arrays.fill(content, 0, MIB, (byte) 0x69);
    return Files.write(file, content);
  }

  private void write(ServedHome served, int lun) throws Exception {
    ForeignTool.succeed(
        ForeignTool.qemuIo(
            served.image(INITIATOR, lun), List.of("write -s " + secret() + " 1M 1M", "flush")));
  }
}
