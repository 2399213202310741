/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code wbemcli} of the SBLIM project, logged in to a served home. */
final class SmisClient {

  private static final Pattern ADDRESSES = Pattern.compile("smis=(\\S+) smis-tls=(\\S+)");

  private final String address;
  private final String target;
  private final List<String> options;
  private final String scheme;

  private SmisClient(String scheme, String address, String target, List<String> options) {
    this.scheme = scheme;
    this.address = address;
    this.target = target;
    this.options = options;
  }

  /**
   * An account of that role on a home that is served with {@code --smis} and {@code --smis-tls}.
   */
  static SmisClient http(ServedHome served, String role) throws Exception {
    return new SmisClient("http", login(served, role, 1), served.target(), List.of());
  }

  /** The same over TLS, trusting the home's certificate. */
  static SmisClient https(ServedHome served, String role) throws Exception {
    return new SmisClient(
        "https",
        login(served, role, 2),
        served.target(),
        List.of("-cacert", served.home.resolve("smis-certificate.pem").toString()));
  }

  private static String login(ServedHome served, String role, int group) throws Exception {
    Path password = served.home.resolveSibling("password");
    Files.writeString(password, "correct-horse\n");
    served.call("smis", "user", role, "--password-file", password.toString(), "--role", role);
    Matcher ready = ADDRESSES.matcher(served.said());
    if (!ready.find()) {
      throw new AssertionError(served.said());
    }
    return role + ":correct-horse@" + ready.group(group);
  }

  /** The same client with another password. */
  SmisClient withPassword(String password) {
    return new SmisClient(scheme, address.replace("correct-horse", password), target, options);
  }

  /** An operation that has to succeed; what it printed. */
  String run(String operation, String object, String... arguments) throws Exception {
    return ForeignTool.succeed(command(operation, object, arguments));
  }

  /** An operation, however it ends. */
  ForeignTool tryRun(String operation, String object, String... arguments) throws Exception {
    return ForeignTool.run(command(operation, object, arguments));
  }

  private String[] command(String operation, String object, String... arguments) {
    List<String> words = new ArrayList<>(List.of("wbemcli", operation));
    words.addAll(options);
    List<String> rest = new ArrayList<>(Arrays.asList(arguments));
    while (!rest.isEmpty() && rest.get(0).startsWith("-")) {
      words.add(rest.remove(0));
      words.add(rest.remove(0));
    }
    words.add(scheme + "://" + address + "/" + object);
    words.addAll(rest);
    return words.toArray(String[]::new);
  }

  /** The path of a service of the array, by its class without prefix. */
  String service(String name) {
    return scoped(name, "Name", name);
  }

  /** The path of a volume. */
  String volume(String name) {
    return scoped("StorageVolume", "DeviceID", name);
  }

  private String scoped(String className, String key, String value) {
    return "root/lunette:LUNETTE_"
        + className
        + ".CreationClassName=\"LUNETTE_"
        + className
        + "\","
        + key
        + "=\""
        + value
        + "\",SystemCreationClassName=\"LUNETTE_ComputerSystem\",SystemName=\""
        + target
        + "\"";
  }

  /** A property in what was printed. */
  static String property(String printed, String name) {
    Matcher found = Pattern.compile("[ ,]" + name + "=\"?([^\",]*)").matcher(printed);
    if (!found.find()) {
      throw new AssertionError("no " + name + " in " + printed);
    }
    return found.group(1);
  }
}
