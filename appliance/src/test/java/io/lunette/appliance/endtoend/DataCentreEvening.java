/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold at the end of a day in a data centre, on the raw pool and in the records. */
final class DataCentreEvening {

  private final Path directory;
  private final ServedHome served;
  private final DataCentre centre;

  DataCentreEvening(Path directory, ServedHome served, DataCentre centre) {
    this.directory = directory;
    this.served = served;
    this.centre = centre;
  }

  /** Until nothing is left to scrub. */
  void scrubAll() throws Exception {
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING", "BUILDING") == 0);
    Eventually.holds(() -> served.call("status").at("/space/dirtyBytes").asLong() == 0);
  }

  /** What was given back has left no trace on the device, and what is held is found there. */
  void checkTraces() throws Exception {
    Set<String> found = new HashSet<>();
    ForeignTool.succeed(
            "sh",
            "-c",
            "grep -aoE 'tenant [a-z]+ stamp [0-9]+ [0-9a-f-]{36}' "
                + served.home.resolve("pool.lunette")
                + " | sort -u")
        .lines()
        .forEach(found::add);
    assertThat(found).doesNotContainAnyElementsOf(centre.gone);
    for (DataCentre.Held held : centre.held.values()) {
      assertThat(found).containsAll(held.stamps().values());
    }
  }

  /** The pool of the appliance that has ended is sound, and nothing else lies in it. */
  void checkPool() throws Exception {
    Path pool = served.home.resolve("pool.lunette");
    assertThat(served.run("pool", "check", pool.toString()).status()).isZero();
    checkTraces();
  }

  /** What was done is there as often as it was done, whatever was killed meanwhile. */
  void checkAudit(Map<String, Integer> done) throws Exception {
    for (String action : done.keySet()) {
      JsonNode entries = served.call("audit", "list", "--action", action, "--limit", "10000");
      assertThat(entries).as(action).hasSize(done.get(action));
    }
  }

  /** No version of an image has changed. */
  void checkImages() throws Exception {
    for (String image : centre.images.keySet()) {
      List<Path> files = centre.images.get(image).files;
      for (int version = 1; version <= files.size(); version++) {
        Path exported = directory.resolve("exported.raw");
        Files.deleteIfExists(exported);
        List<String> words =
            new ArrayList<>(List.of("image", "export", image + ":" + version, exported.toString()));
        if (image.equals(DataCentre.SPLIT)) {
          words.add("--shared");
        }
        served.call(words.toArray(String[]::new));
        assertThat(Files.mismatch(files.get(version - 1), exported)).isEqualTo(-1);
      }
    }
  }

  /** Each release has its certificate, and all of them verify. */
  void checkCertificates(int releases) throws Exception {
    assertThat(served.run("scrub", "verify", "--all").status()).isZero();
    int scrubs = 0;
    for (JsonNode document : served.call("scrub", "certificate", "--all").path("documents")) {
      scrubs += document.at("/payload/type").asText().equals("lunette-scrub-certificate") ? 1 : 0;
    }
    assertThat(scrubs).isEqualTo(releases);
  }
}
