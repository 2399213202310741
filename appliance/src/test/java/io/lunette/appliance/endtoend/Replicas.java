/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/** Counts replicas by their state. */
final class Replicas {

  private Replicas() {}

  static int in(ServedHome served, String... states) throws Exception {
    int count = 0;
    for (JsonNode replica : served.call("replica", "list")) {
      if (Arrays.asList(states).contains(replica.path("state").asText())) {
        count++;
      }
    }
    return count;
  }
}
