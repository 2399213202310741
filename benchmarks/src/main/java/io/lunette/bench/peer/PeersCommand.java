/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.iscsi.IscsiBench;
import io.lunette.bench.iscsi.Measured;
import io.lunette.bench.iscsi.NullTarget;
import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.bench.iscsi.Workload;
import io.lunette.bench.replica.ReplicaComparison;
import io.lunette.bench.replica.ReplicaRun;
import io.lunette.bench.report.LoopDevice;
import io.lunette.bench.report.Scratch;
import io.lunette.bench.report.Spread;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lunette bench peers}: other software and ours, at the same work in the same run. */
@Command(
    description = {
      "Make replicas, erase devices and serve iSCSI with Lunette and with what Debian ships, on"
          + " files in memory and on disk, in turn; and write a page of it. bin/bench-peers installs what"
          + " this needs. About half an hour."
    })
public final class PeersCommand implements Callable<Integer> {

  private static final long IMAGE_BYTES = 10L << 30;
  private static final int CALLERS = 16;
  private static final int PERF_SECONDS = 1;

  private final Session session;

  @Option(
      names = "--quick",
      description = "Fewer workloads, less data, shorter: about eight minutes.")
  private boolean quick;

  @Option(
      names = "--size",
      paramLabel = "S",
      description = "Size of each unit (default 512M, with --quick 256M).")
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
  public Integer call() throws IOException, CommandFailure, VolumeException, BlockException {
    requireDirectory(memory);
    requireDirectory(disk);
    requireDirectory(out.toAbsolutePath().getParent());
    Matrix matrix = quick ? Matrix.quick() : Matrix.full();
    long bytes = size != null ? size.bytes() : (quick ? 256L : 512L) << 20;
    List<Peer> peers = List.of(new TgtPeer(), new IstgtPeer(), new LunettePeer(session.program()));
    List<String> machine = new ArrayList<>(Machine.describe());
    for (Peer each : peers) {
      machine.add(each.name() + ": " + each.version());
    }
    String before = Machine.load();
    List<String> how = how(matrix, bytes);
    List<Backing> backings = List.of(new Backing("memory", memory), new Backing("disk", disk));
    for (Backing backing : backings) {
      replicas(backing, matrix.rounds());
      scrubs(backing, matrix.rounds());
      targets(backing, peers, matrix, bytes, how);
    }
    machine.add("load average before the run " + before + ", after it " + Machine.load());
    BenchmarksPage page =
        new BenchmarksPage(machine, how, backings, peers.stream().map(Peer::name).toList());
    String name = out.getFileName().toString();
    Path picture = out.resolveSibling(name.replaceFirst("\\.md$", "") + ".svg");
    Files.writeString(picture, page.chart().toSvg());
    Files.writeString(out, page.toMarkdown(picture.getFileName().toString()));
    session.out().println("wrote " + out + " and " + picture);
    return 0;
  }

  /** Said now rather than in half an hour. */
  private static void requireDirectory(Path directory) throws CommandFailure {
    if (!Files.isDirectory(directory)) {
      throw new CommandFailure("there is no directory " + directory);
    }
  }

  private List<String> how(Matrix matrix, long unitBytes) {
    List<String> how = new ArrayList<>();
    how.add("`bin/bench-peers" + (quick ? " --quick" : "") + "`");
    how.add(
        "replicas: "
            + matrix.rounds()
            + " rounds of "
            + replicaCount()
            + " of an image of "
            + new ByteSize(IMAGE_BYTES).forPeople()
            + " with "
            + new ByteSize(dataBytes()).forPeople()
            + " of data, of ours ten times as many; XFS and Btrfs in a file of their own");
    how.add(
        "erasing: "
            + matrix.rounds()
            + " rounds of "
            + new ByteSize(scrubBytes()).forPeople()
            + ", on loop devices");
    how.add(
        "targets: units of "
            + new ByteSize(unitBytes).forPeople()
            + ", written whole before anything is measured; "
            + matrix.rounds()
            + " rounds of "
            + matrix.duration().toMillis()
            + " ms after "
            + matrix.warmUp().toMillis()
            + " ms of warm-up; libiscsi 1.19 has header digests and no data digests");
    return how;
  }

  private int replicaCount() {
    return quick ? 20 : 50;
  }

  private long dataBytes() {
    return (quick ? 64L : 256L) << 20;
  }

  private long scrubBytes() {
    return (quick ? 64L : 256L) << 20;
  }

  private void replicas(Backing backing, int rounds)
      throws IOException, VolumeException, BlockException {
    say("replicas in " + backing.directory());
    for (int round = 0; round < rounds; round++) {
      try (Scratch scratch = Scratch.in(backing.directory())) {
        ReplicaComparison comparison =
            new ReplicaComparison(scratch.path(), IMAGE_BYTES, dataBytes());
        if (round == 0) {
          comparison.warmUp(CALLERS);
        }
        for (ReplicaRun run : comparison.ours(10 * replicaCount(), CALLERS)) {
          backing.replicas().add(TargetTables.OURS + ", " + run.method(), run.perSecond());
        }
        for (ReplicaRun run : comparison.others(replicaCount())) {
          backing.replicas().add(run.method(), run.perSecond());
        }
      }
    }
  }

  private void scrubs(Backing backing, int rounds)
      throws IOException, VolumeException, BlockException {
    if (!LoopDevice.isAvailable()) {
      say("no loop devices: erasing is not compared");
      return;
    }
    say("erasing in " + backing.directory());
    try (Scratch scratch = Scratch.in(backing.directory())) {
      new ScrubPeers(scratch.path(), scrubBytes()).run(rounds, backing.scrubs());
    }
  }

  private void targets(
      Backing backing, List<Peer> peers, Matrix matrix, long bytes, List<String> how)
      throws IOException, CommandFailure {
    List<PeerProcess> running = new ArrayList<>();
    boolean first = backing.name().equals("memory");
    try (Scratch scratch = Scratch.in(backing.directory());
        NullTarget nothing = NullTarget.start()) {
      try {
        for (Peer each : peers) {
          PeerProcess started = each.start(scratch.path(), bytes);
          running.add(started);
          if (first) {
            how.add(each.name() + ": `" + anonymous(started.command(), scratch.path()) + "`");
          }
        }
        List<TargetUrl> targets = running.stream().map(PeerProcess::target).toList();
        fill(backing, targets, bytes);
        for (Workload each : matrix.rehearsal()) {
          List<Measured> ignored =
              new IscsiBench(targets, each, 0, List.of()).compare(matrix.rounds());
        }
        List<TargetUrl> all = new ArrayList<>(targets);
        all.add(nothing.url());
        for (Workload each : matrix.workloads(first)) {
          backing.targets().add(row(backing, each, all, matrix));
        }
        ForeignLoad load = new ForeignLoad(PERF_SECONDS, 20_000);
        backing.foreign().addAll(load.run(backing.name(), targets, matrix.rounds()));
      } finally {
        running.forEach(PeerProcess::close);
      }
    }
  }

  private void fill(Backing backing, List<TargetUrl> targets, long bytes) throws CommandFailure {
    say("filling " + targets.size() + " units in " + backing.directory());
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
      for (int round = 0; round < matrix.rounds(); round++) {
        rates.add(WireExchange.perSecond(workload, matrix.duration()));
      }
      wire = Optional.of(Spread.of(rates));
    }
    StringBuilder line = new StringBuilder(backing.name() + ": " + workload.name());
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
    return new Row(workload, measured, wire);
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
