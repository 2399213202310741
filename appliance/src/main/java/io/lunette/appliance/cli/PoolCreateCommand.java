/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.config.ByteSize;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A disk is made a pool only by whoever says so, never by a server that finds it blank. */
@Command(
    description = {
      "Make an empty pool of a whole block device, or in a new sparse file of --size.",
      "All of a block device is made zero first, which takes what the device needs for it."
    })
final class PoolCreateCommand implements Callable<Integer> {

  private static final long SECONDS_BETWEEN_LINES = 5;

  private final Session session;
  private long lastLine = System.nanoTime();

  @Spec private CommandSpec spec;

  @Option(names = "--size", paramLabel = "S", description = "The size of a pool in a file.")
  private ByteSize size;

  @Option(
      names = "--overwrite",
      description = "Take a block device on which something lies; all of it is lost.")
  private boolean overwrite;

  @Parameters(paramLabel = "FILE", description = "A block device, or a file that is not there yet.")
  private Path file;

  PoolCreateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws VolumeException, CommandFailure {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      onDevice();
    } else {
      inFile();
    }
    long bytes;
    try (VolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      bytes = driver.space().sizeBytes();
    }
    if (session.isJson()) {
      session.printJson(Map.of("file", file.toString(), "sizeBytes", bytes));
    } else {
      session.out().println("made pool " + file + " of " + new ByteSize(bytes).forPeople());
    }
    return 0;
  }

  private void onDevice() throws VolumeException {
    if (size != null) {
      throw usage("--size is for a pool in a file: one on a block device takes all of it");
    }
    try {
      EngineVolumeDriver.createPoolOnDevice(file, overwrite, this::progress);
    } catch (VolumeException e) {
      if (e.kind() == VolumeException.Kind.CONFLICT) {
        throw new VolumeException(
            e.kind(), e.getMessage() + ": --overwrite makes a pool of it all the same", e);
      }
      throw e;
    }
  }

  private void inFile() throws VolumeException {
    if (size == null) {
      throw usage("a pool in a file needs a --size, such as 64G");
    }
    if (overwrite) {
      throw usage("--overwrite is for block devices: a file must not be there yet");
    }
    EngineVolumeDriver.createPool(file, size.bytes());
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void progress(long zeroed) {
    if (System.nanoTime() - lastLine > TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN_LINES)) {
      lastLine = System.nanoTime();
      session.err().println("made " + new ByteSize(zeroed).forPeople() + " zero");
    }
  }
}
