/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.discovery.Announcement.Port;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnnouncementTest {

  private static final String TARGET = "iqn.2026-11.io.lunette:6da5b0bc24e7";

  private static Announcement of(String node, String target) {
    return Announcement.of(node, target, List.of(Port.of(true, new HostPort("192.0.2.10", 5989))));
  }

  @Test
  void itIsNamedAfterTheNodeAndItsHostAfterTheTarget() {
    Announcement said = of("web1", TARGET);

    assertThat(said.name()).isEqualTo("Lunette web1");
    assertThat(said.host()).isEqualTo("lunette-6da5b0bc24e7");
    assertThat(said.attributes()).containsEntry("service-id", TARGET);
  }

  @Test
  void aLongNameLeavesRoomForTheNumberOfACollision() {
    String name = of("n".repeat(64), TARGET).name();

    assertThat((name + " (99)").length()).isEqualTo(63);
  }

  @Test
  void aHostIsALabelWhateverTheTargetIsCalled() {
    assertThat(of("web1", "iqn.2026-11.com.example:array.of:room_" + "7".repeat(80)).host())
        .matches("lunette-7{40}");
    assertThat(of("web1", "eui.02004567A425678D").host()).isEqualTo("lunette-02004567A425678D");
  }

  @Test
  void eachAttributeFitsAStringOfATxtRecord() {
    of("web1", "iqn.2026-11.com.example:" + "x".repeat(199))
        .attributes()
        .forEach((name, value) -> assertThat(name.length() + 1 + value.length()).isLessThan(256));
  }

  @Test
  void itReachesAnotherProcessAsItIs() throws Exception {
    Announcement said = of("web1", TARGET);
    ObjectMapper json = new ObjectMapper();

    assertThat(json.readValue(json.writeValueAsBytes(said), Announcement.class)).isEqualTo(said);
  }
}
