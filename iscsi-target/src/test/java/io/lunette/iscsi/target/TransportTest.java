/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to serve sockets that this machine has serves the same. */
class TransportTest {

  private static final int WRITE = 0xA0;
  private static final int READ = 0xC0;
  private static final int BYTES = 300 << 10;

  static Stream<Transport> available() {
    return Stream.of(Transport.values()).filter(Transport::isAvailable);
  }

  @AfterEach
  void forceNone() {
    System.clearProperty(Transport.PROPERTY);
  }

  @ParameterizedTest
  @MethodSource("available")
  void dataGoesInAndOut(Transport transport) throws Exception {
    System.setProperty(Transport.PROPERTY, transport.name().toLowerCase(Locale.ROOT));
    byte[] content = new byte[BYTES];
    new Random(7).nextBytes(content);
    try (ServedTarget served = new ServedTarget();
        BlockDevice device = served.volume("v0", 16 << 20)) {
      served.target().mapForAll(0, unit(device, "v0"));
      BlockingIo.write(
          device, 0, ByteBuffer.allocateDirect(BYTES).put(content).flip(), Durability.VISIBLE);
      try (RawInitiator initiator = new RawInitiator(served.target().portal())) {
        assertThat(initiator.login(ALICE.value(), 1).u16(36)).isZero();
        initiator.settle();

        int blocks = BYTES / 512;
        initiator.send(initiator.command(READ, BYTES, 0x28, 0, 0, 0, 0, 0, 0, blocks >> 8, blocks));
        byte[] read = new byte[BYTES];
        Pdu pdu;
        do {
          pdu = initiator.receive();
          System.arraycopy(pdu.data(), 0, read, pdu.u32(40), pdu.data().length);
        } while ((pdu.flags() & 1) == 0);
        byte[] written = Arrays.copyOf(content, 4096);
        initiator.send(initiator.command(WRITE, 4096, 0x2A, 0, 0, 0, 4, 0, 0, 0, 8), written);
        int status = initiator.receive().u8(3);

        assertThat(read).isEqualTo(content);
        assertThat(status).isEqualTo(RawInitiator.GOOD);
        ByteBuffer back = ByteBuffer.allocateDirect(4096);
        BlockingIo.read(device, 1024 * 512, back);
        assertThat(back).isEqualTo(ByteBuffer.wrap(written));
      }
    }
  }

  @Test
  void anUnknownTransportIsNamed() {
    System.setProperty(Transport.PROPERTY, "pigeon");

    assertThatThrownBy(Transport::best).hasMessageContaining("pigeon").hasMessageContaining("nio");
  }
}
