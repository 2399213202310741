/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.DomainException;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLabels;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Catalogs that an earlier or a later Lunette made. */
class MigrationsTest {

  private static final UUID IMAGE = UUID.fromString("00000000-0000-0000-0000-000000000001");

  @TempDir Path directory;

  private Path file;

  @BeforeEach
  void makeCatalogOfTheSecondVersion() throws Exception {
    file = directory.resolve("catalog.db");
    run(script("001-begin.sql"));
    run(script("002-certificates.sql"));
    run("CREATE TABLE catalog_schema (version INTEGER NOT NULL)");
    run("INSERT INTO catalog_schema (version) VALUES (2)");
    run(
        "INSERT INTO image VALUES ('"
            + IMAGE
            + "', 'web', NULL, 'image-web', 4096, 'ab', 'a file', 'AVAILABLE',"
            + " 0, 1)");
    run(
        "PRAGMA foreign_keys = OFF; INSERT INTO pool VALUES ('"
            + IMAGE
            + "', 20, 5, 8, 60000000, 0)");
    run(
        "INSERT INTO scrub_record VALUES ('s', 'web-1', 'web', 't', 's1', 'VERIFIED', 1, 1, '',"
            + " 'ZERO_FILL', 1, 2, 8192, 8192, 'direct', 'pool', 1, 2)");
    run(
        "INSERT INTO replica VALUES ('web-1', '"
            + IMAGE
            + "', 'READY', 1, NULL, NULL, NULL, 0, 0)");
  }

  @Test
  void whatAnEarlierReleaseKeptIsReadAsItWasMeant() throws Exception {
    try (JdbcCatalog catalog = JdbcCatalog.sqlite(file, Clock.systemUTC())) {
      String pool =
          catalog.read(
              transaction ->
                  transaction
                      .first(
                          "SELECT * FROM pool",
                          row ->
                              row.integer("ready")
                                  + " "
                                  + row.text("scrub_method")
                                  + " "
                                  + row.integer("scrub_passes"))
                      .orElseThrow());
      assertThat(pool).isEqualTo("20 ZERO_FILL 0");
      int passes =
          catalog.read(
              transaction ->
                  transaction
                      .first("SELECT passes FROM scrub_record", row -> row.integer("passes"))
                      .orElseThrow());
      assertThat(passes).isZero();
    }
  }

  @Test
  void anImageOfAnEarlierReleaseIsTheCurrentVersionOfItsName() throws Exception {
    try (JdbcCatalog catalog = JdbcCatalog.sqlite(file, Clock.systemUTC())) {
      Image image =
          catalog.read(
              transaction -> new ImageLedger().getAvailable(transaction, new ImageName("web")));

      assertThat(image.ref()).hasToString("web:1");
      assertThat(image.series()).isEqualTo(image.id());
      assertThat(image.labels()).isEqualTo(ImageLabels.NONE);
    }
  }

  @Test
  void ofAReplicaOfAnEarlierReleaseItIsNotKnownWhichVolumeItStandsFor() throws Exception {
    try (JdbcCatalog catalog = JdbcCatalog.sqlite(file, Clock.systemUTC())) {
      Replica replica =
          catalog.read(
              transaction ->
                  new ReplicaLedger().find(transaction, new ReplicaName("web-1")).orElseThrow());

      assertThat(replica.state()).isEqualTo(ReplicaState.READY);
      assertThat(replica.known()).isEmpty();
    }
  }

  @Test
  void aCatalogOfALaterReleaseIsNotTouched() throws Exception {
    run("UPDATE catalog_schema SET version = 1000");

    assertThatThrownBy(() -> JdbcCatalog.sqlite(file, Clock.systemUTC()))
        .isInstanceOf(DomainException.class)
        .hasMessageContaining("has schema version 1000");
  }

  private static String script(String name) throws IOException {
    try (InputStream stream = JdbcCatalog.class.getResourceAsStream(name)) {
      return new SqliteDialect()
          .translate(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private void run(String script) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      int ignored = statement.executeUpdate(script);
    }
  }
}
