/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.catalog.jdbc.PostgresCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A day in a data centre, by chance ({@link DataCentreDay}), with its catalog in SQLite and another
 * one with PostgreSQL. Other days: {@code -Dlunette.day.seed=N -Dlunette.day.steps=N}.
 */
class DataCentreDayIT {

  private static final long SEED = Long.getLong("lunette.day.seed", 20_261_126);
  private static final int STEPS = Integer.getInteger("lunette.day.steps", 14);

  @TempDir Path directory;

  @Test
  void everyInvariantHoldsAtTheEndOfTheDay() throws Exception {
    try (DataCentreDay day = new DataCentreDay(directory, SEED, List.of())) {
      day.live(STEPS);
    }
  }

  @Test
  void everyInvariantHoldsAtTheEndOfADayWithPostgres() throws Exception {
    PostgresAccess access =
        PostgresCluster.shared().schema("t" + UUID.randomUUID().toString().replace("-", ""));
    Path password =
        Files.createFile(
            directory.resolve("password"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(password, access.password().orElseThrow());
    List<String> options =
        List.of(
            "--catalog",
            access.url(),
            "--catalog-user",
            access.user().orElseThrow(),
            "--catalog-password-file",
            password.toString());
    try (DataCentreDay day = new DataCentreDay(directory, SEED + 1, options)) {
      day.live(STEPS);
    }
  }
}
