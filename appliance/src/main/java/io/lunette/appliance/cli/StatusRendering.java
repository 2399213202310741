/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.config.ByteSize;
import java.math.RoundingMode;
import java.util.Locale;

/** The status of an appliance, for a person. */
final class StatusRendering implements Rendering {

  /** The larger of the sizes that a logical block may have. */
  private static final int LARGE_BLOCK = 4096;

  @Override
  public String render(JsonNode status) {
    StringBuilder text = new StringBuilder();
    line(text, "version", status.path("version").asText());
    line(text, "portal", status.path("portal").asText());
    line(text, "target", status.path("target").asText());
    line(text, "http", Table.plain(status.path("http")));
    line(text, "boot", Table.plain(status.path("boot")));
    line(text, "pool", status.path("poolFile").asText());
    line(text, "device", device(status.path("device")));
    JsonNode space = status.path("space");
    line(
        text,
        "space",
        size(space, "cleanBytes")
            + " free of "
            + size(space, "capacityBytes")
            + room(space)
            + "; "
            + size(space, "ownedBytes")
            + " owned, "
            + size(space, "dirtyBytes")
            + " dirty, "
            + size(space, "reclaimableBytes")
            + " to be had by scrubbing, "
            + size(space, "metadataBytes")
            + " metadata; volumes of "
            + size(space, "virtualBytes")
            + ", "
            + times(space.path("overcommit"))
            + " times the capacity");
    line(text, "sessions", Integer.toString(status.path("sessions").size()));
    line(text, "mappings", Integer.toString(status.path("mappings").size()));
    line(text, "jobs", status.path("jobsRunning").asText() + " running");
    for (JsonNode alert : status.path("alerts")) {
      line(text, "ALERT", alert.asText());
    }
    section(text, status.path("pools"), pools());
    section(text, status.path("sessions"), sessions());
    if (status.path("nodes").size() > 1) {
      section(text, status.path("nodes"), nodes());
    }
    return text.toString();
  }

  private static String device(JsonNode device) {
    int direct = device.path("directAlignmentBytes").asInt();
    String fileSystem = device.path("fileSystem").asText();
    return device.path("kind").asText()
        + (fileSystem.isEmpty() ? "" : " on " + fileSystem)
        + ", sectors "
        + device.path("logicalSectorBytes").asText()
        + "/"
        + device.path("physicalSectorBytes").asText()
        + (mayTear(device.path("physicalSectorBytes").asInt())
            ? ", may tear blocks of " + LARGE_BLOCK
            : "")
        + "; direct I/O "
        + (direct == 0 ? "no" : "by " + direct)
        + support(device, "allocate", "allocate")
        + support(device, "punch hole", "punchHole")
        + support(device, "zero range", "zeroRange")
        + support(device, "discard", "discard")
        + support(device, "durable write", "durableWrite")
        + support(device, "read without waiting", "readWithoutWaiting")
        + support(device, "overwrite in place", "overwriteInPlace");
  }

  /** Whether a crash may leave a part of one of the larger logical blocks. */
  private static boolean mayTear(int sectorBytes) {
    return sectorBytes > 0 && sectorBytes < LARGE_BLOCK;
  }

  private static String support(JsonNode device, String label, String field) {
    return ", " + label + " " + device.path(field).asText().toLowerCase(Locale.ROOT);
  }

  private static void section(StringBuilder text, JsonNode rows, Table table) {
    if (!rows.isEmpty()) {
      text.append('\n').append(table.render(rows));
    }
  }

  private static Table pools() {
    return new Table()
        .text("IMAGE", "image")
        .number("READY", "ready")
        .number("BUILDING", "building")
        .number("ALLOCATED", "allocated")
        .number("RETURNED", "returned")
        .number("SCRUBBING", "scrubbing")
        .number("QUARANTINED", "quarantined");
  }

  private static Table nodes() {
    return new Table()
        .text("NODE", "name")
        .text("PORTAL", "portal")
        .text("SELF", "self")
        .text("STARTED", "started")
        .text("SEEN", "seen");
  }

  private static Table sessions() {
    return new Table()
        .text("INITIATOR", "initiator")
        .text("PEER", "peer")
        .text("SINCE", "since")
        .number("COMMANDS", "commands");
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append(" ".repeat(10 - name.length())).append(value).append('\n');
  }

  /** Without an exponent, however large. */
  private static String times(JsonNode overcommit) {
    return overcommit
        .decimalValue()
        .setScale(2, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  private static String room(JsonNode space) {
    return space.path("availableBytes").asLong() < space.path("cleanBytes").asLong()
        ? " (the file system under it has room for " + size(space, "availableBytes") + ")"
        : "";
  }

  private static String size(JsonNode space, String field) {
    return new ByteSize(space.path(field).asLong()).forPeople();
  }
}
