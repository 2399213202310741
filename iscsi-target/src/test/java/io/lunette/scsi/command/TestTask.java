/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.DeviceServer;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A command without a transport. As a transport does, it brings no more data-out than the device
 * server says that the command will use.
 */
final class TestTask extends ScsiTask {

  private static final int LEAD = 16;

  private final CountDownLatch latch = new CountDownLatch(1);
  private ByteBuffer out = ByteBuffer.allocateDirect(0);
  private long expected;
  private ByteBuffer in;
  private boolean poor;
  private volatile Outcome outcome;
  private final AtomicInteger leases = new AtomicInteger();

  TestTask(byte[] cdb, LunInventory inventory, Nexus nexus) {
    cdb().load(Arrays.copyOf(cdb, 16), 0);
    address(inventory, nexus);
  }

  TestTask execute(DeviceServer server, byte[] sent) {
    expected = sent.length;
    int usable = (int) Math.min(sent.length, server.dataOutBytes(this));
    out = ByteBuffer.allocateDirect(LEAD + usable);
    out.position(LEAD).put(sent, 0, usable).position(LEAD);
    server.execute(this);
    return this;
  }

  @Override
  public long expectedDataOut() {
    return expected;
  }

  @Override
  public ByteBuffer dataOut() {
    return out.duplicate();
  }

  @Override
  public ByteBuffer dataIn(int bytes) {
    in = ByteBuffer.allocateDirect(LEAD + bytes).position(LEAD);
    return in;
  }

  @Override
  public ByteBuffer scratch(int bytes) {
    return ByteBuffer.allocateDirect(bytes);
  }

  @Override
  public Lease lease(int bytes) {
    if (poor) {
      return null;
    }
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes);
    leases.incrementAndGet();
    return new Lease() {
      @Override
      public ByteBuffer buffer() {
        return memory;
      }

      @Override
      public void release() {
        leases.decrementAndGet();
      }
    };
  }

  /** Its session holds as much memory as it may. */
  TestTask poor() {
    poor = true;
    return this;
  }

  /** How much of what it borrowed has not been given back. */
  int leases() {
    return leases.get();
  }

  @Override
  protected void ended(Outcome result) {
    assertThat(outcome).as("outcome of a command that has ended already").isNull();
    outcome = result;
    latch.countDown();
  }

  boolean isPending() {
    return outcome == null;
  }

  Outcome outcome() {
    return outcome;
  }

  /** For devices that complete on other threads. */
  Outcome await() throws InterruptedException {
    latch.await();
    return outcome;
  }

  TestTask good() {
    assertThat(outcome).isEqualTo(Outcome.GOOD);
    return this;
  }

  /** The outcome is sense with key and code of this one, whatever else it tells. */
  Sense sense(Sense expected) {
    assertThat(outcome).isInstanceOf(Sense.class);
    Sense actual = (Sense) outcome;
    assertThat(actual.toString()).isEqualTo(expected.toString());
    return actual;
  }

  /** INVALID FIELD IN CDB that points at this bit. */
  void invalidField(int index, int bit) {
    assertThat(outcome).isEqualTo(Sense.INVALID_FIELD_IN_CDB.atCdbBit(index, bit));
  }

  /** What a command that went well returned. */
  byte[] data() {
    good();
    return bytes();
  }

  byte[] bytes() {
    if (in == null) {
      return new byte[0];
    }
    byte[] bytes = new byte[in.limit() - LEAD];
    in.get(LEAD, bytes);
    return bytes;
  }

  ByteBuffer reply() {
    return ByteBuffer.wrap(data());
  }
}
