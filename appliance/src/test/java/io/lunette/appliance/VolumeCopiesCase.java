/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.DomainException;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A pool that files are copied into and out of. */
abstract class VolumeCopiesCase {

  static final long MIB = 1 << 20;
  static final int BLOCK = 4096;
  static final int EXTENT = 65_536;
  static final VolumeName VOLUME = new VolumeName("volume");
  static final VolumeName CLONE = new VolumeName("clone");

  @TempDir Path directory;

  EngineVolumeDriver driver;
  UnfinishedImports unfinished;
  VolumeCopies copies;
  CutImports cut;
  Path file;
  Path exported;

  @BeforeEach
  void createPool() throws Exception {
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, 64 * MIB);
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
    Files.createDirectory(directory.resolve("scratch"));
    unfinished = new UnfinishedImports(directory.resolve("imports"), driver.uuid());
    copies = copies(driver, Runnable::run);
    file = directory.resolve("file.raw");
    exported = directory.resolve("exported.raw");
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  VolumeCopies copies(VolumeDriver over, Executor executor) {
    VolumeClaims claims = new VolumeClaims();
    cut = new CutImports(unfinished, over, claims, Runnable::run);
    return new VolumeCopies(
        over, new Qcow2Converter(directory.resolve("scratch")), unfinished, claims, cut, executor);
  }

  static VolumeInfo end(Job<VolumeInfo> job) throws Exception {
    return job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  static void assertBusy(ThrowingCallable call) {
    assertThat(catchThrowableOfType(DomainException.class, call).kind())
        .isEqualTo(DomainException.Kind.BUSY);
  }
}
