/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of real scrubs on a running appliance, verified here and by OpenSSL. */
class CertificateIT {

  private static final String ALICE = "iqn.2026-11.test:alice";

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    Path image = Files.write(directory.resolve("image.raw"), new byte[16 << 20]);
    served = new ServedHome(directory).start();
    served.call("image", "import", "web", image.toString());
    served.call("pool", "set", "web", "--ready", "2");
    served.call("server", "add", "a", "--iqn", ALICE);
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private String scrubbed() throws Exception {
    JsonNode allocation = served.call("allocate", "a", "--tenant", "acme", "--image", "web");
    String replica = allocation.path("replica").asText();
    ForeignTool.succeed(
        ForeignTool.qemuIo(
            served.image(ALICE, 0), List.of("write -P 0xb7 1M 2M", "write -P 7 8M 4k", "flush")));
    Path pool = served.home.resolve("pool.lunette");
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isTrue();
    assertThat(Bytes.occurIn(pool, Bytes.block(7))).isTrue();
    served.call("release", "a");
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isFalse();
    assertThat(Bytes.occurIn(pool, Bytes.block(7))).isFalse();
    return replica;
  }

  @Test
  void certificateSaysWhatWasDoneAndOpensslVerifiesIt() throws Exception {
    String replica = scrubbed();
    Path export = directory.resolve("export");

    JsonNode claims =
        served.call("scrub", "certificate", replica, "--export", export.toString()).path("payload");

    assertThat(claims.path("replica").asText()).isEqualTo(replica);
    assertThat(claims.path("tenant").asText()).isEqualTo("acme");
    assertThat(claims.path("erasedBytes").asLong()).isGreaterThanOrEqualTo((2 << 20) + 4096);
    assertThat(claims.at("/sanitization/method").asText()).isEqualTo("ZERO_FILL");
    assertThat(claims.at("/sanitization/claim").asText()).isEqualTo("CLEAR");
    assertThat(claims.at("/verification/verifiedBytes")).isEqualTo(claims.path("erasedBytes"));
    assertThat(openssl(export).output()).contains("Signature Verified Successfully");

    byte[] signed = Files.readAllBytes(export.resolve("signed.json"));
    signed[signed.length / 2] ^= 1;
    Files.write(export.resolve("signed.json"), signed);
    assertThat(openssl(export).status()).isNotZero();
  }

  /** While scrubs are paused nobody listens for the end of what the engine goes on with. */
  @Test
  void eraseWhoseEndNobodyHeardIsCertifiedAsItWasDone() throws Exception {
    String replica =
        served.call("allocate", "a", "--tenant", "acme", "--image", "web").path("replica").asText();
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 0), List.of("write -P 0xb7 0 4M", "flush")));
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), Bytes.block(0xb7))).isTrue();
    served.call("scrub", "limit", "512K");
    served.call("release", "a");
    served.call("scrub", "run");
    served.call("scrub", "pause");
    served.kill();
    served.start();
    served.call("scrub", "limit", "none");
    Eventually.holds(() -> served.call("status").at("/space/dirtyBytes").asLong() == 0);
    assertThat(Replicas.in(served, "SCRUBBING")).isEqualTo(1);
    served.kill();
    served.start();

    served.call("scrub", "resume");

    Eventually.holds(() -> Replicas.in(served, "SCRUBBING") == 0);
    JsonNode claims = served.call("scrub", "certificate", replica).path("payload");
    assertThat(claims.path("erasedBytes").asLong()).isEqualTo(4 << 20);
    assertThat(claims.at("/verification/verifiedBytes").asLong()).isEqualTo(4 << 20);
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), Bytes.block(0xb7))).isFalse();
  }

  @Test
  void anEraseByHandIsCertifiedOnceWhateverKillsTheAppliance() throws Exception {
    served.call("volume", "create", "disk", "--size", "8M");
    write("disk");
    JsonNode whole = served.call("volume", "erase", "disk");
    assertThat(whole.path("certificate").asLong()).isEqualTo(2);
    write("disk");
    served.call("scrub", "limit", "512K");
    Process erase = served.begin("volume", "erase", "disk", "--method", "overwrite");
    Eventually.holds(this::isHalfDone);
    served.kill();
    assertThat(erase.waitFor(30, TimeUnit.SECONDS)).isTrue();
    served.start();
    served.kill();
    served.start();
    served.call("scrub", "limit", "none");

    Eventually.holds(
        () -> served.call("scrub", "certificate", "--volume", "disk", "--all").size() == 2);

    JsonNode claims = served.call("scrub", "certificate", "--volume", "disk").path("payload");
    assertThat(claims.path("sequence").asLong()).isEqualTo(3);
    assertThat(claims.at("/sanitization/method").asText()).isEqualTo("OVERWRITE");
    assertThat(claims.path("erasedBytes").asLong()).isEqualTo(4 << 20);
    assertThat(claims.at("/verification/verifiedBytes").asLong()).isEqualTo(4 << 20);
    JsonNode again = served.call("volume", "erase", "disk", "--method", "overwrite");
    assertThat(again.path("certificate").asLong()).isEqualTo(3);
    assertThat(served.call("scrub", "verify", "--all").path("documents").asInt()).isEqualTo(3);
    Path pool = served.home.resolve("pool.lunette");
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isFalse();
    assertThat(served.run("scrub", "certificate", "--volume", "other").err())
        .contains("no erase by hand of a volume 'other' was certified");
  }

  private boolean isHalfDone() throws Exception {
    for (JsonNode job : served.call("job", "list")) {
      if (job.path("state").asText().equals("RUNNING") && job.path("doneBytes").asLong() > 0) {
        return true;
      }
    }
    return false;
  }

  private void write(String volume) throws Exception {
    served.call("volume", "map", volume, "--server", "a", "--lun", "0");
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 0), List.of("write -P 0xb7 0 4M", "flush")));
    assertThat(served.run("volume", "unmap", volume, "--server", "a").status()).isZero();
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), Bytes.block(0xb7))).isTrue();
  }

  private static ForeignTool openssl(Path export) throws Exception {
    return ForeignTool.run(
        "openssl",
        "pkeyutl",
        "-verify",
        "-rawin",
        "-pubin",
        "-inkey",
        export.resolve("public-key.pem").toString(),
        "-in",
        export.resolve("signed.json").toString(),
        "-sigfile",
        export.resolve("signature.bin").toString());
  }

  @Test
  void chainIsVerifiedThroughTheApplianceAndOfflineAndAcrossANewKey() throws Exception {
    String replica = scrubbed();
    Path early = kept("early.json");
    served.call("scrub", "key", "--rotate");
    scrubbed();

    assertThat(served.call("scrub", "verify", replica).path("ofReplica").asInt()).isPositive();
    assertThat(served.call("scrub", "verify", "--all").path("documents").asInt()).isEqualTo(4);
    assertThat(served.call("scrub", "key")).hasSize(2);
    assertThat(served.run("scrub", "verify", "--all", "--head", early.toString()).status())
        .isZero();
    Path late = kept("late.json");
    Path keys = served.home.resolve("certificate-keys.pub.pem");
    Path key = Files.copy(keys, directory.resolve("keys.pem"));
    assertThat(served.stop()).isZero();

    verifies(late, key);
    served.start();
    assertThat(served.run("scrub", "verify", "--all", "--head", late.toString()).status()).isZero();
  }

  @Test
  void whatWasDoneToAChainIsNamed() throws Exception {
    scrubbed();
    scrubbed();
    Path chain = kept("chain.json");
    Path key = served.home.resolve("certificate-keys.pub.pem");
    verifies(chain, key);

    Path second = write(read(chain).at("/documents/1"));
    verifies(second, key);
    fails("says nothing of certificate 2 by itself", second, key, "--head", chain.toString());

    ObjectNode tampered = read(chain);
    ((ObjectNode) tampered.at("/documents/1/payload")).put("tenant", "nobody");
    fails("certificate 2 is not what was signed", write(tampered), key);

    ObjectNode gap = read(chain);
    ((ArrayNode) gap.path("documents")).remove(1);
    fails("certificate 2 is missing", write(gap), key);

    ObjectNode cut = read(chain);
    ((ArrayNode) cut.path("documents")).remove(2);
    fails(
        "certificate 3 is missing: the chain ends at 2, its signed head names 3", write(cut), key);

    Path other = directory.resolve("other.pem");
    Path secret = directory.resolve("other.key");
    ForeignTool.succeed("openssl", "genpkey", "-algorithm", "ed25519", "-out", secret.toString());
    ForeignTool.succeed(
        "openssl", "pkey", "-in", secret.toString(), "-pubout", "-out", other.toString());
    fails("a key that is not trusted", chain, other);
  }

  private Path kept(String name) throws Exception {
    return Files.writeString(
        directory.resolve(name), served.run("scrub", "certificate", "--all").out());
  }

  private static ObjectNode read(Path chain) throws Exception {
    return (ObjectNode) new ObjectMapper().readTree(Files.readAllBytes(chain));
  }

  private Path write(JsonNode chain) throws Exception {
    return Files.writeString(directory.resolve("changed.json"), chain.toString());
  }

  private void verifies(Path file, Path key) {
    ServedHome.Outcome outcome =
        served.run("scrub", "verify", file.toString(), "--public-key", key.toString());
    assertThat(outcome.status()).as(outcome.toString()).isZero();
  }

  private void fails(String why, Path file, Path key, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of("scrub", "verify", file.toString(), "--public-key", key.toString()));
    command.addAll(List.of(more));
    ServedHome.Outcome outcome = served.run(command.toArray(String[]::new));
    assertThat(outcome.status()).as(outcome.toString()).isEqualTo(1);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).contains(why);
  }
}
