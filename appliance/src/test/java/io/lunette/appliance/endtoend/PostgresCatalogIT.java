/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.catalog.jdbc.PostgresCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An appliance whose catalog is in PostgreSQL. */
class PostgresCatalogIT {

  private static final String ALICE = "iqn.2026-11.test:alice";

  @TempDir Path directory;
  private PostgresCluster cluster;
  private PostgresAccess access;
  private ServedHome served;

  @BeforeEach
  void prepare() throws Exception {
    cluster = PostgresCluster.start();
    access = cluster.schema("t" + UUID.randomUUID().toString().replace("-", ""));
    served = new ServedHome(directory);
  }

  @AfterEach
  void stop() {
    served.close();
    cluster.close();
  }

  private ServedHome start() throws Exception {
    Path config = directory.resolve("serve.properties");
    Files.writeString(
        config,
        "catalog=" + access.url() + "\ncatalog-user=" + access.user().orElseThrow() + "\n",
        StandardCharsets.UTF_8);
    return served.start(
        "--pool-size",
        "1G",
        "--config",
        config.toString(),
        "--catalog-password-file",
        password(access.password().orElseThrow(), "rw-------").toString());
  }

  private Path password(String text, String permissions) throws Exception {
    Path file = directory.resolve("password");
    Files.writeString(file, text + "\n", StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    return file;
  }

  @Test
  void mainJobSurvivesTheDeathOfTheApplianceAndOfTheDatabase() throws Exception {
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    Path image = Files.write(directory.resolve("image.raw"), content);
    start();
    served.call("image", "import", "web", image.toString());
    served.call("pool", "set", "web", "--ready", "2", "--scrub-threshold", "1");
    served.call("server", "add", "a", "--iqn", ALICE);
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    String replica =
        served.call("allocate", "a", "--tenant", "acme", "--image", "web").path("replica").asText();
    assertThat(served.home.resolve("catalog.db")).doesNotExist();
    Path pool = served.home.resolve("pool.lunette");
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 0), List.of("write -P 0xb7 64k 256k", "flush")));
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isTrue();

    served.kill();
    start();
    assertThat(ForeignTool.succeed("iscsi-inq", "-i", ALICE, served.url(0))).contains("LUNETTE");
    cluster.stopServer();
    assertThat(ForeignTool.succeed("iscsi-inq", "-i", ALICE, served.url(0))).contains("LUNETTE");
    cluster.startServer();

    assertThat(served.call("release", "a").path("replica").asText()).isEqualTo(replica);
    Eventually.holds(
        () -> served.run("scrub", "certificate", replica).out().contains("erasedBytes"));
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isFalse();
  }

  @Test
  void databaseThatIsNotThereOrDoesNotLetInIsOneLine() throws Exception {
    Path wrong = password("not the one", "rw-------");
    assertThat(
            refusal(
                "--catalog",
                access.url(),
                "--catalog-user",
                "lunette",
                "--catalog-password-file",
                wrong.toString()))
        .contains("password authentication failed");

    Path open = password("not the one", "rw-r--r--");
    assertThat(refusal("--catalog", access.url(), "--catalog-password-file", open.toString()))
        .contains("chmod 600");
    assertThat(refusal("--catalog", "jdbc:mysql://h/d")).contains("jdbc:postgresql:");
    assertThat(refusal("--catalog-user", "u")).contains("need --catalog URL");

    cluster.stopServer();
    assertThat(
            refusal(
                "--catalog",
                access.url(),
                "--catalog-user",
                "lunette",
                "--catalog-password-file",
                password("x", "rw-------").toString()))
        .contains("refused");
    cluster.startServer();
  }

  private String refusal(String... options) throws Exception {
    Path log = directory.resolve("refusal.log");
    Process process =
        ServedHome.launch(
            directory.resolve("refused"),
            log,
            java.util.stream.Stream.concat(
                    java.util.stream.Stream.of("--portal", "127.0.0.1:0", "--pool-size", "64M"),
                    List.of(options).stream())
                .toList());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    String said = Files.readString(log);
    assertThat(said.strip().lines()).as(said).hasSize(1);
    return said;
  }
}
