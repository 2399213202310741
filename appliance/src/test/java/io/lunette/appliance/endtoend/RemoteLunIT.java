/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lunette.appliance.config.HostPort;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.iscsi.target.IscsiTarget;
import io.lunette.iscsi.target.LogicalUnitSpec;
import io.lunette.iscsi.target.TargetConfig;
import io.lunette.libiscsi.RemoteBlockDevice;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A foreign LUN as a block device: what comes over iSCSI, and what goes wrong on the way. */
@Timeout(60)
class RemoteLunIT {

  private static final String INITIATOR = "iqn.2026-11.test:lunette";
  private static final String TARGET = "iqn.2026-11.test:remote";
  private static final int SIZE = 8 << 20;
  private static final int LENGTH = 3 << 20;

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final MemoryBlockDevice medium = MemoryBlockDevice.inline(SIZE, 512);
  private IscsiTarget target;

  @AfterEach
  void stop() {
    if (target != null) {
      target.close();
    }
    workers.shutdownNow();
  }

  private String serve(BlockDevice device, AccessMode mode) throws Exception {
    target =
        IscsiTarget.start(
            TargetConfig.of(TARGET, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    target.mapForAll(0, new LogicalUnitSpec(device, UUID.randomUUID(), mode));
    return "iscsi://127.0.0.1:" + target.portal().getPort() + "/" + TARGET + "/0";
  }

  private BlockDevice open(String url, Duration patience) throws Exception {
    return RemoteBlockDevice.open(url, INITIATOR, patience, workers);
  }

  private BlockDevice open(String url) throws Exception {
    return open(url, Duration.ofSeconds(20));
  }

  private static ByteBuffer pattern() {
    byte[] bytes = new byte[LENGTH];
    new Random(LENGTH).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private static void assertFails(BlockingIo.Operation operation, BlockException.Kind kind) {
    assertThatThrownBy(() -> BlockingIo.await(operation))
        .isInstanceOfSatisfying(
            BlockException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }

  private static void assertFailsToRead(BlockDevice lun, BlockException.Kind kind) {
    assertFails(end -> lun.read(0, ByteBuffer.allocate(4096), end), kind);
  }

  private static void assertFailsToWrite(BlockDevice lun, BlockException.Kind kind) {
    assertFails(end -> lun.write(0, ByteBuffer.allocate(4096), Durability.VISIBLE, end), kind);
  }

  private static void assertTakesBytesAndZeroes(BlockDevice lun) throws Exception {
    assertThat(lun.geometry().sizeBytes()).isEqualTo(SIZE);
    BlockingIo.write(lun, 4096, pattern(), Durability.DURABLE);
    ByteBuffer read = ByteBuffer.allocate(LENGTH);
    BlockingIo.read(lun, 4096, read);
    assertThat(read.rewind()).isEqualTo(pattern());

    BlockingIo.writeZeroes(lun, 8192, LENGTH, Provisioning.KEEP, Durability.DURABLE);

    ByteBuffer zeroed = ByteBuffer.allocate(LENGTH);
    BlockingIo.read(lun, 8192, zeroed);
    assertThat(zeroed.array()).containsOnly(0);
    ByteBuffer before = ByteBuffer.allocate(4096);
    BlockingIo.read(lun, 4096, before);
    assertThat(before.rewind()).isEqualTo(pattern().slice(0, 4096));
  }

  @Test
  void bytesGoThereAndZeroesGoByWriteSame() throws Exception {
    try (BlockDevice lun = open(serve(medium, AccessMode.READ_WRITE))) {
      assertTakesBytesAndZeroes(lun);
    }
    assertThat(medium.count(Operation.ZERO)).isPositive();
    assertThat(medium.count(Operation.FLUSH)).isPositive();
  }

  @Test
  void aTargetOfAnotherProjectTakesBytesAndZeroes(@TempDir Path directory) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/tgtd")), "tgt is not installed");
    String portal = LocalAddress.next();
    int control = HostPort.parse(portal).port();
    Path file = directory.resolve("tgt.img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(SIZE);
    }
    Process daemon =
        ForeignTool.start(
            directory.resolve("tgt.log"),
            "tgtd",
            "-f",
            "-C",
            "" + control,
            "--iscsi",
            "portal=" + portal);
    try {
      Eventually.holds(() -> administer(control, "new", "target", "-T", TARGET).status() == 0);
      administer(control, "new", "logicalunit", "--lun", "1", "-b", file.toString());
      administer(control, "bind", "target", "-I", "ALL");
      try (BlockDevice lun = open("iscsi://" + portal + "/" + TARGET + "/1")) {
        assertTakesBytesAndZeroes(lun);
        daemon.descendants().forEach(ProcessHandle::destroyForcibly);
        daemon.destroyForcibly().waitFor();

        assertFailsToRead(lun, BlockException.Kind.GONE);
      }
    } finally {
      daemon.descendants().forEach(ProcessHandle::destroyForcibly);
      daemon.destroyForcibly();
    }
  }

  private static ForeignTool administer(int control, String operation, String mode, String... more)
      throws Exception {
    String[] head = {
      "tgtadm",
      "-C",
      "" + control,
      "--lld",
      "iscsi",
      "--op",
      operation,
      "--mode",
      mode,
      "--tid",
      "1"
    };
    String[] words = new String[head.length + more.length];
    System.arraycopy(head, 0, words, 0, head.length);
    System.arraycopy(more, 0, words, head.length, more.length);
    return ForeignTool.run(words);
  }

  @Test
  void whatTheMediumCannotDoIsATypedErrorAndTheLunGoesOn() throws Exception {
    try (BlockDevice lun = open(serve(medium, AccessMode.READ_WRITE))) {
      medium.failNext(Operation.READ, BlockException.Kind.MEDIUM_READ);
      assertFailsToRead(lun, BlockException.Kind.MEDIUM_READ);
      medium.failNext(Operation.WRITE, BlockException.Kind.MEDIUM_WRITE);
      assertFailsToWrite(lun, BlockException.Kind.MEDIUM_WRITE);
      medium.failNext(Operation.WRITE, BlockException.Kind.OUT_OF_SPACE);
      assertFailsToWrite(lun, BlockException.Kind.OUT_OF_SPACE);
      assertFails(
          end -> lun.read(SIZE - 512, ByteBuffer.allocate(1024), end),
          BlockException.Kind.OUT_OF_RANGE);

      assertTakesBytesAndZeroes(lun);
    }
  }

  @Test
  void aLunForReadingRefusesWrites() throws Exception {
    try (BlockDevice lun = open(serve(medium, AccessMode.READ_ONLY))) {
      assertFailsToWrite(lun, BlockException.Kind.READ_ONLY);
      BlockingIo.read(lun, 0, ByteBuffer.allocate(4096));
    }
  }

  @Test
  void aLunThatIsTakenAwayIsGone() throws Exception {
    try (BlockDevice lun = open(serve(medium, AccessMode.READ_WRITE))) {
      target.unmapForAll(0);

      assertFailsToRead(lun, BlockException.Kind.GONE);
    }
  }

  @Test
  void aConnectionThatBreaksEndsWhatIsUnderWayAndAllThatFollows() throws Exception {
    try (BlockDevice lun = open(serve(medium, AccessMode.READ_WRITE))) {
      target.close();

      assertFailsToRead(lun, BlockException.Kind.GONE);
      assertFailsToWrite(lun, BlockException.Kind.GONE);
    }
  }

  @Test
  void aTargetThatKeepsSilentIsGoneAfterAWhile() throws Exception {
    Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    MemoryBlockDevice silent = MemoryBlockDevice.on(held::add, SIZE, 512);
    try (BlockDevice lun = open(serve(silent, AccessMode.READ_WRITE), Duration.ofSeconds(2))) {
      assertFailsToRead(lun, BlockException.Kind.GONE);
    } finally {
      held.forEach(Runnable::run);
    }
  }
}
