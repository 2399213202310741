/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import io.lunette.core.DomainException;
import io.lunette.core.server.MacAddress;
import io.lunette.core.server.SerialNumber;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program of the operator's: {@code hook:/path/to/program [argument...]}, with blanks between. It
 * is run without a shell and ends with 0 when the server has been restarted.
 *
 * <p>Of the appliance's environment it sees PATH, and of the server {@code LUNETTE_ACTION}
 * (restart), {@code LUNETTE_SERVER}, {@code LUNETTE_INITIATOR}, {@code LUNETTE_MACS} and {@code
 * LUNETTE_SERIAL}. One that takes too long is killed with all that it has started.
 */
final class CommandHook implements PowerControl {

  private static final int SAID_BYTES_MAX = 64 << 10;

  @Override
  public void check(String rest) {
    Path program = Path.of(words(rest).get(0));
    if (!program.isAbsolute()) {
      throw new IllegalArgumentException(
          "'" + program + "' is no hook: name the program by its whole path");
    }
  }

  private static List<String> words(String rest) {
    return List.of(rest.strip().split("\\s+"));
  }

  @Override
  public void restart(String rest, Server server, ServerProfile profile, Deadline deadline)
      throws DomainException {
    List<String> words = words(rest);
    if (!Files.isExecutable(Path.of(words.get(0)))) {
      throw new DomainException(
          DomainException.Kind.IO, words.get(0) + " could not be run: it is no program");
    }
    try {
      Path said = Files.createTempFile("lunette-hook", ".log");
      try {
        run(words, server, profile, deadline, said);
      } finally {
        Files.deleteIfExists(said);
      }
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, words.get(0) + " could not be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DomainException(DomainException.Kind.IO, "interrupted", e);
    }
  }

  private static void run(
      List<String> words, Server server, ServerProfile profile, Deadline deadline, Path said)
      throws DomainException, IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(inGroupOfItsOwn(words))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .redirectInput(Path.of("/dev/null").toFile());
    describe(builder.environment(), server, profile);
    Process process = builder.start();
    try {
      if (!process.waitFor(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS)) {
        throw deadline.passed();
      }
    } finally {
      if (process.isAlive()) {
        kill(process);
      }
    }
    if (process.exitValue() != 0) {
      throw new DomainException(
          DomainException.Kind.IO,
          words.get(0) + " ended with " + process.exitValue() + lastLine(said));
    }
  }

  /** The program replaces setsid, so the process that is started leads the group. */
  private static List<String> inGroupOfItsOwn(List<String> words) {
    return Stream.concat(Stream.of("setsid"), words.stream()).toList();
  }

  /**
   * All of the group get the signal at once, so none forks past it and an orphan is among them.
   * What has left the group is killed one by one.
   */
  private static void kill(Process leader) throws IOException, InterruptedException {
    List<ProcessHandle> started = leader.descendants().toList();
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -KILL -" + leader.pid()).start().waitFor();
    } finally {
      started.forEach(ProcessHandle::destroyForcibly);
      leader.destroyForcibly();
    }
  }

  private static void describe(
      Map<String, String> environment, Server server, ServerProfile profile) {
    String path = environment.getOrDefault("PATH", "/usr/bin:/bin");
    environment.clear();
    environment.put("PATH", path);
    environment.put("LUNETTE_ACTION", "restart");
    environment.put("LUNETTE_SERVER", server.name().value());
    environment.put("LUNETTE_INITIATOR", server.initiator().value());
    environment.put(
        "LUNETTE_MACS",
        profile.macs().stream().map(MacAddress::value).collect(Collectors.joining(" ")));
    environment.put("LUNETTE_SERIAL", profile.serial().map(SerialNumber::value).orElse(""));
  }

  /** The last thing that the program said, for the one line of the error. */
  private static String lastLine(Path said) throws IOException {
    byte[] head;
    try (var in = Files.newInputStream(said)) {
      head = in.readNBytes(SAID_BYTES_MAX);
    }
    return new String(head, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((before, last) -> last)
        .map(line -> ": " + line.strip())
        .orElse("");
  }
}
