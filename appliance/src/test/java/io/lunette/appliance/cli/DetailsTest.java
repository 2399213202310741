/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class DetailsTest {

  private static String rendered(String json) throws Exception {
    return new Details().render(new ObjectMapper().readTree(json));
  }

  @Test
  void aLineForEachFieldAndAHyphenForWhatIsAbsent() throws Exception {
    assertThat(
            rendered("{'name': 's1', 'serial': null, 'macs': [], 'ready': 2}".replace('\'', '"')))
        .isEqualTo("name    s1\nserial  -\nmacs    -\nready   2\n");
  }

  @Test
  void aListIsWrittenWithCommasAndAnObjectIndented() throws Exception {
    assertThat(rendered("{'free': ['s1', 's2'], 'meta': {'ip': '10.0.0.7'}}".replace('\'', '"')))
        .isEqualTo("free  s1, s2\nmeta\n  ip  10.0.0.7\n");
  }

  @Test
  void objectsInAListAreATable() throws Exception {
    assertThat(
            rendered(
                "{'luns': [{'role': 'SHARED', 'lun': 0}, {'lun': 1, 'load': {'cpu': 3, 'queue': 1}}]}"
                    .replace('\'', '"')))
        .isEqualTo(
            "luns\n"
                + "  role    lun  load\n"
                + "  SHARED  0    -\n"
                + "  -       1    cpu 3, queue 1\n");
  }
}
