/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Composed images, read back over iSCSI by QEMU and by debugfs. */
class ComposeIT {

  private static final String ALICE = "iqn.2026-11.test:alice";

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    Path tree = Files.createDirectories(directory.resolve("tree/etc"));
    Files.writeString(tree.resolve("base"), "base\n");
    shell("mke2fs -q -t ext4 -d tree base.img 16M");
    Files.createDirectories(directory.resolve("site/css"));
    Files.writeString(directory.resolve("site/index.html"), "first\n");
    Files.writeString(directory.resolve("site/css/a b.css"), "css\n");
    Files.createSymbolicLink(directory.resolve("site/home"), Path.of("index.html"));
    Files.createDirectories(directory.resolve("app/bin"));
    Files.writeString(directory.resolve("app/bin/run"), "#!/bin/sh\n");
    shell("chmod 750 app/bin/run && tar czf app.tar.gz -C app .");
    Files.writeString(
        directory.resolve("recipe.json"),
        "{\"base\": \"base\", \"steps\": [ /* bundles */"
            + "{\"tar\": \"app.tar.gz\", \"to\": \"/opt/app\"},"
            + "{\"copy\": \"site\", \"to\": \"/srv/www\"}]}");
    served = new ServedHome(directory).start();
    served.call("image", "import", "base", directory.resolve("base.img").toString());
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private String shell(String command) throws Exception {
    return ForeignTool.succeed(
        "sh", "-c", "PATH=$PATH:/usr/sbin:/sbin && cd " + directory + " && " + command);
  }

  private JsonNode compose() throws Exception {
    return served.call("image", "compose", "web", directory.resolve("recipe.json").toString());
  }

  @Test
  @Tag("WA-4")
  @Tag("CH-2")
  void bundlesAreInTheFileSystemThatAServerGets() throws Exception {
    JsonNode image = compose();
    assertThat(image.at("/recipe/composedOn").asText()).isEqualTo("base:1");
    served.call("pool", "set", "web", "--ready", "1");
    served.call("server", "add", "a", "--iqn", ALICE);
    Eventually.holds(() -> Replicas.in(served, "READY") == 1);
    served.call("allocate", "a", "--tenant", "acme", "--image", "web");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(ALICE, 0),
        directory.resolve("seen.img").toString());

    shell("e2fsck -fn seen.img");
    assertThat(shell("debugfs -R 'cat /etc/base' seen.img")).contains("base\n");
    assertThat(shell("debugfs -R 'cat /srv/www/index.html' seen.img")).contains("first\n");
    assertThat(shell("debugfs -R 'cat \"/srv/www/css/a b.css\"' seen.img")).contains("css\n");
    assertThat(shell("debugfs -R 'stat /srv/www/home' seen.img")).contains("\"index.html\"");
    assertThat(shell("debugfs -R 'stat /opt/app/bin/run' seen.img")).contains("Mode:  0750");
  }

  @Test
  @Tag("WA-4")
  void identicalStepsAreReusedAndOnlyWhatChangedIsDoneAgain() throws Exception {
    JsonNode first = compose();
    assertThat(first.at("/recipe/steps/0/reused").asBoolean()).isFalse();

    ServedHome.Outcome again =
        served.run("image", "compose", "web", directory.resolve("recipe.json").toString());
    assertThat(again.status()).isZero();
    assertThat(again.err()).contains("unchanged: web:1");

    served.stop();
    served.start();
    Files.writeString(directory.resolve("site/index.html"), "second\n");
    JsonNode second = served.call("image", "rebuild", "web");
    assertThat(second.path("version").asInt()).isEqualTo(2);
    assertThat(second.at("/recipe/steps/0/reused").asBoolean()).isTrue();
    assertThat(second.at("/recipe/steps/0/layer")).isEqualTo(first.at("/recipe/steps/0/layer"));
    assertThat(second.at("/recipe/steps/1/reused").asBoolean()).isFalse();
    served.call("image", "export", "web", directory.resolve("second.img").toString());
    assertThat(shell("debugfs -R 'cat /srv/www/index.html' second.img")).contains("second\n");
    shell("e2fsck -fn second.img");
  }

  @Test
  void stepThatFailsLeavesNothingBehind() throws Exception {
    Files.delete(directory.resolve("site/index.html"));
    Files.createDirectories(directory.resolve("bad/etc/base"));
    Files.writeString(
        directory.resolve("recipe.json"),
        "{\"base\": \"base\", \"steps\": [{\"copy\": \"bad\", \"to\": \"/\"}]}");

    ServedHome.Outcome bad =
        served.run("image", "compose", "web", directory.resolve("recipe.json").toString());

    assertThat(bad.status()).isEqualTo(1);
    assertThat(bad.err()).contains("the image has a regular at /etc/base");
    assertThat(served.call("image", "list")).hasSize(1);
    assertThat(served.call("volume", "list").toString()).doesNotContain("layer-");
    try (var files = Files.list(served.home.resolve("tmp"))) {
      assertThat(files).isEmpty();
    }
  }
}
