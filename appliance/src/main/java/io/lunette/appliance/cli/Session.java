/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.Home;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What every command of one call of the program shares: the global options and where to print. Used
 * by one thread.
 */
public final class Session {

  private final Map<String, String> environment;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Interruption interruption = new Interruption();
  private Optional<Path> homeOption = Optional.empty();
  private OutputFormat format = OutputFormat.TABLE;

  /** Prints to the writers, which are flushed after each line. */
  public Session(Map<String, String> environment, PrintWriter out, PrintWriter err) {
    this.environment = Map.copyOf(environment);
    this.out = out;
    this.err = err;
  }

  void setHome(Path home) {
    homeOption = Optional.of(home);
  }

  void setFormat(OutputFormat chosen) {
    format = chosen;
  }

  /** The home in effect. */
  public Home home() {
    return Home.resolve(homeOption, environment);
  }

  /** The home that the user named, if any. */
  public Optional<Path> homeOption() {
    return homeOption;
  }

  /** Whether results are to be JSON. */
  public boolean isJson() {
    return format == OutputFormat.JSON;
  }

  /** Whether a person watches stderr; bin/lunette knows. */
  public boolean isWatched() {
    return environment.containsKey("LUNETTE_TTY");
  }

  /** How the user called the program, for hints that can be pasted. */
  public String program() {
    return environment.getOrDefault("LUNETTE_COMMAND", "lunette");
  }

  /** Results. */
  public PrintWriter out() {
    return out;
  }

  /** Progress, warnings, errors. */
  public PrintWriter err() {
    return err;
  }

  /** How a signal reaches the command. */
  Interruption interruption() {
    return interruption;
  }

  /** The appliance that runs on the home. */
  ApiClient openApi() throws ApiException {
    return ApiClient.open(home());
  }

  /** Prints a result as the user wants it. */
  void print(JsonNode result, Rendering rendering) throws CommandFailure {
    if (isJson()) {
      printJson(result);
    } else {
      out.print(rendering.render(result));
      out.flush();
    }
  }

  /** Prints a value as JSON. */
  void printJson(Object value) throws CommandFailure {
    try {
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new CommandFailure("the result cannot be written as JSON: " + e.getMessage(), e);
    }
  }
}
