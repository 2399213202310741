/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.DomainException;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerProfile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The monitor of QEMU on this machine: {@code qmp:/path/to/socket}. The virtual machine has been
 * reset when QEMU has said so by its RESET event (QEMU Machine Protocol, {@code system_reset}).
 */
final class QmpReset implements PowerControl {

  /** What the length of a socket's path may be on Linux, its end included. */
  private static final int PATH_BYTES_MAX = 107;

  @Override
  public void check(String rest) {
    if (!Path.of(rest).isAbsolute() || rest.length() > PATH_BYTES_MAX) {
      throw new IllegalArgumentException(
          "'" + rest + "' is no monitor of QEMU: name its socket by its whole path");
    }
  }

  @Override
  public void restart(String rest, Server server, ServerProfile profile, Deadline deadline)
      throws DomainException {
    try (QmpMonitor monitor = QmpMonitor.connect(Path.of(rest), deadline)) {
      requireReturn(monitor.read(), "QMP", rest);
      monitor.write("{\"execute\":\"qmp_capabilities\"}");
      requireReturn(answer(monitor), "return", rest);
      monitor.write("{\"execute\":\"system_reset\"}");
      requireReturn(answer(monitor), "return", rest);
      JsonNode event = monitor.read();
      while (!event.path("event").asText().equals("RESET")) {
        event = monitor.read();
      }
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, "the monitor at " + rest + ": " + e.getMessage(), e);
    }
  }

  /** The next message that is no event. */
  private static JsonNode answer(QmpMonitor monitor) throws IOException, DomainException {
    JsonNode message = monitor.read();
    while (message.has("event")) {
      message = monitor.read();
    }
    return message;
  }

  private static void requireReturn(JsonNode message, String wanted, String socket)
      throws DomainException {
    if (!message.has(wanted)) {
      throw new DomainException(
          DomainException.Kind.IO,
          "the monitor at "
              + socket
              + " answered "
              + message.at("/error/desc").asText("what no QEMU does"));
    }
  }
}
