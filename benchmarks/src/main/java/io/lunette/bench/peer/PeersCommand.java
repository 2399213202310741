/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.iscsi.IscsiBench;
import io.lunette.bench.iscsi.Measured;
import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.bench.iscsi.Workload;
import io.lunette.bench.report.Scratch;
import io.lunette.bench.report.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lunette bench peers}: other targets and ours, under the same load in the same run. */
@Command(
    description = {
      "Start tgt, istgt and Lunette on files of the same size, compare them, stop them, and write",
      "a page of it. bin/bench-peers installs what this needs."
    })
public final class PeersCommand implements Callable<Integer> {

  private final Session session;

  @Option(names = "--quick", description = "Fewer workloads, shorter: ends within six minutes.")
  private boolean quick;

  @Option(
      names = "--size",
      paramLabel = "S",
      description = "Size of each unit (default 1G, with --quick 256M).")
  private ByteSize size;

  @Option(
      names = "--memory-dir",
      paramLabel = "DIR",
      description = "Where files in memory lie (default /dev/shm).")
  private Path memory = Path.of("/dev/shm");

  @Option(
      names = "--disk-dir",
      paramLabel = "DIR",
      description = "Where files on disk lie (default: the directory for temporary files).")
  private Path disk = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--out",
      paramLabel = "F.md",
      required = true,
      description = "The page; its picture lies beside it, as F.svg.")
  private Path out;

  public PeersCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, CommandFailure {
    Matrix matrix = quick ? Matrix.quick() : Matrix.full();
    long bytes = size != null ? size.bytes() : quick ? 256L << 20 : 1L << 30;
    String program = session.program();
    List<Peer> peers = List.of(new TgtPeer(), new IstgtPeer(), new LunettePeer(program));
    List<String> machine = new ArrayList<>(Machine.describe());
    for (Peer each : peers) {
      machine.add(each.name() + ": " + each.version());
    }
    List<String> how = new ArrayList<>();
    how.add("`bin/bench-peers" + (quick ? " --quick" : "") + "`");
    how.add(
        "units of "
            + new ByteSize(bytes).forPeople()
            + ", written whole before anything is measured; "
            + matrix.rounds()
            + " rounds of "
            + matrix.duration().toMillis()
            + " ms after "
            + matrix.warmUp().toMillis()
            + " ms of warm-up");
    List<Row> rows = new ArrayList<>();
    List<ForeignRow> foreign = new ArrayList<>();
    for (Backing backing : List.of(new Backing("memory", memory), new Backing("disk", disk))) {
      measure(backing, peers, matrix, bytes, rows, foreign, how);
    }
    BenchmarksPage page =
        new BenchmarksPage(
            machine,
            how,
            List.of("memory", "disk"),
            peers.stream().map(Peer::name).toList(),
            rows,
            foreign);
    String name = out.getFileName().toString();
    Path picture = out.resolveSibling(name.replaceFirst("\\.md$", "") + ".svg");
    Files.writeString(picture, page.chart().toSvg());
    Files.writeString(out, page.toMarkdown(picture.getFileName().toString()));
    session.out().println("wrote " + out + " and " + picture);
    return 0;
  }

  /** Where the files of the targets lie. */
  private record Backing(String name, Path directory) {}

  private void measure(
      Backing backing,
      List<Peer> peers,
      Matrix matrix,
      long bytes,
      List<Row> rows,
      List<ForeignRow> foreign,
      List<String> how)
      throws IOException, CommandFailure {
    List<PeerProcess> running = new ArrayList<>();
    try (Scratch scratch = Scratch.in(backing.directory)) {
      try {
        for (Peer each : peers) {
          PeerProcess started = each.start(scratch.path(), bytes);
          running.add(started);
          if (rows.isEmpty()) {
            how.add(each.name() + ": `" + anonymous(started.command(), scratch.path()) + "`");
          }
        }
        List<TargetUrl> targets = running.stream().map(PeerProcess::target).toList();
        fill(backing, targets, bytes);
        for (Workload each : matrix.rehearsal()) {
          List<Measured> ignored =
              new IscsiBench(targets, each, 0, List.of()).compare(matrix.rounds());
        }
        for (Workload each : matrix.workloads(rows.isEmpty())) {
          rows.add(row(backing, each, targets, matrix));
        }
        ForeignLoad load = quick ? new ForeignLoad(1, 20_000) : new ForeignLoad(5, 100_000);
        foreign.addAll(load.run(backing.name, targets));
      } finally {
        running.forEach(PeerProcess::close);
      }
    }
  }

  private void fill(Backing backing, List<TargetUrl> targets, long bytes) throws CommandFailure {
    say("filling " + targets.size() + " units in " + backing.directory);
    for (Measured each : new IscsiBench(targets, Matrix.fill(bytes), 0, List.of()).compare(1)) {
      if (each.failure().isPresent()) {
        throw new CommandFailure("cannot be filled: " + each.failure().get());
      }
    }
  }

  private Row row(Backing backing, Workload workload, List<TargetUrl> targets, Matrix matrix)
      throws IOException {
    List<Measured> measured =
        new IscsiBench(targets, workload, 0, List.of()).compare(matrix.rounds());
    Optional<Spread> wire = Optional.empty();
    if (workload.sessions() == 1 && !workload.headerDigest()) {
      List<Double> rates = new ArrayList<>();
      for (int round = 0; round < (quick ? 1 : matrix.rounds()); round++) {
        rates.add(WireExchange.perSecond(workload, matrix.duration()));
      }
      wire = Optional.of(Spread.of(rates));
    }
    Row row = new Row(backing.name, workload, measured, wire);
    StringBuilder line = new StringBuilder(backing.name + ": " + workload.name());
    for (Measured each : measured) {
      line.append("; ")
          .append(each.target().name())
          .append(' ')
          .append(
              each.result()
                  .map(result -> String.valueOf(Math.round(result.perSecond().median())))
                  .orElseGet(() -> "failed: " + each.failure().orElseThrow()));
    }
    say(line.toString());
    return row;
  }

  /** Commands as another machine would have them. */
  private String anonymous(String command, Path scratch) {
    return command.replace(scratch.toString(), "DIR").replace(session.program(), "bin/lunette");
  }

  private void say(String line) {
    session.out().println(line);
    session.out().flush();
  }
}
