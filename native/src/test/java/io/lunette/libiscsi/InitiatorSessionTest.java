/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.libiscsi.InitiatorException.Kind;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What needs no target; the rest is in the integration tests of the load generator. */
class InitiatorSessionTest {

  private static final SessionOptions OPTIONS =
      new SessionOptions("iqn.2026-11.io.lunette:test", 2, 4096, false, Duration.ofMillis(300));

  private static void assertFails(String url, Kind kind) {
    assertThatThrownBy(() -> InitiatorSession.open(url, OPTIONS))
        .isInstanceOfSatisfying(
            InitiatorException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void whatIsNoUrlIsRefusedBeforeAnythingIsConnected() {
    assertFails("iscsi://127.0.0.1/no-lun", Kind.BAD_URL);
  }

  @Test
  void aPortThatNobodyListensOnRefuses() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertFails("iscsi://127.0.0.1:" + port + "/iqn.2026-11.io.lunette:none/0", Kind.REFUSED);
  }

  @Test
  void aTargetThatSaysNothingDoesNotHoldTheCallerForEver() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertFails(
          "iscsi://127.0.0.1:" + socket.getLocalPort() + "/iqn.2026-11.io.lunette:mute/0",
          Kind.TIMED_OUT);
    }
  }

  @Test
  void aTaskIsEmptyBeforeEachCommand() {
    ByteBuffer data = ByteBuffer.allocateDirect(4096);
    try (ScsiTask task = new ScsiTask(data)) {
      ByteBuffer first = task.prepare(16, ScsiTaskLayout.XFER_WRITE, 4096);
      first.putLong(0, -1).putLong(8, -1);

      ByteBuffer second = task.prepare(10, ScsiTaskLayout.XFER_READ, 512);

      assertThat(second.getLong(0)).isZero();
      assertThat(second.getLong(8)).isZero();
      assertThat(task.isWhole()).isTrue();
      assertThatThrownBy(() -> task.prepare(10, ScsiTaskLayout.XFER_READ, 4097))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
