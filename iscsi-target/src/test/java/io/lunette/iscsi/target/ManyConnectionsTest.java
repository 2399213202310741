/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.lunette.iscsi.LogCapture;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand connections at once, or as many as the open files that the process may have allow,
 * which it must share: both ends are in it.
 */
class ManyConnectionsTest {

  private static final int WANTED = 10_000;
  private static final int SPARE_FILES = 500;
  private static final int BATCH = 250;

  /** So many that none has more sessions than it may. */
  private static final int INITIATORS = 50;

  private static final Duration PATIENCE = Duration.ofHours(1);

  private static int possible() {
    assumeTrue(
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean,
        "nobody says how many files may be open");
    UnixOperatingSystemMXBean system =
        (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long free =
        system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - SPARE_FILES;
    return (int) Math.min(WANTED, free / 2);
  }

  private static long activeAllocations() {
    return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
        .mapToLong(PoolArenaMetric::numActiveAllocations)
        .sum();
  }

  /** A third are silent, a third stop inside a login, a third log in and stay. */
  private static void sendTo(SocketChannel channel, int index) throws IOException {
    byte[] text =
        RawInitiator.text(
            "InitiatorName=iqn.2026-11.com.example:many-" + index % INITIATORS,
            "TargetName=" + ServedTarget.NAME);
    ByteBuffer header =
        RawInitiator.header(0x43, 0x87, 1)
            .putInt(4, text.length)
            .putLong(8, (long) index << 16)
            .putInt(24, 1);
    ByteBuffer login = ByteBuffer.allocate(48 + (text.length + 3 & ~3));
    login.put(header.array()).put(text).clear();
    switch (index % 3) {
      case 0 -> {}
      case 1 -> write(channel, login.limit(48 + index % (text.length - 1)));
      default -> write(channel, login);
    }
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static int readFully(SocketChannel channel, ByteBuffer into) throws IOException {
    while (into.hasRemaining() && channel.read(into) >= 0) {
      continue;
    }
    return into.position();
  }

  @Test
  void manyConnectionsAreServedAndLeaveNothingBehind() throws Exception {
    int count = possible();
    assertThat(count).as("connections").isGreaterThan(100);
    long before = activeAllocations();
    List<SocketChannel> all = new ArrayList<>(count);
    try (LogCapture log = new LogCapture()) {
      try (SessionFixture fixture =
              new SessionFixture(
                  TargetLimits.DEFAULT
                      .withConnections(count + 1, count + 1)
                      .withTimes(PATIENCE, PATIENCE));
          RawInitiator honest = fixture.loggedIn()) {
        InetSocketAddress portal = fixture.served.target().portal();
        while (all.size() < count) {
          for (int i = 0; i < BATCH && all.size() < count; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            channel.connect(portal);
            sendTo(channel, all.size());
            all.add(channel);
          }
          honest.settle();
        }
        for (int i = 2; i < count; i += 3) {
          ByteBuffer answer = ByteBuffer.allocate(48);
          assertThat(readFully(all.get(i), answer)).isEqualTo(48);
          assertThat(answer.getShort(36)).as("login status").isZero();
        }
        fixture.awaitUse(honest, new TargetUse(count + 1, count - count / 3, 0, 0));
        assertThat(fixture.served.target().sessions()).hasSize(1 + count / 3);

        honest.send(SessionFixture.write(honest, 1), SessionFixture.bytes(512, 3));
        assertThat(honest.receive().u8(3)).isEqualTo(RawInitiator.GOOD);

        for (SocketChannel each : all) {
          each.close();
        }
        fixture.awaitOnly(honest);
      } finally {
        for (SocketChannel each : all) {
          each.close();
        }
      }
      assertThat(log.defects()).isEmpty();
    }
    assertThat(activeAllocations()).as("buffers of the pool in use").isEqualTo(before);
  }
}
