/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.config.ByteSize;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolDump;
import io.lunette.engine.check.PoolDumpText;
import io.lunette.engine.check.PoolProblem;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.check.PoolReport;
import io.lunette.engine.check.PoolUsage;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands of {@code lunette pool} that look at a pool file which nobody serves. */
final class PoolFileCommands {

  private static final int DONE = 0;
  private static final int FAILED = 1;

  private PoolFileCommands() {}

  @Command(
      description = {
        "Verify a pool file offline; exit status 1 if anything is wrong.",
        "--repair mends what can be mended without inventing data; where something is beyond that,",
        "only what has a sound second: a superblock, a page of metadata, the record of a key.",
        "--deep reads all free space too, which takes as long as the device takes to be read.",
        "--give-up deletes volumes whose maps are damaged beyond that, so that the rest is mended."
      })
  static final class Check implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "FILE", description = "The pool: a file or a block device.")
    private Path file;

    @Option(names = "--repair", description = "Mend what is wrong.")
    private boolean repair;

    @Option(
        names = "--deep",
        description = {
          "Read all space that is to be dealt out as zero, too.",
          "With --repair, what is not zero is scrubbed at the next start."
        })
    private boolean deep;

    @Option(
        names = "--give-up",
        paramLabel = "VOLUME",
        description = "With --repair: delete this volume, and have its space scrubbed; repeatable.")
    private Set<String> givenUp = Set.of();

    @Spec private CommandSpec spec;

    Check(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws VolumeException, CommandFailure {
      if (!repair && !givenUp.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "--give-up goes with --repair");
      }
      PoolRepair.Outcome outcome =
          repair
              ? PoolRepair.repair(file, deep, givenUp)
              : new PoolRepair.Outcome(List.of(), PoolCheck.check(file, deep));
      PoolReport report = outcome.report();
      if (session.isJson()) {
        Map<String, Object> json = json(report);
        if (repair) {
          json.put("fixed", outcome.fixed());
        }
        session.printJson(json);
      } else {
        outcome.fixed().forEach(line -> session.out().println("fixed     " + line));
        print(outcome);
      }
      return report.isClean() ? DONE : FAILED;
    }

    private static Map<String, Object> json(PoolReport report) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("file", report.device());
      json.put("clean", report.isClean());
      json.put("pool", report.pool());
      json.put("generation", report.generation());
      json.put("volumes", report.volumes());
      json.put("layers", report.layers());
      json.put("pages", report.pages());
      json.put("commitsInJournal", report.commits());
      if (report.usage() != null) {
        PoolUsage usage = report.usage();
        Map<String, Object> space = new LinkedHashMap<>();
        space.put("dataBytes", PoolUsage.bytes(usage.data()));
        space.put("mappedBytes", PoolUsage.bytes(usage.mapped()));
        space.put("dirtyBytes", PoolUsage.bytes(usage.dirty()));
        space.put("metadataBytes", PoolUsage.bytes(usage.metadata()));
        space.put("reservedBytes", PoolUsage.bytes(usage.reserved()));
        space.put("cleanBytes", PoolUsage.bytes(usage.clean()));
        json.put("space", space);
      }
      json.put("problems", report.problems());
      json.put("notes", report.notes());
      return json;
    }

    private void print(PoolRepair.Outcome outcome) {
      PoolReport report = outcome.report();
      session.out().println("pool      " + report.device());
      if (report.usage() != null) {
        session.out().println("identity  " + report.pool() + ", generation " + report.generation());
        session
            .out()
            .println(
                "holds     "
                    + report.volumes()
                    + " volumes, "
                    + report.layers()
                    + " layers, "
                    + report.pages()
                    + " metadata pages, "
                    + report.commits()
                    + " commits in the journal");
        session.out().println("space     " + space(report.usage()));
      }
      report.notes().forEach(note -> session.out().println("note      " + note));
      for (PoolProblem problem : report.problems()) {
        session.out().println("PROBLEM   " + problem);
      }
      hint(report, outcome.fixed().isEmpty() ? "nothing" : "nothing else");
      int problems = report.problems().size();
      session
          .out()
          .println(
              "result    "
                  + (problems == 0
                      ? "clean"
                      : problems == 1 ? "1 problem" : problems + " problems"));
    }

    private void hint(PoolReport report, String unwritten) {
      long beyond = report.problems().stream().filter(p -> !p.isRepairable()).count();
      if (beyond > 0 && repair) {
        session
            .out()
            .println(
                "note      " + unwritten + " was written: " + beyond + " of them cannot be mended");
      } else if (beyond == 0 && !report.isClean()) {
        session.out().println("note      'pool check --repair' mends this");
      }
    }

    private static String space(PoolUsage usage) {
      return size(usage.clean())
          + " clean of "
          + size(usage.data())
          + "; "
          + size(usage.mapped())
          + " mapped, "
          + size(usage.dirty())
          + " dirty, "
          + size(usage.metadata())
          + " metadata, "
          + size(usage.reserved())
          + " reserved";
    }

    private static String size(long extents) {
      return new ByteSize(Math.max(0, PoolUsage.bytes(extents))).forPeople();
    }
  }

  @Command(description = "Show all metadata of a pool file, the journal included.")
  static final class Dump implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "FILE", description = "The pool: a file or a block device.")
    private Path file;

    @Option(names = "--maps", description = "Show every map entry too.")
    private boolean maps;

    Dump(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws VolumeException, CommandFailure {
      PoolDump dump = PoolDump.read(file, maps);
      if (session.isJson()) {
        session.printJson(dump);
      } else {
        session.out().print(PoolDumpText.of(dump));
        session.out().flush();
      }
      return dump.problems().isEmpty() ? DONE : FAILED;
    }
  }
}
