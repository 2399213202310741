/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/**
 * The program. Reads the command line, runs one command, and turns whatever happens into the three
 * exit statuses: 0 done, 1 failed, 2 wrong usage.
 */
public final class Lunette {

  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;
  private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

  private final Session session;

  Lunette(Session session) {
    this.session = session;
  }

  /** Runs the program and ends the process. */
  public static void main(String[] args) {
    lookForNoLeaks();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(System.getenv(), out, err, args));
  }

  /**
   * Netty traces one buffer in 128 to find leaks, for a tenth of what a 4 KiB read costs. The tests
   * have it trace all of them; who wants that here too says so by the same property.
   */
  private static void lookForNoLeaks() {
    if (System.getProperty(LEAK_DETECTION) == null) {
      System.setProperty(LEAK_DETECTION, "disabled");
    }
  }

  /** Runs the program. */
  public static int run(
      Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
    Session session = new Session(environment, out, err);
    try {
      return new Lunette(session).run(args);
    } finally {
      session.interruption().over();
    }
  }

  int run(String... args) {
    CommandLine line = new CommandLine(new Root(session));
    new Commands(session).addTo(line, firstWord(args));
    configure(line);
    if (args.length == 0) {
      line.usage(session.err());
      return WRONG_USAGE;
    }
    return line.execute(args);
  }

  private void configure(CommandLine line) {
    line.setOut(session.out())
        .setErr(session.err())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(false)
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setParameterExceptionHandler((e, args) -> wrongUsage(e))
        .setExecutionExceptionHandler((e, command, parsed) -> failed(e));
    Converters.register(line);
  }

  /** The first word that is neither an option nor the value of one. */
  static Optional<String> firstWord(String... args) {
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--home", "-o", "--output" -> i++;
        default -> {
          if (!args[i].startsWith("-")) {
            return Optional.of(args[i]);
          }
        }
      }
    }
    return Optional.empty();
  }

  private int wrongUsage(CommandLine.ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    String message = unmatched(e).orElseGet(() -> firstLine(e));
    session.err().println("lunette: " + message + "; see '" + command + " --help'");
    return WRONG_USAGE;
  }

  private static String firstLine(CommandLine.ParameterException e) {
    String message = e.getMessage().lines().findFirst().orElse("wrong usage");
    return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
  }

  /** A word that nothing was expected for is most often a command that there is not. */
  private static Optional<String> unmatched(CommandLine.ParameterException e) {
    if (!(e instanceof CommandLine.UnmatchedArgumentException unmatched)
        || unmatched.isUnknownOption()) {
      return Optional.empty();
    }
    String word = unmatched.getUnmatched().get(0);
    boolean isGroup = !e.getCommandLine().getSubcommands().isEmpty();
    return Optional.of(
        isGroup ? "there is no command '" + word + "'" : "'" + word + "' is one word too many");
  }

  private int failed(Exception e) {
    session.err().println("lunette: " + Failures.line(e));
    return FAILED;
  }
}
