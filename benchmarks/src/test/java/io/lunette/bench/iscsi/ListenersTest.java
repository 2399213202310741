/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenersTest {

  @Test
  void whoListensOnAPortIsFound() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Listeners.pidOf("127.0.0.1", socket.getLocalPort()))
          .hasValue(ProcessHandle.current().pid());
    }
  }

  @Test
  void whoListensElsewhereIsNotLookedForHere() throws Exception {
    assertThat(Listeners.pidOf("192.0.2.1", 3260)).isEmpty();
  }

  @Test
  void onlyListenersOfThatPortCount() {
    String head =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
            + " inode";
    String listening =
        "   0: 0100007F:0CBC 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1 0";
    String established =
        "   1: 0100007F:0CBC 0100007F:9C40 01 00000000:00000000 00:00000000 00000000 0 0 4712 1 0";
    String other =
        "   2: 0100007F:0CBD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4713 1 0";

    assertThat(Listeners.listening(List.of(head, listening, established, other), 3260))
        .containsExactly("socket:[4711]");
  }

  @Test
  void processorTimeIsFoundBehindAnyNameOfAProcess() {
    String stat = "17 (a) b (c) S 1 17 17 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 100 0 0";

    assertThat(ProcessTime.nanosOf(stat)).isEqualTo(3_000_000_000L);
  }
}
