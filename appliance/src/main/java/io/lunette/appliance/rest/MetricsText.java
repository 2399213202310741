/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;

/**
 * What {@code GET /status} says in numbers, in the text format 0.0.4 of Prometheus. Names end with
 * their unit; every metric is a gauge and has a help line. Immutable.
 */
final class MetricsText {

  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** A size of the pool: the metric, the field of the status, and what it is. */
  private record Size(String name, String field, String help) {}

  private static final List<Size> SIZES =
      List.of(
          new Size("capacity", "capacityBytes", "Space of the pool for data and metadata."),
          new Size("used", "usedBytes", "Space of the pool that is not clean."),
          new Size("owned", "ownedBytes", "Space that volumes hold."),
          new Size("dirty", "dirtyBytes", "Space that waits to be erased."),
          new Size("reclaimable", "reclaimableBytes", "Space that scrubbing would give back."),
          new Size("metadata", "metadataBytes", "Space that metadata takes."),
          new Size("clean", "cleanBytes", "Space that is zero and free."),
          new Size(
              "available", "availableBytes", "Clean space for which the file system has room."),
          new Size("virtual", "virtualBytes", "Sizes of all volumes, as initiators see them."));

  private static final List<String> REPLICA_STATES =
      List.of("ready", "building", "allocated", "returned", "scrubbing", "quarantined");

  private final StringBuilder text = new StringBuilder();

  private MetricsText() {}

  /** The metrics of a status as {@code GET /status} gives it. */
  static String of(JsonNode status) {
    MetricsText metrics = new MetricsText();
    metrics.sizes(status.path("space"));
    metrics.replicas(status.path("pools"));
    metrics.gauge("lunette_sessions", "iSCSI sessions.", status.path("sessions").size());
    metrics.gauge("lunette_mappings", "LUNs that initiators see.", status.path("mappings").size());
    metrics.gauge("lunette_jobs_running", "Jobs under way.", status.path("jobsRunning").asLong());
    metrics.gauge(
        "lunette_alerts", "Alerts in the status; 0 if all is well.", status.path("alerts").size());
    metrics.info(status);
    return metrics.text.toString();
  }

  private void sizes(JsonNode space) {
    for (Size size : SIZES) {
      gauge("lunette_pool_" + size.name + "_bytes", size.help, space.path(size.field).asLong());
    }
  }

  private void replicas(JsonNode pools) {
    head("lunette_replicas", "Replicas of an image in a state.");
    for (JsonNode pool : pools) {
      for (String state : REPLICA_STATES) {
        text.append(
            String.format(
                Locale.ROOT,
                "lunette_replicas{image=\"%s\",state=\"%s\"} %d\n",
                escaped(pool.path("image").asText()),
                state,
                pool.path(state).asLong()));
      }
    }
  }

  private void info(JsonNode status) {
    head("lunette_info", "Always 1; the version and the target are in the labels.");
    text.append("lunette_info{version=\"")
        .append(escaped(status.path("version").asText()))
        .append("\",target=\"")
        .append(escaped(status.path("target").asText()))
        .append("\"} 1\n");
  }

  private void gauge(String name, String help, long value) {
    head(name, help);
    text.append(name).append(' ').append(value).append('\n');
  }

  private void head(String name, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(" gauge\n");
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
