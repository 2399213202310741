/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.LoopDevice;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.Scratch;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lunette bench scrub}: how fast a written replica is scrubbed, beside dd of zeroes. */
@Command(
    description =
        "Scrub a replica of which a part was written, in turn with dd of zeroes and blkdiscard -z:"
            + " in a file, or on a block device.")
public final class ScrubBenchCommand implements Callable<Integer> {

  private static final long MIN_WRITTEN = 1 << 20;

  private final Session session;

  @Spec private CommandSpec spec;

  @Option(
      names = "--size",
      paramLabel = "S",
      defaultValue = "10G",
      description = "Size of the replica (default 10G).")
  private ByteSize size;

  @Option(
      names = "--written",
      paramLabel = "S",
      defaultValue = "1G",
      description = "How much of it the tenant wrote (default 1G).")
  private ByteSize written;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds in each directory or on each device (default 3).")
  private int rounds;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Where the pool lies; may be given more than once (default: the directory for temporary"
              + " files).")
  private List<Path> directories = List.of();

  @Option(
      names = "--device",
      paramLabel = "DEV",
      description =
          "Measure on that block device instead, and destroy what it holds; may be given more than"
              + " once.")
  private List<Path> devices = List.of();

  @Option(
      names = "--overwrite",
      description = "Take devices on which something lies; all of it is lost.")
  private boolean overwrite;

  @Option(
      names = "--loop",
      description = "Measure on a loop device over a new file in each --dir instead.")
  private boolean loop;

  @Option(
      names = "--whole",
      description = "Have dd zero as much as the whole replica too, in each round.")
  private boolean whole;

  @Mixin private ResultOutput output;

  public ScrubBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, VolumeException, BlockException, CommandFailure {
    if (rounds < 1 || written.bytes() < MIN_WRITTEN || size.bytes() < written.bytes()) {
      throw new CommandFailure(
          "--rounds must be at least 1, --written at least 1M and at most --size");
    }
    if (!devices.isEmpty() || loop) {
      requireEither();
      onDevices();
      return 0;
    }
    if (overwrite) {
      throw usage("--overwrite is for a --device");
    }
    List<ScrubRound> all = new ArrayList<>();
    for (Path directory : directories()) {
      long needed = 4 * written.bytes() + (whole ? size.bytes() : 0);
      try (Scratch scratch = Scratch.withRoom(directory, needed)) {
        run(directory, scratch.path(), all);
      }
    }
    DirectoryScrubReport report = new DirectoryScrubReport(size, written, all);
    output.write(session, report.json(), out -> out.print(report));
    return 0;
  }

  private void requireEither() {
    if (!devices.isEmpty() && (loop || !directories.isEmpty())) {
      throw usage("--device goes with neither --dir nor --loop");
    }
    if (loop && overwrite) {
      throw usage("--overwrite is for a --device: a loop device is over a new file");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private List<Path> directories() {
    return directories.isEmpty()
        ? List.of(Path.of(System.getProperty("java.io.tmpdir")))
        : directories;
  }

  private void onDevices() throws IOException, VolumeException, BlockException, CommandFailure {
    DeviceScrubReport report = new DeviceScrubReport(size, written);
    long bytes = DeviceScrubBench.deviceBytes(size.bytes(), written.bytes(), whole);
    for (Path device : devices) {
      requireSize(device, bytes);
      report.add(device.toString(), measure(device));
    }
    for (Path directory : loop ? directories() : List.<Path>of()) {
      try (Scratch scratch = Scratch.withRoom(directory, bytes);
          LoopDevice device =
              LoopDevice.pastTheCacheOverNew(scratch.path().resolve("device"), bytes)) {
        report.add(label(device, directory), bench(device.path()).run(rounds, true));
      }
    }
    output.write(session, report.json(), out -> out.print(report));
  }

  private WayTimes measure(Path device) throws IOException, VolumeException, BlockException {
    try {
      return bench(device).run(rounds, overwrite);
    } catch (VolumeException e) {
      if (e.kind() == VolumeException.Kind.CONFLICT) {
        throw new VolumeException(
            e.kind(), e.getMessage() + ": --overwrite measures on it all the same", e);
      }
      throw e;
    }
  }

  private static String label(LoopDevice device, Path directory) throws IOException {
    String cache = device.isPastTheCache() ? "" : ", through the page cache";
    return "loop device in " + directory + cache;
  }

  private DeviceScrubBench bench(Path device) {
    return new DeviceScrubBench(device, size.bytes(), written.bytes(), whole);
  }

  /** What is no block device is refused when a pool is to be made of it. */
  private static void requireSize(Path device, long needed) throws IOException, CommandFailure {
    if (!LinuxRawDevice.isBlockDevice(device)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(device, StandardOpenOption.READ)) {
      if (channel.size() < needed) {
        throw new CommandFailure(device + " is smaller than " + new ByteSize(needed).forPeople());
      }
    }
  }

  private void run(Path directory, Path scratch, List<ScrubRound> all)
      throws IOException, VolumeException, BlockException {
    try (ScrubBench bench = new ScrubBench(scratch, size.bytes(), written.bytes())) {
      // The first round compiles the code and allocates the pool's blocks; it is not counted.
      for (int round = 0; round <= rounds; round++) {
        bench.write(2L * round);
        long verified = bench.scrub(true);
        long dd = bench.zeroByDd();
        bench.write(2L * round + 1);
        long unverified = bench.scrub(false);
        long ddAgain = bench.zeroByDd();
        long readBack = bench.readBackByDd();
        long deep = bench.zeroDeep();
        long hide = bench.hide();
        long zeroAll = whole ? bench.zeroAllByDd() : -1;
        if (round > 0) {
          all.add(
              new ScrubRound(
                  directory.toString(),
                  written.bytes(),
                  verified,
                  unverified,
                  (dd + ddAgain) / 2,
                  readBack,
                  deep,
                  hide,
                  zeroAll));
        }
      }
    }
  }
}
