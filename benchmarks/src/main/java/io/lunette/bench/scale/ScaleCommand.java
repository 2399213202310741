/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.Scratch;
import io.lunette.core.DomainException;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lunette bench scale}. */
@Command(
    description = {
      "Measure what replicas, written data and capacity cost at growing sizes, fit a model to it"
          + " without the greatest size and one in the middle, and say how far off it is there, and what"
          + " it says of a million replicas and of 1 PiB. About ten minutes."
    })
public final class ScaleCommand implements Callable<Integer> {

  private static final double REPLICAS_ASKED = 1_000_000;
  private static final double BYTES_ASKED = (double) (1L << 50);
  private static final int LEAST_SIZES = 4;
  private static final long LEAST_COUNT = 1000;
  private static final long LEAST_REPLICAS = 500;

  private final Session session;

  @Spec private CommandSpec spec;

  @Option(
      names = "--clones",
      paramLabel = "N",
      split = ",",
      description = "Clones in a pool, growing (default 1200,3000,10000,... to 1000000).")
  private List<Long> clones =
      List.of(1_200L, 3_000L, 10_000L, 30_000L, 100_000L, 300_000L, 1_000_000L);

  @Option(
      names = "--replicas",
      paramLabel = "N",
      split = ",",
      description = "Replicas in a catalog, growing (default 1000,3000,10000,30000,100000).")
  private List<Long> replicas = List.of(1_000L, 3_000L, 10_000L, 30_000L, 100_000L);

  @Option(
      names = "--written",
      paramLabel = "S",
      split = ",",
      description = "Data in a replica, growing (default 64M,128M,256M,512M,1G,2G).")
  private List<ByteSize> written = sizes("64M", "128M", "256M", "512M", "1G", "2G");

  @Option(
      names = "--mapped",
      paramLabel = "S",
      split = ",",
      description = "Mapped of a replica, growing (default 2G,4G,8G,16G; a sixteenth is written).")
  private List<ByteSize> mapped = sizes("2G", "4G", "8G", "16G");

  @Option(
      names = "--capacity",
      paramLabel = "S",
      split = ",",
      description = "Capacity of a pool, growing (default 16G,64G,256G,1T,4T,15T; sparse files).")
  private List<ByteSize> capacities = sizes("16G", "64G", "256G", "1T", "4T", "15T");

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where all of it lies (default: the directory for temporary files).")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin private ResultOutput output;

  public ScaleCommand(Session session) {
    this.session = session;
  }

  private static List<ByteSize> sizes(String... texts) {
    return List.of(texts).stream().map(ByteSize::parse).toList();
  }

  @Override
  public Integer call()
      throws IOException,
          DomainException,
          VolumeException,
          BlockException,
          ApplianceException,
          CommandFailure {
    List<Long> writtenBytes = written.stream().map(ByteSize::bytes).toList();
    List<Long> mappedBytes = mapped.stream().map(ByteSize::bytes).toList();
    List<Long> capacityBytes = capacities.stream().map(ByteSize::bytes).toList();
    requireGrowing("--clones", clones, LEAST_COUNT);
    requireGrowing("--replicas", replicas, LEAST_REPLICAS);
    requireGrowing("--written", writtenBytes, 1 << 20);
    requireGrowing("--mapped", mappedBytes, 1L << 20);
    requireGrowing("--capacity", capacityBytes, 1L << 30);
    Consumer<String> progress = this::say;
    List<Series> all = new ArrayList<>();
    try (Scratch scratch = Scratch.in(directory)) {
      all.addAll(new EngineScale(scratch.path(), REPLICAS_ASKED).run(clones, progress));
      all.addAll(new CatalogScale(scratch.path(), REPLICAS_ASKED).run(replicas, progress));
      all.addAll(
          new DataScale(scratch.path().resolve("data"), BYTES_ASKED).run(writtenBytes, progress));
      all.addAll(new MapScale(scratch.path(), BYTES_ASKED).run(mappedBytes, progress));
      all.addAll(new CapacityScale(scratch.path(), BYTES_ASKED).run(capacityBytes, progress));
    }
    new ScaleReport(all).print(session, output);
    return 0;
  }

  private void requireGrowing(String option, List<Long> sizes, long step) {
    boolean growing = sizes.size() >= LEAST_SIZES;
    long before = 0;
    for (long size : sizes) {
      growing &= size >= before + step;
      before = size;
    }
    if (!growing) {
      throw new ParameterException(
          spec.commandLine(),
          option
              + " needs "
              + LEAST_SIZES
              + " sizes, each "
              + step
              + " above the one before at least");
    }
  }

  private void say(String line) {
    if (!session.isJson()) {
      session.out().println(line);
      session.out().flush();
    }
  }
}
