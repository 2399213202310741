/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.Scratch;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lunette bench tenant}: what a tenant's operations take beside a scrub. */
@Command(
    description =
        "Read and write 4 KiB at random in one volume: alone, beside a scrub that yields, beside one"
            + " of another pool, which does not, and beside dd of zeroes, in turn.")
public final class TenantBenchCommand implements Callable<Integer> {

  private static final int MIB = 1 << 20;

  private final Session session;

  @Option(
      names = "--volume",
      paramLabel = "S",
      defaultValue = "1G",
      description = "Size of the tenant's volume (default 1G).")
  private ByteSize volume;

  @Option(
      names = "--written",
      paramLabel = "S",
      defaultValue = "1G",
      description = "Size of the replica that is scrubbed, all of it written (default 1G).")
  private ByteSize written;

  @Option(
      names = "--duration",
      paramLabel = "D",
      defaultValue = "2s",
      description = "How long the tenant works each time (default 2s).")
  private Duration duration;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds (default 3).")
  private int rounds;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the pools lie (default: the directory for temporary files).")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin private ResultOutput output;

  public TenantBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, VolumeException, BlockException, CommandFailure {
    if (rounds < 1
        || duration.isZero()
        || duration.isNegative()
        || !isMebibytes(volume)
        || !isMebibytes(written)) {
      throw new CommandFailure(
          "--rounds must be at least 1, --duration more than nothing, --volume and --written whole"
              + " mebibytes");
    }
    long needed = TenantBench.roomBytes(volume.bytes(), written.bytes());
    try (Scratch scratch = Scratch.withRoom(directory, needed);
        TenantBench bench = new TenantBench(scratch.path(), volume.bytes(), written.bytes())) {
      TenantReport report = new TenantReport(bench.run(rounds, duration.toNanos()));
      output.write(session, report.json(), out -> out.print(report));
    }
    return 0;
  }

  private static boolean isMebibytes(ByteSize size) {
    return size.bytes() >= MIB && size.bytes() % MIB == 0;
  }
}
