/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.volume.EraseMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of docs/scrubbing.md has the fields of a certificate: those that a running appliance
 * signs after an erase by each method, and no other.
 */
class CertificateFieldsIT {

  private static final Path PAGE = Path.of("..", "docs", "scrubbing.md");
  private static final Pattern ROW = Pattern.compile("\\| (`.*`) \\| (all|`.*`) \\| .* \\|");
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
  private static final String INITIATOR = "iqn.2026-11.test:fields";

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    Path image = Files.write(directory.resolve("image.raw"), new byte[1 << 20]);
    served = new ServedHome(directory).start("--pool-size", "256M", "--encrypt");
    served.call("image", "import", "web", image.toString());
    served.call("server", "add", "a", "--iqn", INITIATOR);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void everyCertificateHasTheFieldsOfThePageAndNoOther() throws Exception {
    for (EraseMethod method : EraseMethod.values()) {
      if (!isOffered(method)) {
        assertThat(method).isIn(EraseMethod.WRITE_ZEROES_OFFLOAD, EraseMethod.DISCARD);
        continue;
      }
      JsonNode claims = certified(method.label());

      assertThat(claims.at("/sanitization/method").asText()).isEqualTo(method.name());
      assertThat(fields(claims)).as(method.label()).isEqualTo(fieldsOfPage(claims));
    }
    JsonNode claims = certified("reformat");
    assertThat(claims.at("/sanitization/procedure").asText()).isEqualTo("REFORMAT");
    assertThat(claims.path("destination").asText()).isEqualTo("BUILDING");
    assertThat(fields(claims)).isEqualTo(fieldsOfPage(claims));
  }

  @Test
  void thatOfAVolumeErasedByHandHasTheFieldsOfThePageAndNoOther() throws Exception {
    served.call("volume", "create", "disk", "--size", "1M");
    for (String verify : List.of("all", "10%", "none")) {
      for (String method : List.of("zero-fill", "overwrite", "crypto")) {
        served.call("volume", "map", "disk", "--server", "a");
        Ciphertext ciphertext = written();
        served.call("volume", "unmap", "disk", "--server", "a");
        served.call("volume", "erase", "disk", "--method", method, "--verify", verify);
        Eventually.holds(() -> served.call("status").at("/space/dirtyBytes").asLong() == 0);
        assertThat(ciphertext.left()).as(method + verify).isZero();

        JsonNode claims = served.call("scrub", "certificate", "--volume", "disk").path("payload");
        assertThat(claims.at("/requested/reason").asText()).isEqualTo("asked for");
        assertThat(fields(claims)).as(method + verify).isEqualTo(fieldsOfPage(claims));
      }
    }
  }

  @Test
  void whatACertificateSaysIsWhatWasDone() throws Exception {
    JsonNode claims = certified("overwrite", "--scrub-passes", "3", "--scrub-pattern", "55");

    assertThat(claims.path("schema").asInt()).isEqualTo(2);
    for (JsonNode volume : served.call("volume", "list")) {
      if (volume.path("name").equals(claims.path("volume"))) {
        assertThat(claims.path("volumeUuid")).isEqualTo(volume.path("uuid"));
      }
    }
    assertThat(claims.path("imageVersion").asInt()).isEqualTo(1);
    assertThat(claims.at("/sanitization/patterns").toString())
        .isEqualTo("[\"55\",\"aa\",\"55\",\"00\"]");
    assertThat(claims.at("/sanitization/passes").asInt()).isEqualTo(4);
    assertThat(claims.at("/requested/reason").asText()).isEqualTo("asked for");
    assertThat(claims.at("/requested/by")).isEqualTo(claims.at("/allocation/releasedBy"));
    assertThat(claims.path("device").asText()).contains(" file system on device ");
    List<String> times =
        List.of(
            claims.at("/allocation/allocated").asText(),
            claims.at("/allocation/released").asText(),
            claims.at("/requested/at").asText(),
            claims.at("/validation/at").asText());
    assertThat(times.stream().map(Instant::parse).toList()).isSorted();
  }

  /** What a file system does not do for a pool, the pool refuses. */
  private boolean isOffered(EraseMethod method) {
    return served.run("pool", "set", "web", "--scrub-method", method.label()).status() == 0;
  }

  /** The claims of a replica that was written to and scrubbed in that way. */
  private JsonNode certified(String method, String... more) throws Exception {
    List<String> set = List.of("pool", "set", "web", "--ready", "2", "--scrub-method", method);
    served.call(Stream.concat(set.stream(), Stream.of(more)).toArray(String[]::new));
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    String replica =
        served.call("allocate", "a", "--tenant", "acme", "--image", "web").path("replica").asText();
    Ciphertext ciphertext = written();
    served.call("release", "a");
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);
    assertThat(ciphertext.left()).isZero();
    JsonNode claims = served.call("scrub", "certificate", replica).path("payload");
    assertThat(claims.path("tenant").asText()).isEqualTo("acme");
    return claims;
  }

  /** Has the server write to what it sees; as that has a key, the pool gets something else. */
  private Ciphertext written() throws Exception {
    Ciphertext ciphertext = Ciphertext.in(served.home.resolve("pool.lunette"));
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(INITIATOR, 0), List.of("write -P 7 64k 4k", "flush")));
    assertThat(ciphertext.written()).isPositive();
    return ciphertext;
  }

  /** The fields, those within others after a dot. */
  private static Set<String> fields(JsonNode claims) {
    Set<String> fields = new TreeSet<>();
    for (Map.Entry<String, JsonNode> field : claims.properties()) {
      if (field.getValue().isObject()) {
        fields(field.getValue()).forEach(inner -> fields.add(field.getKey() + "." + inner));
      } else {
        fields.add(field.getKey());
      }
    }
    return fields;
  }

  /** The fields of the page that a certificate of such an erase has. */
  private static Set<String> fieldsOfPage(JsonNode claims) throws Exception {
    Set<String> kinds =
        Set.of(
            "all",
            claims.has("replica") ? "replica" : "volume",
            claims.has("tenant") ? "holder" : "no holder",
            claims.at("/verification/extent").asText(),
            claims.at("/sanitization/method").asText(),
            claims.at("/sanitization/procedure").asText("no procedure"),
            claims.path("destination").asText());
    Set<String> fields = new TreeSet<>();
    String section =
        Files.readString(PAGE).split("\n## Get a certificate\n|\n## What is claimed\n")[1];
    for (String line : section.lines().toList()) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        Set<String> of = row.group(2).equals("all") ? Set.of("all") : quoted(row.group(2));
        if (of.stream().anyMatch(kinds::contains)) {
          fields.addAll(quoted(row.group(1)));
        }
      }
    }
    return fields;
  }

  private static Set<String> quoted(String cell) {
    Set<String> names = new HashSet<>();
    Matcher name = QUOTED.matcher(cell);
    while (name.find()) {
      names.add(name.group(1));
    }
    return names;
  }
}
