/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;

/** A server of the tour: QEMU's programs, logged in under the server's initiator name. */
final class QemuInitiator {

  private final String options;
  private final String initiator;

  /**
   * @param allocation what {@code lunette allocate} answered
   */
  QemuInitiator(JsonNode allocation, String initiator) {
    this.initiator = initiator;
    this.options =
        "driver=raw,file.driver=iscsi,file.transport=tcp,file.initiator-name="
            + initiator
            + ",file.portal="
            + allocation.path("portal").asText()
            + ",file.target="
            + allocation.path("target").asText()
            + ",file.lun="
            + allocation.path("lun").asInt();
  }

  String initiator() {
    return initiator;
  }

  /** Reads the whole LUN into a raw file. */
  List<String> readCommand(Path file) {
    return List.of("qemu-img", "convert", "--image-opts", options, "-O", "raw", file.toString());
  }

  /** Writes the bytes of a file again and again over a range, and flushes. */
  List<String> writeCommand(Path pattern, long offset, long bytes) {
    return List.of(
        "qemu-io",
        "--image-opts",
        "-c",
        "write -s " + pattern + " " + offset + " " + bytes,
        "-c",
        "flush",
        options);
  }

  /** Opens the LUN and reads one block. */
  List<String> probeCommand() {
    return List.of("qemu-io", "--image-opts", "-c", "read 0 4k", options);
  }

  /** A command as a user would type it. */
  static String shell(List<String> command) {
    StringBuilder line = new StringBuilder();
    for (String word : command) {
      boolean plain = word.matches("[A-Za-z0-9_./:=,@%+-]+");
      line.append(line.isEmpty() ? "" : " ").append(plain ? word : "'" + word + "'");
    }
    return line.toString();
  }
}
