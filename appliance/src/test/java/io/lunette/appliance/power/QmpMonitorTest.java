/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class QmpMonitorTest {

  private static final int MOST_WAIT = 64;

  @TempDir Path directory;

  /** A monitor talks to one program at a time, and the queue of those that wait has an end. */
  @Test
  @Timeout(60)
  void aMonitorBeforeWhichTooManyWaitIsNotWaitedFor() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("qmp"));
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address, 1);
      assertThatThrownBy(() -> fill(address, waiting)).isInstanceOf(SocketException.class);

      assertThatThrownBy(
              () -> QmpMonitor.connect(address.getPath(), Deadline.in(Duration.ofMinutes(5))))
          .isInstanceOf(SocketException.class);
    } finally {
      for (SocketChannel each : waiting) {
        each.close();
      }
    }
  }

  private static void fill(UnixDomainSocketAddress address, List<SocketChannel> waiting)
      throws IOException {
    while (waiting.size() < MOST_WAIT) {
      SocketChannel next = SocketChannel.open(StandardProtocolFamily.UNIX);
      waiting.add(next);
      next.configureBlocking(false);
      boolean unused = next.connect(address);
    }
  }
}
