/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.lunette.appliance.cli.Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Where the results of a bench go: to its user, and to a file if there is one. */
public final class ResultOutput {

  @Option(names = "--json", paramLabel = "F", description = "Keep the results in that file.")
  private Path json;

  /** Keeps the figures, and prints them as JSON or as people read them. */
  public void write(Session session, Object figures, Consumer<PrintWriter> people)
      throws IOException {
    ObjectWriter writer = new ObjectMapper().writerWithDefaultPrettyPrinter();
    if (json != null) {
      writer.writeValue(json.toFile(), figures);
    }
    if (session.isJson()) {
      session.out().println(writer.writeValueAsString(figures));
    } else {
      people.accept(session.out());
    }
    session.out().flush();
  }
}
