/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette bench jmh}. */
@Command(description = "Run the JMH micro-benchmarks.")
public final class JmhCommand implements Callable<Integer> {

  private final Session session;

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

  @Option(names = "--json", paramLabel = "F", description = "Keep the results in that file.")
  private Path json;

  public JmhCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws CommandFailure {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(filter)
            .forks(1)
            .warmupIterations(iterations)
            .warmupTime(TimeValue.seconds(seconds))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.seconds(seconds))
            .shouldFailOnError(true);
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
}
