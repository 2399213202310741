/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** The balancer's state as a line and a table of its groups. */
final class BalancerRendering implements Rendering {

  @Override
  public String render(JsonNode status) {
    return "balancer "
        + (status.path("enabled").asBoolean() ? "enabled" : "disabled")
        + ", looks every "
        + status.path("intervalSeconds").asText()
        + " s, "
        + status.path("underWay").asText()
        + " of at most "
        + status.path("maxMoves").asText()
        + " moves under way\nfree servers: "
        + (status.path("free").isEmpty() ? "none" : Table.plain(status.path("free")))
        + "\n"
        + new Table()
            .text("GROUP", "group/name")
            .text("USE", "group/tenant")
            .text("IMAGE", "group/image")
            .text("SERVERS", "serverCount")
            .number("MIN", "group/min")
            .number("MAX", "group/max")
            .number("ARRIVING", "arriving")
            .number("READY", "ready")
            .text("METRIC", "group/metric")
            .number("LOAD", "load")
            .number("TARGET", "group/target")
            .render(status.path("groups"));
  }
}
