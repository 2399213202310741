/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.bench.report.Tool;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * A replica in a pool on a block device that is written to and scrubbed, in turn with other ways to
 * zero as many bytes of the same device. The pool is made anew in each round, for the others write
 * where it lay; each of them finds written what it zeroes.
 */
final class DeviceScrubBench {

  private static final int MIB = 1 << 20;
  private static final long LEAST_BYTES = 256L << 20;

  /** Scrubs that are not read back are what the other ways do; replicas are read back always. */
  private static final Map<Way, EraseRequest> SCRUBS =
      new EnumMap<>(
          Map.of(
              Way.ZERO_FILL_VERIFIED, new EraseRequest(EraseMethod.ZERO_FILL, true),
              Way.ZERO_FILL, new EraseRequest(EraseMethod.ZERO_FILL, false),
              Way.WRITE_ZEROES, new EraseRequest(EraseMethod.WRITE_ZEROES_OFFLOAD, false),
              Way.DISCARD, new EraseRequest(EraseMethod.DISCARD, false)));

  private final Path device;
  private final long replicaBytes;
  private final long writtenBytes;
  private final boolean whole;

  /**
   * @param writtenBytes how much of the replica is written and zeroed: a multiple of 1 MiB
   * @param whole whether dd zeroes as much as the whole replica, too
   */
  DeviceScrubBench(Path device, long replicaBytes, long writtenBytes, boolean whole) {
    this.device = device;
    this.replicaBytes = replicaBytes;
    this.writtenBytes = writtenBytes;
    this.whole = whole;
  }

  /** How large a device has to be for that. */
  static long deviceBytes(long replicaBytes, long writtenBytes, boolean whole) {
    return Math.max(whole ? replicaBytes : 0, Math.max(LEAST_BYTES, 2 * writtenBytes));
  }

  /**
   * Destroys what the device holds.
   *
   * @param overwrite whether something may lie there
   */
  WayTimes run(int rounds, boolean overwrite) throws VolumeException, BlockException, IOException {
    // The first round compiles the code; it is not counted.
    WayTimes unused = new WayTimes();
    scrubs(0, overwrite, unused);
    WayTimes times = new WayTimes();
    for (int round = 1; round <= rounds; round++) {
      scrubs(round, true, times);
      others(round, times);
    }
    return times;
  }

  private void scrubs(int round, boolean overwrite, WayTimes times)
      throws VolumeException, BlockException, IOException {
    EngineVolumeDriver.createPoolOnDevice(device, overwrite, zeroed -> {});
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC())) {
      Set<EraseMethod> offered = driver.capabilities().eraseMethods();
      ScrubbedReplica replica = new ScrubbedReplica(driver, replicaBytes, writtenBytes);
      for (Map.Entry<Way, EraseRequest> scrub : SCRUBS.entrySet()) {
        if (offered.contains(scrub.getValue().method())) {
          replica.write((long) round * Way.values().length + scrub.getKey().ordinal());
          times.add(scrub.getKey(), replica.scrub(scrub.getValue()));
        }
      }
    }
  }

  private void others(int round, WayTimes times) throws IOException {
    DeepWrites.noise(device, writtenBytes, round);
    long dd = dd(writtenBytes);
    times.add(Way.DD, dd);
    times.add(Way.DD_READ_BACK, dd + readBackByDd());
    DeepWrites.noise(device, writtenBytes, round);
    times.add(Way.DEPTH_16, DeepWrites.zeroes(device, writtenBytes));
    if (Tool.isInstalled("blkdiscard", "--version")) {
      DeepWrites.noise(device, writtenBytes, round);
      times.add(Way.BLKDISCARD, blkdiscard());
    }
    if (whole) {
      DeepWrites.noise(device, replicaBytes, round);
      times.add(Way.DD_OF_ALL, dd(replicaBytes));
    }
  }

  private long dd(long bytes) throws IOException {
    return timed(
        "dd",
        "if=/dev/zero",
        "of=" + device,
        "bs=1M",
        "count=" + bytes / MIB,
        "oflag=direct",
        "conv=notrunc,fdatasync",
        "status=none");
  }

  private long readBackByDd() throws IOException {
    return timed(
        "dd",
        "if=" + device,
        "of=/dev/null",
        "bs=1M",
        "count=" + writtenBytes / MIB,
        "iflag=direct,fullblock",
        "status=none");
  }

  private long blkdiscard() throws IOException {
    long zeroed =
        timed(
            "blkdiscard",
            "--force",
            "--zeroout",
            "--length",
            Long.toString(writtenBytes),
            device.toString());
    return zeroed + timed("sync", device.toString());
  }

  private static long timed(String... command) throws IOException {
    long start = System.nanoTime();
    Tool.exec(command);
    return System.nanoTime() - start;
  }
}
