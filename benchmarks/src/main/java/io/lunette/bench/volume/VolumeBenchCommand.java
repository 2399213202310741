/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.Scratch;
import io.lunette.bench.report.TextTable;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lunette bench volumes}: reads and writes of volumes beside those of a raw file. */
@Command(
    description = {
      "Read and write a volume in turn with a raw file through the same API, from memory and from"
          + " the disk; clones, and a volume with a key, in turn with a plain volume; and clones in"
          + " turn with qcow2 overlays."
    })
public final class VolumeBenchCommand implements Callable<Integer> {

  private static final long MIN_SIZE = 1 << 20;

  private final Session session;

  @Option(
      names = "--size",
      paramLabel = "S",
      defaultValue = "256M",
      description = "Size of the volume and of the file (default 256M).")
  private ByteSize size;

  @Option(
      names = "--operations",
      paramLabel = "N",
      defaultValue = "40000",
      description =
          "Operations of 4 KiB in a round; fewer of larger or durable ones (default 40000).")
  private int operations;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds of each work (default 5).")
  private int rounds;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = "",
      description = "Measure only the works in whose names that is found.")
  private Pattern only;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where pool and file lie (default: the directory for temporary files).")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin private ResultOutput output;

  public VolumeBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, VolumeException, BlockException, CommandFailure {
    if (rounds < 1 || operations < 1 || size.bytes() < MIN_SIZE || size.bytes() % MIN_SIZE != 0) {
      throw new CommandFailure(
          "--rounds and --operations must be at least 1, --size whole mebibytes");
    }
    List<Duel> duels;
    List<Skipped> skipped;
    try (Scratch scratch = Scratch.in(directory);
        VolumeBench bench =
            new VolumeBench(scratch.path(), size.bytes(), operations, only.asPredicate())) {
      duels = bench.run(rounds);
      skipped = bench.skipped();
    }
    report(duels, skipped);
    return 0;
  }

  private void report(List<Duel> duels, List<Skipped> skipped) throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    duels.forEach(duel -> rows.add(row(duel)));
    skipped.forEach(each -> rows.add(row(each)));
    output.write(
        session,
        rows,
        out -> {
          out.print(table(duels));
          skipped.forEach(out::println);
        });
  }

  private TextTable table(List<Duel> duels) {
    TextTable table =
        new TextTable(
            "WORK ON " + size.forPeople(), "AGAINST", "VOLUME /s", "MiB/s", "OTHER /s", "RATIO");
    for (Duel duel : duels) {
      table.row(
          duel.work(),
          duel.against(),
          number("%.0f", duel.volumePerSecond()),
          number("%.0f", duel.volumePerSecond() * duel.bytes() / MIN_SIZE),
          number("%.0f", duel.otherPerSecond()),
          duel.ratio().toString());
    }
    return table;
  }

  private static Map<String, Object> row(Duel duel) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("work", duel.work());
    row.put("against", duel.against());
    row.put("operations", duel.operations());
    row.put("bytes", duel.bytes());
    row.put("volumePerSecond", duel.volumePerSecond());
    row.put("otherPerSecond", duel.otherPerSecond());
    row.put("ratio", duel.ratio().median());
    row.put("volumeNanos", duel.volumeNanos());
    row.put("otherNanos", duel.otherNanos());
    return row;
  }

  private static Map<String, Object> row(Skipped skipped) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("work", skipped.work());
    row.put("against", skipped.against());
    row.put("skipped", skipped.reason());
    return row;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
