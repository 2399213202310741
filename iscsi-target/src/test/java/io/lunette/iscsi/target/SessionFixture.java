/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Executor;

/** A target with one unit of 16 MiB on a device in memory, and initiators that send it PDUs. */
final class SessionFixture implements AutoCloseable {

  static final int READ = 0xC0;
  static final int WRITE = 0xA0;
  static final int NO_DATA = 0x80;
  static final int RESERVATION_CONFLICT = 0x18;
  static final int BUSY = 0x08;
  static final int POWER_ON = 0x62900;
  static final int UNIT_BYTES = 16 << 20;

  final MemoryBlockDevice device;
  final ServedTarget served;

  SessionFixture() throws Exception {
    this(TargetLimits.DEFAULT);
  }

  SessionFixture(TargetLimits limits) throws Exception {
    this(limits, Runnable::run);
  }

  /**
   * @param completions where the device ends what it was asked for
   */
  SessionFixture(TargetLimits limits, Executor completions) throws Exception {
    device = MemoryBlockDevice.on(completions, UNIT_BYTES, 512);
    served = new ServedTarget(limits);
    served.target().mapForAll(0, unit(device, "v0"));
  }

  RawInitiator connect() throws Exception {
    return new RawInitiator(served.target().portal());
  }

  /** Alice, logged in with these keys, no unit attention waiting. */
  RawInitiator loggedIn(String... keys) throws Exception {
    return loggedInAs(ALICE.value(), 1, keys);
  }

  RawInitiator loggedInAs(String name, long isid, String... keys) throws Exception {
    RawInitiator initiator = connect();
    assertThat(initiator.login(name, isid, keys).u16(36)).isZero();
    initiator.settle();
    return initiator;
  }

  /** WRITE(10) of so many blocks at block 0. */
  static ByteBuffer write(RawInitiator initiator, int blocks) {
    return initiator.command(
        WRITE, blocks * 512, 0x2A, 0, 0, 0, 0, 0, 0, blocks >> 8, blocks & 0xFF);
  }

  /** READ(10) of so many blocks at block 0. */
  static ByteBuffer read(RawInitiator initiator, int blocks) {
    return initiator.command(
        READ, blocks * 512, 0x28, 0, 0, 0, 0, 0, 0, blocks >> 8, blocks & 0xFF);
  }

  static ByteBuffer dataOut(int itt, int ttt, int flags, int dataSn, int offset) {
    return RawInitiator.header(0x05, flags, itt)
        .putInt(20, ttt)
        .putInt(36, dataSn)
        .putInt(40, offset);
  }

  static ByteBuffer taskManagement(RawInitiator initiator, int function) {
    return RawInitiator.header(0x42, 0x80 | function, initiator.itt++).putInt(24, initiator.cmdSn);
  }

  static byte[] bytes(int count, int value) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** The PDU rejects this header for this reason. */
  static void assertRejects(Pdu reject, int reason, ByteBuffer rejected) {
    assertThat(reject.opcode()).as("Reject").isEqualTo(0x3F);
    assertThat(reject.u8(2)).as("reason").isEqualTo(reason);
    assertThat(reject.u32(16)).as("task tag").isEqualTo(RawInitiator.NO_TAG);
    assertThat(reject.data()).as("header").isEqualTo(Arrays.copyOf(rejected.array(), 48));
  }

  /** Serves an honest initiator until the target holds no more than this for all. */
  void awaitUse(RawInitiator honest, TargetUse expected) throws Exception {
    honest.settleUntil(served::use, expected::equals);
  }

  /** Until nothing is left but honest initiators that wait, of connections and of sessions. */
  void awaitOnly(RawInitiator... honest) throws Exception {
    awaitUse(honest[0], new TargetUse(honest.length, 0, 0, 0));
    honest[0].settleUntil(served.target()::sessions, all -> all.size() == honest.length);
  }

  @Override
  public void close() {
    served.close();
  }
}
