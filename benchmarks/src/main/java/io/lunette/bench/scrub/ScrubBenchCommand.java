/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.Scratch;
import io.lunette.bench.report.TextTable;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lunette bench scrub}: how fast a written replica is scrubbed, beside dd of zeroes. */
@Command(
    description =
        "Scrub a replica of which a part was written, in turn with dd of zeroes and blkdiscard -z.")
public final class ScrubBenchCommand implements Callable<Integer> {

  private static final long MIN_WRITTEN = 1 << 20;

  private final Session session;

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
      description = "Rounds in each directory (default 3).")
  private int rounds;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Where the pool lies; may be given more than once (default: the directory for temporary"
              + " files).")
  private List<Path> directories = List.of(Path.of(System.getProperty("java.io.tmpdir")));

  @Option(
      names = "--whole",
      description = "Have dd zero as much as the whole replica too, in each round.")
  private boolean whole;

  @Option(names = "--json", paramLabel = "F", description = "Keep the results in that file.")
  private Path json;

  public ScrubBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, VolumeException, BlockException, CommandFailure {
    if (rounds < 1 || written.bytes() < MIN_WRITTEN || size.bytes() < written.bytes()) {
      throw new CommandFailure(
          "--rounds must be at least 1, --written at least 1M and at most --size");
    }
    List<ScrubRound> all = new ArrayList<>();
    for (Path directory : directories) {
      long needed = 4 * written.bytes() + (whole ? size.bytes() : 0);
      if (Files.getFileStore(directory).getUsableSpace() < needed) {
        throw new CommandFailure(
            directory + " has less than " + new ByteSize(needed).forPeople() + " free");
      }
      try (Scratch scratch = Scratch.in(directory)) {
        run(directory, scratch.path(), all);
      }
    }
    report(all);
    return 0;
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

  private void report(List<ScrubRound> all) throws IOException {
    List<Map<String, Object>> rows = all.stream().map(this::row).toList();
    ObjectMapper mapper = new ObjectMapper();
    if (json != null) {
      mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), rows);
    }
    if (session.isJson()) {
      session.out().println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(rows));
      return;
    }
    TextTable table =
        new TextTable(
            "SCRUB OF " + written.forPeople() + " IN " + size.forPeople(),
            "VERIFIED s",
            "MiB/s",
            "/ dd",
            "/ dd + READ BACK",
            "NOT VERIFIED s",
            "MiB/s",
            "/ dd",
            "/ DEPTH 16",
            "dd MiB/s",
            "dd READ BACK MiB/s",
            "blkdiscard -z s (hides)",
            "dd OF ALL s",
            "VERIFIED / ALL",
            "NOT VERIFIED / ALL");
    for (ScrubRound round : all) {
      table.row(
          round.directory(),
          number("%.2f", round.verifiedNanos() / 1e9),
          number("%.0f", round.rate(round.verifiedNanos())),
          number("%.2f", round.ratio(round.verifiedNanos())),
          number("%.2f", round.verifiedRatio()),
          number("%.2f", round.unverifiedNanos() / 1e9),
          number("%.0f", round.rate(round.unverifiedNanos())),
          number("%.2f", round.ratio(round.unverifiedNanos())),
          number("%.2f", round.deepRatio(round.unverifiedNanos())),
          number("%.0f", round.rate(round.ddNanos())),
          number("%.0f", round.rate(round.ddReadBackNanos())),
          seconds(round.hideNanos()),
          seconds(round.allNanos()),
          share(round, round.verifiedNanos()),
          share(round, round.unverifiedNanos()));
    }
    session.out().print(table);
    session.out().flush();
  }

  private Map<String, Object> row(ScrubRound round) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("directory", round.directory());
    row.put("replicaBytes", size.bytes());
    row.put("writtenBytes", round.bytes());
    row.put("verifiedSeconds", round.verifiedNanos() / 1e9);
    row.put("unverifiedSeconds", round.unverifiedNanos() / 1e9);
    row.put("ddSeconds", round.ddNanos() / 1e9);
    row.put("ddReadBackSeconds", round.ddReadBackNanos() / 1e9);
    row.put("depth16Seconds", round.deepNanos() / 1e9);
    if (round.hideNanos() >= 0) {
      row.put("hiddenByBlkdiscardSeconds", round.hideNanos() / 1e9);
    }
    if (round.allNanos() >= 0) {
      row.put("ddOfAllSeconds", round.allNanos() / 1e9);
      row.put("verifiedShareOfAll", round.shareOfAll(round.verifiedNanos()));
      row.put("unverifiedShareOfAll", round.shareOfAll(round.unverifiedNanos()));
    }
    row.put("verifiedOverDd", round.ratio(round.verifiedNanos()));
    row.put("verifiedOverDdAndReadBack", round.verifiedRatio());
    row.put("unverifiedOverDd", round.ratio(round.unverifiedNanos()));
    row.put("unverifiedOverDepth16", round.deepRatio(round.unverifiedNanos()));
    return row;
  }

  private static String seconds(long nanos) {
    return nanos < 0 ? "-" : number("%.2f", nanos / 1e9);
  }

  private static String share(ScrubRound round, long nanos) {
    return round.allNanos() < 0 ? "-" : number("%.3f", round.shareOfAll(nanos));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
