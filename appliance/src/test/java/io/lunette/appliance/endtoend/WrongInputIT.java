/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong input gives one clear line and the right exit status, and damages nothing. */
class WrongInputIT {

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    served = new ServedHome(directory).start();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void commandsSayWhatIsWrongInOneLine() throws Exception {
    Path odd = Files.write(directory.resolve("odd.raw"), new byte[1]);
    Path text = Files.writeString(directory.resolve("text.qcow2"), "no image at all");

    fails(1, "no-such-file", "image", "import", "web", directory + "/no-such-file");
    fails(1, "not a positive multiple", "volume", "create", "v", "--size", "5000");
    fails(1, "text.qcow2", "image", "import", "web", text.toString(), "--format", "qcow2");
    fails(1, "'nobody'", "allocate", "nobody", "--tenant", "acme", "--image", "web");
    fails(1, "'nobody'", "release", "nobody");
    fails(1, "'web'", "pool", "set", "web", "--ready", "2");
    fails(1, "'web-1'", "scrub", "certificate", "web-1");
    fails(1, "'web-1'", "scrub", "verify", "web-1");
    fails(1, "--all", "scrub", "verify");
    fails(1, "not a certificate", "scrub", "verify", jsonFile().toString());
    fails(1, "holds no public key", "scrub", "verify", "--all", "--public-key", odd.toString());
    fails(2, "--size", "volume", "create", "v");
    fails(1, "use 512 or 4096", "volume", "create", "v", "--size", "1M", "--block-size", "1024");
    String none = directory + "/none";
    failsAsTarget(1, "does not exist", none, "--read-only");
    failsAsTarget(2, "neither 512 nor 4096", none, "--block-size", "1024");
    failsAsTarget(
        2,
        "less than the --block-size",
        none,
        "--block-size",
        "4096",
        "--physical-block-size",
        "512");
    failsAsTarget(2, "neither 512 nor 4096", none, "--physical-block-size", "1024");
    assertThat(Path.of(none)).doesNotExist();
    fails(2, "there is no command 'no-such-command'", "no-such-command");
    fails(2, "there is no command 'nonsense'", "image", "nonsense");
    fails(2, "'extra' is one word too many", "status", "extra");
    fails(2, "'xml' is not table or json", "-o", "xml", "status");
    fails(2, "'many' is not a whole number", "pool", "set", "web", "--ready", "many");
    fails(1, "use one of", "replica", "list", "--state", "lost");
    fails(1, "/dev/null is a device", "volume", "import", "v", "/dev/null");
    fails(2, "'x' is neither a time such as", "audit", "list", "--since", "x");
    assertThat(served.call("image", "list")).isEmpty();
    assertThat(served.call("volume", "list")).isEmpty();
    assertThat(odd).exists();
  }

  @Test
  void aContainerOfAnImageIsNotTakenForADisk() throws Exception {
    byte[] content = new byte[1 << 20];
    Arrays.fill(content, (byte) 1);
    Path raw = Files.write(directory.resolve("disk.raw"), content);
    Path qcow2 = directory.resolve("disk.qcow2");
    Path vmdk = directory.resolve("disk.vmdk");
    ForeignTool.succeed("qemu-img", "convert", "-O", "qcow2", raw.toString(), qcow2.toString());
    ForeignTool.succeed("qemu-img", "convert", "-O", "vmdk", raw.toString(), vmdk.toString());

    fails(1, "say the format qcow2", "image", "import", "web", qcow2.toString());
    fails(1, "is a vmdk image", "image", "import", "web", vmdk.toString());
    fails(1, "say the format qcow2", "volume", "import", "v", qcow2.toString());

    assertThat(served.call("image", "list")).isEmpty();
    assertThat(served.call("volume", "list")).isEmpty();
    assertThat(served.run("image", "import", "web", qcow2.toString(), "--format", "raw").status())
        .isZero();
  }

  @Test
  void whatAPolicyDoesNotHaveIsRefusedAndChangesNothing() throws Exception {
    Path raw = Files.write(directory.resolve("disk.raw"), new byte[1 << 20]);
    served.call("image", "import", "web", raw.toString());
    served.call(
        "pool", "set", "web", "--ready", "0", "--scrub-method", "overwrite", "--scrub-passes", "3");

    fails(1, "say the scrub method too", "pool", "set", "web", "--scrub-passes", "2");
    fails(1, "crypto, reformat", "pool", "set", "web", "--scrub-method", "burn");
    fails(1, "have no keys to destroy", "pool", "set", "web", "--scrub-method", "crypto");

    assertThat(served.call("pool", "list").path(0).at("/policy/scrubMethod").asText())
        .isEqualTo("overwrite");
  }

  @Test
  void whatAnEraseWouldNotHeedIsRefused() throws Exception {
    served.call("volume", "create", "v", "--size", "1M");

    fails(1, "zero-fill knows no passes", "volume", "erase", "v", "--passes", "0");
    fails(1, "zero-fill knows no passes", "volume", "erase", "v", "--pattern", "55");
    fails(1, "say which share", "volume", "erase", "v", "--seed", "7");
    fails(1, "say which share", "volume", "erase", "v", "--seed", "0", "--verify", "none");

    assertThat(served.call("job", "list")).isEmpty();
  }

  @Test
  void whatAnEraseReadsBackIsReportedAsItWas() throws Exception {
    Path content = directory.resolve("content.raw");
    byte[] block = Bytes.block(0xb7);
    Files.write(content, block);
    served.call("volume", "import", "v", content.toString());
    Path pool = served.home.resolve("pool.lunette");
    assertThat(Bytes.occurIn(pool, block)).isTrue();

    JsonNode sampled = served.call("volume", "erase", "v", "--verify", "10%", "--seed", "7");
    assertThat(sampled.path("verify").asBoolean()).isTrue();
    assertThat(sampled.path("verifiedPartsPerMillion").asInt()).isEqualTo(100_000);
    assertThat(Bytes.occurIn(pool, block)).isFalse();
    JsonNode unread = served.call("volume", "erase", "v", "--verify", "none");
    assertThat(unread.path("verify").asBoolean()).isFalse();
  }

  @Test
  void aCommandWithoutAnApplianceSaysSo() throws Exception {
    assertThat(served.stop()).isZero();

    fails(1, "serve", "status");
  }

  @Test
  void aSecondApplianceStartsOnNothingThatIsInUse() throws Exception {
    Path other = directory.resolve("other");
    Path pool = served.home.resolve("pool.lunette");

    refuses(served.home, "stop it first", "--portal", "127.0.0.1:0");
    refuses(
        other,
        "in use by another Lunette process",
        "--portal",
        "127.0.0.1:0",
        "--pool-file",
        pool.toString());
    refuses(other, "Address already in use", "--portal", served.portal());

    assertThat(served.call("status").path("alerts")).isEmpty();
  }

  @Test
  void aFileThatIsNoPoolIsLeftAsItWas() throws Exception {
    byte[] content = "something else".repeat(1000).getBytes(StandardCharsets.UTF_8);
    Path file = Files.write(directory.resolve("file"), content);

    refuses(
        directory.resolve("other"),
        "not a Lunette pool",
        "--portal",
        "127.0.0.1:0",
        "--pool-file",
        file.toString());

    assertThat(file).hasBinaryContent(content);
  }

  @Test
  void aFullPoolIsAnAnswer() throws Exception {
    served.stop();
    served = new ServedHome(Files.createDirectory(directory.resolve("small")));
    served.start("--pool-size", "32M");
    Path image = directory.resolve("big.raw");
    byte[] some = new byte[48 << 20];
    Arrays.fill(some, (byte) 1);
    Files.write(image, some);

    fails(1, "the pool is full", "image", "import", "web", image.toString());

    assertThat(served.call("image", "list")).isEmpty();
    fails(1, "does not shrink", "pool", "grow", "--size", "16M");
    assertThat(served.call("pool", "grow", "--size", "128M").path("sizeBytes").asLong())
        .isEqualTo(128L << 20);
    Eventually.holds(() -> served.run("image", "import", "web", image.toString()).status() == 0);
  }

  @Test
  void aFullPoolTakesASmallerImage() throws Exception {
    served.stop();
    served = new ServedHome(Files.createDirectory(directory.resolve("small")));
    served.start("--pool-size", "32M");
    Path image = directory.resolve("big.raw");
    byte[] some = new byte[48 << 20];
    Arrays.fill(some, (byte) 1);
    Files.write(image, some);
    fails(1, "the pool is full", "image", "import", "web", image.toString());

    Files.write(image, Arrays.copyOf(some, 4 << 20));
    Eventually.holds(() -> served.run("image", "import", "web", image.toString()).status() == 0);
  }

  private Path jsonFile() throws Exception {
    return Files.writeString(directory.resolve("a.json"), "{}");
  }

  private void failsAsTarget(int status, String hint, String file, String... options)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("target", "--file", file, "--size", "1M", "--portal", "127.0.0.1:0"));
    command.addAll(List.of(options));
    fails(status, hint, command.toArray(String[]::new));
  }

  private void fails(int status, String part, String... command) {
    ServedHome.Outcome outcome = served.run(command);

    assertThat(outcome.status()).as(outcome.toString()).isEqualTo(status);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).startsWith("lunette: ").contains(part);
    assertThat(outcome.out()).isEmpty();
  }

  private void refuses(Path home, String part, String... options) throws Exception {
    Path log = directory.resolve("refused.log");
    Process process = ServedHome.launch(home, log, List.of(options));
    try {
      assertThat(process.waitFor(30, SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(log);
    assertThat(process.exitValue()).as(said).isEqualTo(1);
    assertThat(said.lines()).hasSize(1);
    assertThat(said).startsWith("lunette: ").contains(part);
  }
}
