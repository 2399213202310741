/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link Responder} running: a process of its own, since what neighbours send fills the
 * heap of who listens to multicast DNS. One that ends is started anew after a minute. An appliance
 * goes on without: what is wrong is in {@link #trouble}. Thread-safe.
 */
public final class Advertisement implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Advertisement.class);
  private static final List<String> JVM =
      List.of(
          "-Xmx24m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError");
  private static final long AGAIN_SECONDS = 60;
  private static final long END_SECONDS = 10;

  private final Announcement said;
  private final ExecutorService threads;
  private final ScheduledExecutorService timer;
  private Process process;
  private boolean closed;
  private volatile Optional<String> trouble = Optional.empty();

  private Advertisement(
      Announcement said, ExecutorService threads, ScheduledExecutorService timer) {
    this.said = said;
    this.threads = threads;
    this.timer = timer;
  }

  /**
   * Begins to advertise.
   *
   * @param threads gives one thread, for as long as this is open
   */
  public static Advertisement start(
      Announcement said, ExecutorService threads, ScheduledExecutorService timer) {
    Advertisement advertisement = new Advertisement(said, threads, timer);
    advertisement.launch();
    return advertisement;
  }

  private synchronized void launch() {
    if (closed) {
      return;
    }
    try {
      process =
          new ProcessBuilder(command()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      byte[] line = new ObjectMapper().writeValueAsBytes(said);
      process.getOutputStream().write(line);
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      Process started = process;
      threads.execute(() -> follow(started));
    } catch (IOException e) {
      lost(e.getMessage());
    }
  }

  private static List<String> command() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JVM);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Responder.class.getName()));
    return words;
  }

  /** Reads what the process says until it ends. */
  private void follow(Process started) {
    String reason = "the process that answers multicast DNS has ended";
    try (BufferedReader lines = started.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(Responder.ADVERTISED)) {
          trouble = Optional.empty();
          LOG.info(
              "SMI-S is advertised as '{}' on {}",
              said.name(),
              line.substring(Responder.ADVERTISED.length()));
        } else if (line.startsWith(Responder.FAILED)) {
          reason = line.substring(Responder.FAILED.length());
        }
      }
    } catch (IOException e) {
      reason = e.getMessage();
    }
    lost(reason);
  }

  private synchronized void lost(String reason) {
    if (closed) {
      return;
    }
    String line = "SMI-S is not advertised: " + reason + "; it is tried again each minute";
    if (!trouble.equals(Optional.of(line))) {
      LOG.warn(line);
    }
    trouble = Optional.of(line);
    timer.schedule(this::launch, AGAIN_SECONDS, TimeUnit.SECONDS);
  }

  /** Why it is not advertised now, in a line for an operator. */
  public Optional<String> trouble() {
    return trouble;
  }

  /** Takes back what was said; some seconds. */
  @Override
  public void close() throws IOException {
    Process last;
    synchronized (this) {
      closed = true;
      last = process;
    }
    if (last != null) {
      last.getOutputStream().close();
      end(last);
    }
  }

  private static void end(Process last) {
    try {
      if (!last.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        last.destroyForcibly();
      }
    } catch (InterruptedException e) {
      last.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
