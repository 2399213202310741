/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import io.lunette.appliance.config.HostPort;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an appliance says of itself.
 *
 * @param name what people see in a list; who takes a name that is taken gets a number behind it
 * @param host the first label of the host name in {@code .local}, unique to the appliance
 * @param attributes of the TXT record. There is no standard for WBEM by DNS-SD: the names are those
 *     of the SLP template for WBEM (DSP0206), which clients know
 * @param ports where it listens
 */
public record Announcement(
    String name, String host, Map<String, String> attributes, List<Port> ports) {

  /** RFC 1035 §2.3.4. */
  private static final int LABEL_BYTES = 63;

  private static final int SUFFIX_CHARACTERS = 40;

  /**
   * Where it listens.
   *
   * @param tls whether by HTTPS
   * @param host address or name that it listens on
   * @param port its number
   */
  public record Port(boolean tls, String host, int port) {

    /** An address of that kind. */
    public static Port of(boolean tls, HostPort address) {
      return new Port(tls, address.host(), address.port());
    }

    WbemService service() {
      return tls ? WbemService.HTTPS : WbemService.HTTP;
    }
  }

  public Announcement {
    attributes = Map.copyOf(attributes);
    ports = List.copyOf(ports);
  }

  /**
   * What the appliance says that has this iSCSI name.
   *
   * @param node what the appliance is called
   */
  public static Announcement of(String node, String targetName, List<Port> ports) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("txtvers", "1");
    attributes.put("service-hi-name", "Lunette");
    attributes.put("service-id", targetName);
    attributes.put("CommunicationMechanism", "CIM-XML");
    attributes.put("InteropSchemaNamespace", "interop");
    attributes.put("AuthenticationMechanismsSupported", "Basic");
    attributes.put("RegisteredProfilesSupported", "SNIA:Array,SNIA:Server");
    return new Announcement(label("Lunette " + node), hostOf(targetName), attributes, ports);
  }

  private static String label(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    return new String(
        bytes,
        0,
        Math.min(bytes.length, LABEL_BYTES - " (99)".length()),
        StandardCharsets.US_ASCII);
  }

  private static String hostOf(String targetName) {
    String suffix = targetName.replaceAll("[^A-Za-z0-9]+", "-");
    int from = Math.max(0, suffix.length() - SUFFIX_CHARACTERS);
    return "lunette-" + suffix.substring(Math.max(from, suffix.lastIndexOf('-') + 1));
  }
}
