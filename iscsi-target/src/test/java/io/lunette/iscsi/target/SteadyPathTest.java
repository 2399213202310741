/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What event loops allocate on the heap for each command, once they are warm. */
class SteadyPathTest {

  private static final int BLOCKS = 8;
  private static final int COMMANDS = 2_000;
  private static final int ROUNDS = 50;

  /**
   * Less than the smallest object for each command: it is not one for each, but one now and then.
   */
  private static final double MOST_BYTES = 16;

  private static final ThreadMXBean THREADS =
      ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean ? bean : null;

  /** Takes and gives nothing, at once. */
  private record Nothing() implements BlockDevice {

    private static final BlockGeometry GEOMETRY = new BlockGeometry(1 << 20, 512, 4096, 65_536);
    private static final BlockFeatures FEATURES = new BlockFeatures(false, true, true, 4096);

    @Override
    public BlockGeometry geometry() {
      return GEOMETRY;
    }

    @Override
    public BlockFeatures features() {
      return FEATURES;
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
      completion.completed();
    }

    @Override
    public void write(
        long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
      completion.completed();
    }

    @Override
    public void writeZeroes(
        long offsetBytes,
        long lengthBytes,
        Provisioning provisioning,
        Durability durability,
        IoCompletion completion) {
      completion.completed();
    }

    @Override
    public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
      completion.completed();
    }

    @Override
    public void flush(IoCompletion completion) {
      completion.completed();
    }

    @Override
    public ProvisioningRun provisioning(long offsetBytes) {
      return new ProvisioningRun(offsetBytes, GEOMETRY.sizeBytes() - offsetBytes, true);
    }

    @Override
    public void close() {}
  }

  private ResourceLeakDetector.Level before;
  private ServedTarget served;
  private RawInitiator initiator;

  /** What looks for leaks allocates for each buffer. */
  @BeforeEach
  void start() throws Exception {
    assumeTrue(THREADS != null && THREADS.isThreadAllocatedMemorySupported());
    before = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    served = new ServedTarget();
    served.target().mapForAll(0, unit(new Nothing(), "v0"));
    initiator = new RawInitiator(served.target().portal());
    assertThat(initiator.login(ALICE.value(), 1).u16(36)).isZero();
    initiator.settle();
  }

  @AfterEach
  void stop() throws Exception {
    initiator.close();
    served.close();
    ResourceLeakDetector.setLevel(before);
  }

  private static long allocated() {
    long sum = 0;
    for (ThreadInfo thread : THREADS.dumpAllThreads(false, false, 0)) {
      if (thread.getThreadName().startsWith("lunette-iscsi")) {
        sum += THREADS.getThreadAllocatedBytes(thread.getThreadId());
      }
    }
    return sum;
  }

  private void read() throws Exception {
    initiator.send(SessionFixture.read(initiator, BLOCKS));
    assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
  }

  private void write() throws Exception {
    initiator.send(SessionFixture.write(initiator, BLOCKS), new byte[BLOCKS * 512]);
    assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
  }

  private interface Exchange {
    void run() throws Exception;
  }

  /** Of the first round that is warm, or of the best: until code is compiled it allocates more. */
  private static double bytesForEach(Exchange command) throws Exception {
    double least = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least >= MOST_BYTES; round++) {
      long from = allocated();
      for (int i = 0; i < COMMANDS; i++) {
        command.run();
      }
      least = Math.min(least, (allocated() - from) / (double) COMMANDS);
    }
    return least;
  }

  @Test
  void aReadAllocatesNothing() throws Exception {
    assertThat(bytesForEach(this::read)).isLessThan(MOST_BYTES);
  }

  @Test
  void aWriteAllocatesNothing() throws Exception {
    assertThat(bytesForEach(this::write)).isLessThan(MOST_BYTES);
  }
}
