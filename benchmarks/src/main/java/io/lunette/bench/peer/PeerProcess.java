/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.TargetUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A target that this run started; ends with it, also when the run is told to end. Its process id is
 * in a file beside its log, for whoever started the run to end it if the run was killed.
 *
 * @param target where it listens
 * @param process itself
 * @param command how it was started, as a person would type it
 * @param atExit stops it when this program is told to end
 */
record PeerProcess(TargetUrl target, Process process, String command, Thread atExit)
    implements AutoCloseable {

  private static final Duration TO_START = Duration.ofSeconds(30);
  private static final int CONNECT_MILLIS = 200;
  private static final long STOP_SECONDS = 5;

  /** Starts it, and waits until it listens. */
  static PeerProcess start(TargetUrl target, Path log, String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Thread atExit = new Thread(() -> stop(process));
    Runtime.getRuntime().addShutdownHook(atExit);
    PeerProcess peer = new PeerProcess(target, process, String.join(" ", command), atExit);
    try {
      Files.writeString(log.resolveSibling(target.name() + ".pid"), process.pid() + "\n");
      peer.awaitListening(log);
    } catch (IOException e) {
      peer.close();
      throw e;
    }
    return peer;
  }

  /** A port of the loopback interface that nobody listens on. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitListening(Path log) throws IOException {
    long deadline = System.nanoTime() + TO_START.toNanos();
    while (true) {
      try (Socket probe = new Socket()) {
        probe.connect(new InetSocketAddress(target.host(), target.port()), CONNECT_MILLIS);
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IOException(
              target.name() + " did not start: " + Files.readString(log).strip(), notYet);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(CONNECT_MILLIS));
      }
    }
  }

  private static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop(process);
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
