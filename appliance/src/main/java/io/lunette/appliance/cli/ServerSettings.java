/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.MacAddress;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.SerialNumber;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of {@code server add} and {@code server set} that say more of a server. */
final class ServerSettings {

  private static final String NONE = "none";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--mac",
      paramLabel = "M",
      description = "Address of a network card that it boots by; may be said several times; none.")
  private List<String> macs = List.of();

  @Option(names = "--serial", paramLabel = "S", description = "Serial number of the machine; none.")
  private String serial;

  @Option(
      names = "--boot",
      paramLabel = "P",
      description =
          "At a boot over the network: persistent keeps its replica, stateless exchanges one of an"
              + " older version, fresh always; image: what the image says.")
  private String boot;

  @Option(
      names = "--chap-in-script",
      paramLabel = "YES|NO",
      arity = "1",
      description = "Whether the boot script tells its CHAP secret, in clear (no).")
  private YesNo chapInScript;

  @Option(
      names = "--power",
      paramLabel = "HOW",
      description = "How to restart it: redfish:URL, hook:PROGRAM [ARGUMENT...], qmp:SOCKET; none.")
  private String power;

  @Option(
      names = "--power-timeout",
      paramLabel = "D",
      description = "How long a restart may take (60s).")
  private String powerTimeout;

  @Option(
      names = "--shared",
      paramLabel = "YES|NO",
      arity = "1",
      description = "Whether the balancer may move it between groups (no).")
  private YesNo shared;

  @Option(
      names = "--heartbeat",
      paramLabel = "D",
      description = "How often it means to report its load (5s).")
  private String heartbeat;

  /** Says yes or no. */
  enum YesNo {
    YES,
    NO
  }

  /** Puts what was said into a body, what was taken back as null. */
  void addTo(Map<String, Object> body) {
    if (!macs.isEmpty()) {
      body.put(
          "macs",
          macs.equals(List.of(NONE))
              ? List.of()
              : macs.stream().map(text -> read("--mac", text, MacAddress::new)).toList());
    }
    put(body, "serial", serial, NONE, SerialNumber::new);
    put(body, "boot", boot, "image", text -> BootPolicy.parse(text).label());
    put(body, "power", power, NONE, PowerAddress::parse);
    put(body, "powerTimeout", powerTimeout, "default", Function.identity());
    put(body, "heartbeat", heartbeat, "default", Function.identity());
    Optional.ofNullable(chapInScript).ifPresent(v -> body.put("chapInScript", v == YesNo.YES));
    Optional.ofNullable(shared).ifPresent(v -> body.put("shared", v == YesNo.YES));
  }

  private void put(
      Map<String, Object> body,
      String field,
      String text,
      String nothing,
      Function<String, ?> parse) {
    if (Objects.equals(text, nothing)) {
      body.put(field, null);
    } else if (text != null) {
      body.put(field, read("--" + field, text, parse));
    }
  }

  /** The value as the API takes it; a wrong one is wrong usage. */
  private String read(String option, String text, Function<String, ?> parse) {
    try {
      return parse.apply(text).toString();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "Invalid value for option '" + option + "': " + e.getMessage(), e);
    }
  }
}
