/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.Home;
import io.lunette.appliance.client.ApiClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/api.md has each call that a running appliance knows, and no other. */
class ApiPageIT {

  private static final Pattern CALL =
      Pattern.compile("^\\| `(GET|POST|PUT|DELETE) (/[^`]*)` \\|", Pattern.MULTILINE);

  @Test
  void thePageHasEveryCall(@TempDir Path directory) throws Exception {
    TreeSet<String> written = new TreeSet<>();
    Matcher call = CALL.matcher(Files.readString(Path.of("../docs/api.md")));
    while (call.find()) {
      written.add(call.group(1) + " /api/v1" + (call.group(2).equals("/") ? "" : call.group(2)));
    }

    TreeSet<String> known = new TreeSet<>();
    ServedHome served = new ServedHome(directory).start();
    try (ApiClient api = ApiClient.open(new Home(served.home))) {
      for (Map.Entry<String, JsonNode> path : api.get("").properties()) {
        for (JsonNode method : path.getValue()) {
          known.add(method.asText() + " " + path.getKey());
        }
      }
    } finally {
      served.close();
    }

    assertThat(known).contains("HEAD /api/v1/status");
    known.removeIf(each -> each.startsWith("HEAD "));
    assertThat(written).isEqualTo(known);
  }
}
