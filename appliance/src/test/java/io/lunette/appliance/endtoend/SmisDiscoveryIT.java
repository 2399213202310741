/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.endtoend.ServedHome.Outcome;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An appliance says on the loopback that it is an SMI-S array, to a foreign browser
 * (python-zeroconf) and to {@code lunette array discover}. Others may say the same there at that
 * time: arrays are told apart by the iSCSI names of their targets.
 */
class SmisDiscoveryIT {

  private static final String[] ADVERTISED = {
    "--smis", "127.0.0.1:0", "--smis-tls", "127.0.0.1:0", "--smis-advertise"
  };

  @TempDir Path directory;
  private final List<ServedHome> served = new ArrayList<>();
  private Process browser;
  private Path heard;

  @AfterEach
  void stop() {
    served.forEach(ServedHome::close);
    if (browser != null) {
      browser.destroyForcibly().onExit().join();
    }
  }

  private ServedHome serve(String name, String... options) throws Exception {
    ServedHome home = new ServedHome(Files.createDirectory(directory.resolve(name)));
    served.add(home);
    return home.start(options);
  }

  private void browse() throws Exception {
    Path script = directory.resolve("browse.py");
    try (InputStream source = getClass().getResourceAsStream("browse-wbem.py")) {
      Files.write(script, source.readAllBytes());
    }
    heard = directory.resolve("heard");
    browser =
        new ProcessBuilder("/usr/bin/python3", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(heard.toFile())
            .start();
    Eventually.holds(() -> Files.readString(heard, StandardCharsets.UTF_8).contains("browsing"));
  }

  /** What the browser said so far of that event; a line that is being written is left out. */
  private List<JsonNode> heard(String event) throws Exception {
    List<JsonNode> events = new ArrayList<>();
    String text = Files.readString(heard, StandardCharsets.UTF_8);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    for (String line : whole.lines().toList()) {
      JsonNode node = new ObjectMapper().readTree(line);
      if (node.path("event").asText().equals(event)) {
        events.add(node);
      }
    }
    return events;
  }

  private List<JsonNode> added(ServedHome home) throws Exception {
    return heard("add").stream()
        .filter(each -> each.at("/texts/service-id").asText().equals(home.target()))
        .toList();
  }

  private Set<String> removed() throws Exception {
    Set<String> names = new HashSet<>();
    heard("remove").forEach(each -> names.add(each.path("name").asText()));
    return names;
  }

  private static int port(ServedHome home, String protocol) throws Exception {
    String address = home.call("smis", "show").path(protocol).asText();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /** Asks until that array has been heard. */
  private static JsonNode discovered(ServedHome home) throws Exception {
    AtomicReference<JsonNode> found = new AtomicReference<>();
    Eventually.holds(
        () -> {
          for (JsonNode each : home.call("array", "discover", "--address", "127.0.0.1")) {
            if (each.at("/attributes/service-id").asText().equals(home.target())
                && each.path("url").asText().startsWith("https:")) {
              found.set(each);
            }
          }
          return found.get() != null;
        });
    return found.get();
  }

  @Test
  void aForeignBrowserFindsTheArrayAndHearsWhenItStops() throws Exception {
    browse();
    ServedHome home = serve("one", ADVERTISED);

    Eventually.holds(() -> added(home).size() == 2);
    assertThat(added(home))
        .allSatisfy(
            each -> {
              assertThat(each.at("/addresses/0").asText()).isEqualTo("127.0.0.1");
              assertThat(each.at("/texts/InteropSchemaNamespace").asText()).isEqualTo("interop");
              assertThat(each.at("/texts/RegisteredProfilesSupported").asText())
                  .contains("SNIA:Array");
            });
    Set<Integer> ports = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (JsonNode each : added(home)) {
      ports.add(each.path("port").asInt());
      names.add(each.path("name").asText());
    }
    assertThat(ports).containsExactlyInAnyOrder(port(home, "http"), port(home, "https"));
    assertThat(home.stop()).isZero();
    Eventually.holds(() -> removed().containsAll(names));
  }

  @Test
  void whatWasSaidIsTakenBackThoughTheApplianceIsKilled() throws Exception {
    browse();
    ServedHome home = serve("one", ADVERTISED);
    Eventually.holds(() -> added(home).size() == 2);

    home.kill();

    Set<String> names = new HashSet<>();
    added(home).forEach(each -> names.add(each.path("name").asText()));
    Eventually.holds(() -> removed().containsAll(names));
  }

  @Test
  void twoOnOneHostAreDiscoveredUnderTwoNames() throws Exception {
    ServedHome one = serve("one", ADVERTISED);
    ServedHome two = serve("two", ADVERTISED);

    JsonNode first = discovered(one);
    JsonNode second = discovered(two);

    assertThat(first.path("url").asText()).isEqualTo("https://127.0.0.1:" + port(one, "https"));
    assertThat(second.path("url").asText()).isEqualTo("https://127.0.0.1:" + port(two, "https"));
    assertThat(first.path("name").asText()).isNotEqualTo(second.path("name").asText());
  }

  @Test
  void withoutMulticastTheApplianceGoesOnAndSaysSo() throws Exception {
    ServedHome home = serve("one", "--smis", "127.0.0.2:0", "--smis-advertise");

    Eventually.holds(
        () ->
            home.call("status")
                .path("alerts")
                .toString()
                .contains("SMI-S is not advertised: 127.0.0.2 is on no network interface"));
    assertThat(home.call("volume", "list")).isEmpty();
  }

  @Test
  void whatIsNotServedIsNotAdvertised() throws Exception {
    Path log = directory.resolve("refused.log");
    Process refused =
        ServedHome.launch(
            directory.resolve("home"),
            log,
            List.of("--portal", LocalAddress.next(), "--pool-size", "64M", "--smis-advertise"));

    assertThat(refused.waitFor()).isEqualTo(1);
    assertThat(Files.readString(log, StandardCharsets.UTF_8))
        .isEqualTo("lunette: --smis-advertise needs --smis or --smis-tls\n");
  }

  @Test
  void whoAsksOnNoNetworkIsTold() throws Exception {
    ServedHome home = new ServedHome(directory);

    Outcome outcome = home.run("array", "discover", "--address", "127.0.0.2");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .isEqualTo("lunette: cannot ask the network: 127.0.0.2 is on no network interface\n");
  }
}
