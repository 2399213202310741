/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which computer system of which Redfish service, and how to trust it: {@code
 * https://HOST[:PORT][/redfish/v1/Systems/ID]?credentials=FILE[&ca=FILE|&pin=SHA256][&auth=session|basic]
 * [&reset=TYPE]}.
 *
 * @param origin scheme, host and port
 * @param system path of the system; empty for the only one that there is
 * @param credentials file with {@code USER:PASSWORD}
 * @param authority file with the certificates, in PEM, that may have signed the service's
 * @param pin SHA-256 of the service's certificate, in hexadecimal, which is then not checked
 *     otherwise
 * @param session whether a session is made, or every request carries the credentials
 * @param resetType the ResetType to ask for; empty for the first fitting one that is allowed
 */
record RedfishAddress(
    URI origin,
    Optional<String> system,
    Path credentials,
    Optional<Path> authority,
    Optional<String> pin,
    boolean session,
    Optional<String> resetType) {

  private static final Set<String> KEYS =
      new TreeSet<>(Set.of("credentials", "ca", "pin", "auth", "reset"));
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none
   */
  static RedfishAddress parse(String text) {
    URI uri = URI.create(text);
    if (!"https".equals(uri.getScheme()) || uri.getHost() == null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "'" + text + "' is no Redfish system: use https://HOST/redfish/v1/Systems/ID");
    }
    Map<String, String> said = parameters(uri.getRawQuery());
    String path = uri.getPath() == null ? "" : uri.getPath();
    boolean any = path.isEmpty() || path.equals("/") || path.matches("/redfish/v1/?");
    return new RedfishAddress(
        URI.create("https://" + uri.getRawAuthority()),
        any ? Optional.empty() : Optional.of(path),
        file(said, "credentials")
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "say who asks: ?credentials=FILE with USER:PASSWORD in it")),
        file(said, "ca"),
        Optional.ofNullable(said.get("pin")).map(RedfishAddress::digest),
        isSession(said.getOrDefault("auth", "session")),
        Optional.ofNullable(said.get("reset")));
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> said = new LinkedHashMap<>();
    for (String each : query == null ? new String[0] : query.split("&")) {
      int equals = each.indexOf('=');
      String key = equals < 0 ? each : each.substring(0, equals);
      if (equals < 0 || !KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "'" + each + "' says nothing of a Redfish service; there are " + KEYS);
      }
      said.put(key, URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return said;
  }

  private static Optional<Path> file(Map<String, String> said, String key) {
    Optional<Path> file = Optional.ofNullable(said.get(key)).map(Path::of);
    if (file.isPresent() && !file.get().isAbsolute()) {
      throw new IllegalArgumentException("name the file of '" + key + "' by its whole path");
    }
    return file;
  }

  private static String digest(String text) {
    String digits = text.toLowerCase(java.util.Locale.ROOT).replace(":", "");
    if (!SHA_256.matcher(digits).matches()) {
      throw new IllegalArgumentException("'" + text + "' is no SHA-256 in hexadecimal");
    }
    return digits;
  }

  private static boolean isSession(String auth) {
    return switch (auth) {
      case "session" -> true;
      case "basic" -> false;
      default ->
          throw new IllegalArgumentException(
              "'" + auth + "' is no way to authenticate; there are basic, session");
    };
  }
}
