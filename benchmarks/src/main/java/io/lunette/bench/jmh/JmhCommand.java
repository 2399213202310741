/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.bench.report.LoopDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lunette bench jmh}. */
@Command(description = "Run the JMH micro-benchmarks.")
public final class JmhCommand implements Callable<Integer> {

  /** What a quick run looks at, of the parameters that have many values or make long runs. */
  private static final Map<String, String[]> QUICK =
      Map.of(
          "depth", new String[] {"1", "64"},
          "replicas", new String[] {"1000"},
          "clones", new String[] {"1", "1000"},
          "imageGibibytes", new String[] {"1", "1024"},
          "segmentBytes", new String[] {"0", "4096"},
          "bytes", new String[] {"48", "4096"},
          "algorithm", new String[] {"5=MD5", "8=SHA3-256"},
          "extents", new String[] {"504", "16384"},
          "dirtyMebibytes", new String[] {"16"},
          "blockBytes", new String[] {"1048576"});

  private final Session session;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILTER",
      description = "A regular expression of benchmark names; all without one.")
  private String filter = ".*";

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "5",
      description = "Iterations of warm-up, and of measurement (default 5).")
  private int iterations;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seconds of an iteration (default 1).")
  private int seconds;

  @Option(
      names = "--quick",
      description =
          "All within five minutes: short iterations, and of the parameters the ends alone. To see"
              + " that everything runs, and for a first look.")
  private boolean quick;

  @Option(
      names = "--directory",
      paramLabel = "D",
      description = "Where the pools lie, for instance on the device to measure (default /tmp).")
  private Path directory;

  @Option(names = "--json", paramLabel = "F", description = "Keep the results in that file.")
  private Path json;

  public JmhCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws CommandFailure {
    requireSense();
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(filter)
            .forks(1)
            .warmupIterations(quick ? 1 : iterations)
            .warmupTime(time())
            .measurementIterations(quick ? 2 : iterations)
            .measurementTime(time())
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true);
    if (quick) {
      QUICK.forEach(options::param);
    }
    if (!LoopDevice.isAvailable()) {
      options.param("backing", ScratchPool.FILE);
    }
    if (directory != null) {
      options.jvmArgsAppend("-Djava.io.tmpdir=" + directory.toAbsolutePath());
    }
    if (json != null) {
      options.resultFormat(ResultFormatType.JSON).result(json.toString());
    }
    try {
      int results = new Runner(options.build()).run().size();
      if (results == 0) {
        throw new CommandFailure("no benchmark is called " + filter);
      }
    } catch (RunnerException e) {
      throw new CommandFailure("the benchmark failed: " + e.getMessage(), e);
    }
    session.out().flush();
    return 0;
  }

  private void requireSense() {
    if (iterations < 1 || seconds < 1) {
      throw wrong("--iterations and --seconds must be at least 1");
    }
    if (directory != null && !Files.isDirectory(directory)) {
      throw wrong("there is no directory " + directory);
    }
    try {
      var unused = Pattern.compile(filter);
    } catch (PatternSyntaxException e) {
      throw wrong("'" + filter + "' is no regular expression: " + e.getDescription());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private TimeValue time() {
    return quick ? TimeValue.milliseconds(250) : TimeValue.seconds(seconds);
  }
}
