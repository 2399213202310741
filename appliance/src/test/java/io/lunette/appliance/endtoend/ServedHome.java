/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.Home;
import io.lunette.appliance.cli.Lunette;
import io.lunette.appliance.client.ApiClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code lunette serve} as a process of its own, and the command line that talks to it. */
final class ServedHome implements AutoCloseable {

  private static final Pattern READY =
      Pattern.compile("READY portal=(\\S+) http=(\\S+) target=(\\S+)");
  private static final Duration START_TIME = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  final Path home;
  private final Path log;
  private Process process;
  private String portal;
  private String http;
  private String target;

  ServedHome(Path directory) {
    this.home = directory.resolve("home");
    this.log = directory.resolve("serve.log");
  }

  /** Starts it and waits until it accepts work. */
  ServedHome start(String... options) throws Exception {
    boolean placed = Arrays.asList(options).contains("--portal");
    List<String> words =
        new ArrayList<>(placed ? List.of() : List.of("--portal", LocalAddress.next()));
    words.addAll(options.length > 0 ? Arrays.asList(options) : List.of("--pool-size", "1G"));
    process = launch(home, log, words);
    Instant deadline = Instant.now().plus(START_TIME);
    while (Instant.now().isBefore(deadline) && process.isAlive()) {
      Matcher ready = READY.matcher(said());
      if (ready.find()) {
        portal = ready.group(1);
        http = ready.group(2);
        target = ready.group(3);
        return this;
      }
      Thread.sleep(20);
    }
    // The test ends here and may have nobody to close this.
    kill();
    throw new AssertionError("serve did not get ready: " + said());
  }

  /** Starts it with the API on TCP and a second portal, in a group of its own. */
  ServedHome startWithTwoPortals() throws Exception {
    return start(
        "--pool-size",
        "1G",
        "--http",
        "127.0.0.1:0",
        "--portal",
        LocalAddress.next(),
        "--portal",
        LocalAddress.next() + ",2");
  }

  /**
   * A {@code serve} with those options on that home, which need not start. It lives for seconds,
   * too short for what the optimizing compiler would spend on it.
   */
  static Process launch(Path home, Path log, List<String> options) throws Exception {
    List<String> words = new ArrayList<>(List.of("serve"));
    words.addAll(options);
    return program(home, words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /** The program in a process of its own. */
  private static ProcessBuilder program(Path home, List<String> command) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Lunette.class.getName(),
                "--home",
                home.toString()));
    words.addAll(command);
    return new ProcessBuilder(words);
  }

  /** All that the process has printed since its start. */
  String said() throws Exception {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
  }

  /** Kills it as a power cut would. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Lets it do nothing more: it keeps its connections, takes new ones, and answers none. */
  void freeze() throws Exception {
    signal("STOP");
  }

  /** Lets it go on after {@link #freeze}. */
  void thaw() throws Exception {
    signal("CONT");
  }

  private void signal(String name) throws Exception {
    ForeignTool.succeed("kill", "-" + name, Long.toString(process.pid()));
  }

  /** Asks it to end and returns its exit status. */
  int stop() throws Exception {
    process.destroy();
    if (!process.waitFor(30, SECONDS)) {
      throw new AssertionError("serve does not end on SIGTERM: " + said());
    }
    return process.exitValue();
  }

  /** Waits for it to end by itself and returns its exit status. */
  int exit(long seconds) throws Exception {
    if (!process.waitFor(seconds, SECONDS)) {
      throw new AssertionError("serve does not end: " + said());
    }
    return process.exitValue();
  }

  String portal() {
    return portal;
  }

  /** Where the API listens on TCP; a hyphen if it does not. */
  String http() {
    return http;
  }

  String target() {
    return target;
  }

  String url(int lun) {
    return "iscsi://" + portal + "/" + target + "/" + lun;
  }

  /** QEMU's options for a LUN as that initiator. */
  String image(String initiator, int lun) {
    return "driver=raw,file.driver=iscsi,file.transport=tcp,file.portal="
        + portal
        + ",file.target="
        + target
        + ",file.lun="
        + lun
        + ",file.initiator-name="
        + initiator;
  }

  /** The JSON of a command that has to succeed. */
  JsonNode call(String... command) throws Exception {
    Outcome outcome = run(command);
    if (outcome.status != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + outcome);
    }
    return JSON.readTree(outcome.out);
  }

  /** What all servers hold, as the API has it. */
  JsonNode allocations() throws Exception {
    try (ApiClient api = ApiClient.open(new Home(home))) {
      return api.list("/allocations");
    }
  }

  /** A command on this home. */
  Outcome run(String... command) {
    List<String> words = new ArrayList<>(List.of("--home", home.toString(), "-o", "json"));
    words.addAll(Arrays.asList(command));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Lunette.run(
            Map.of(),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            words.toArray(String[]::new));
    return new Outcome(status, out.toString(), err.toString());
  }

  /** A command on this home in a process of its own, which signals reach. */
  Process begin(String... command) throws Exception {
    return program(home, List.of(command)).start();
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }

  /** How a command ended and what it printed. */
  record Outcome(int status, String out, String err) {}
}
