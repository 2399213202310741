/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Config volumes read over iSCSI by QEMU, and as FAT by blkid and mtools. */
class PersonalityIT {

  private static final String ALICE = "iqn.2026-11.test:alice";

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    Path image = Files.write(directory.resolve("image.raw"), new byte[1 << 20]);
    served = new ServedHome(directory).start();
    served.call("image", "import", "web", image.toString());
    served.call("pool", "set", "web", "--ready", "1");
    served.call("server", "add", "a", "--iqn", ALICE);
    Eventually.holds(() -> Replicas.in(served, "READY") == 1);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private Path template(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text);
  }

  private void setTemplates() throws Exception {
    Path user =
        template(
            "user",
            "#cloud-config\nhostname: ${server}\nssh_authorized_keys:\n  - ${meta.key|quote}\n");
    Path network =
        template("network", "version: 2\nethernets:\n  eth0:\n    addresses: [${meta.ip|quote}]\n");
    served.call(
        "image",
        "set",
        "web",
        "--personality",
        user.toString(),
        "--network-config",
        network.toString());
  }

  private Path config(JsonNode allocation) throws Exception {
    Path file = Files.createTempFile(directory, "config", ".img");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(ALICE, allocation.at("/luns/1/lun").asInt()),
        file.toString());
    return file;
  }

  private static String type(Path volume, String name) throws Exception {
    return ForeignTool.succeed("mtype", "-i", volume.toString(), "::" + name);
  }

  private JsonNode allocate() throws Exception {
    return served.call("allocate", "a", "--tenant", "acme", "--image", "web");
  }

  @Test
  @Tag("WA-5")
  @Tag("HA-4")
  void serverFindsWhatCloudInitLooksFor() throws Exception {
    setTemplates();
    served.call(
        "server", "set", "a", "--meta", "ip=10.0.0.7/24", "--meta", "key=ssh-ed25519 AAAA a@b");
    assertThat(served.call("server", "meta", "a").at("/meta/ip").asText()).isEqualTo("10.0.0.7/24");

    JsonNode allocation = allocate();

    assertThat(allocation.at("/luns/1/role").asText()).isEqualTo("PERSONALITY");
    assertThat(allocation.at("/luns/1/access").asText()).isEqualTo("read-only");
    Path volume = config(allocation);
    assertThat(ForeignTool.succeed("sh", "-c", "PATH=$PATH:/usr/sbin blkid -p -o export " + volume))
        .contains("LABEL=cidata")
        .contains("TYPE=vfat");
    assertThat(ForeignTool.succeed("sh", "-c", "PATH=$PATH:/usr/sbin mdir -i " + volume + " ::"))
        .contains("meta-data")
        .contains("user-data")
        .contains("network-config");
    assertThat(type(volume, "meta-data"))
        .matches("instance-id: \"[0-9a-f-]{36}\"\nlocal-hostname: \"a\"\n");
    assertThat(type(volume, "user-data"))
        .contains("hostname: a\n")
        .contains("  - \"ssh-ed25519 AAAA a@b\"\n");
    assertThat(type(volume, "network-config")).contains("addresses: [\"10.0.0.7/24\"]");
    ForeignTool refused =
        ForeignTool.run(ForeignTool.qemuIo(served.image(ALICE, 1), List.of("write 0 4k")));
    assertThat(refused.output()).contains("write protected");
  }

  @Test
  void itSurvivesAKillAndIsErasedWithTheRelease() throws Exception {
    setTemplates();
    String secret = "a-secret-that-only-this-server-knows-0123456789";
    served.call("server", "set", "a", "--meta", "ip=10.0.0.7/24", "--meta", "key=" + secret);
    String first = type(config(allocate()), "meta-data");

    served.kill();
    served.start();
    JsonNode again = allocate();
    assertThat(type(config(again), "meta-data")).isEqualTo(first);

    Path pool = served.home.resolve("pool.lunette");
    byte[] trace = secret.getBytes(StandardCharsets.US_ASCII);
    assertThat(Bytes.occurAnywhereIn(pool, trace)).isTrue();
    served.call("release", "a");
    Eventually.holds(
        () ->
            served.call("status").at("/space/dirtyBytes").asLong() == 0
                && !Bytes.occurAnywhereIn(pool, trace));
    assertThat(served.call("volume", "list").toString()).doesNotContain("personality-");
    Eventually.holds(() -> Replicas.in(served, "READY") >= 1);
    assertThat(type(config(allocate()), "meta-data")).isNotEqualTo(first);
  }

  @Test
  void mistakesAreRefusedInOneLine() throws Exception {
    Path wrong = template("wrong", "#cloud-config\nhostname: ${name}\n");
    ServedHome.Outcome unknown =
        served.run("image", "set", "web", "--personality", wrong.toString());
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.err()).contains("line 2 of the template: there is no variable 'name'");

    setTemplates();
    ServedHome.Outcome missing = served.run("allocate", "a", "--tenant", "acme", "--image", "web");
    assertThat(missing.status()).isEqualTo(1);
    assertThat(missing.err()).contains("there is no value of meta.key");
    assertThat(Replicas.in(served, "READY")).isEqualTo(1);
  }
}
