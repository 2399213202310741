/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.boot;

import io.lunette.appliance.config.HostPort;
import io.lunette.core.boot.BootAnswer;
import io.lunette.core.volume.ChapCredentials;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What iPXE is told. A script never ends with nothing booted: it waits and asks for the next one,
 * so that a server which is given a replica later boots then, without anybody at its power button.
 *
 * <p>iPXE has no quoting. A value that is more than plain characters is written as bytes ({@code
 * :hex}), so that none can end a line or be expanded.
 */
final class IpxeScript {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:@/-]+");
  private static final HexFormat BYTES = HexFormat.ofDelimiter(":");

  /** Numbers from here on are written in the flat space form of SAM-5. */
  private static final int FLAT_SPACE = 256;

  private static final int FLAT_SPACE_METHOD = 0x4000;

  private final String again;
  private final int waitSeconds;

  /**
   * Scripts for one server.
   *
   * @param again URL of the next script
   * @param waitSeconds before it is asked for
   */
  IpxeScript(String again, int waitSeconds) {
    this.again = again;
    this.waitSeconds = waitSeconds;
  }

  /** Boots from the logical unit through any of the portals; asks again if none leads there. */
  String disk(BootAnswer.Disk disk, List<HostPort> portals) {
    StringBuilder script = new StringBuilder("#!ipxe\n");
    script
        .append("echo Lunette: server ")
        .append(disk.server())
        .append(" boots from its replica\n");
    assign(script, "initiator-iqn", disk.initiator().value().getBytes(StandardCharsets.UTF_8));
    disk.chapUser()
        .ifPresent(user -> assign(script, "username", user.getBytes(StandardCharsets.UTF_8)));
    disk.chap().map(ChapCredentials::secret).ifPresent(secret -> hex(script, "password", secret));
    String uris =
        portals.stream().map(portal -> uri(portal, disk)).collect(Collectors.joining(" "));
    script.append("sanboot ").append(uris).append(" || echo Lunette: no portal led to a disk\n");
    return retry(script);
  }

  /** Waits for something to boot from. */
  String waiting(BootAnswer.Wait wait) {
    StringBuilder script = new StringBuilder("#!ipxe\n");
    script
        .append("echo Lunette: server ")
        .append(wait.server())
        .append(" waits: ")
        .append(wait.why())
        .append('\n');
    return retry(script);
  }

  private String retry(StringBuilder script) {
    return script
        .append("sleep ")
        .append(waitSeconds)
        .append("\nchain --replace ")
        .append(again)
        .append('\n')
        .toString();
  }

  private static void assign(StringBuilder script, String setting, byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    if (PLAIN.matcher(text).matches()) {
      script.append("set ").append(setting).append(' ').append(text).append('\n');
    } else {
      hex(script, setting, value);
    }
  }

  private static void hex(StringBuilder script, String setting, byte[] value) {
    script.append("set ").append(setting).append(":hex ").append(BYTES.formatHex(value));
    script.append('\n');
  }

  /** RFC 4173 §5, the protocol left empty. */
  private static String uri(HostPort portal, BootAnswer.Disk disk) {
    String host = portal.host().contains(":") ? "[" + portal.host() + "]" : portal.host();
    int lun = disk.lun() < FLAT_SPACE ? disk.lun() : FLAT_SPACE_METHOD | disk.lun();
    return "iscsi:"
        + host
        + "::"
        + portal.port()
        + ":"
        + Integer.toHexString(lun)
        + ":"
        + disk.target();
  }
}
