/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.check.PoolCheck;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills a process that writes to a pool, again and again and at any time, now and then once more
 * while it opens the pool after it; and looks each time for what it had been told was durable, for
 * torn blocks, for another volume's, and for what an erase had removed.
 *
 * <p>{@code -Dlunette.kill.rounds=N} kills so often, {@code -Dlunette.kill.seed=N} at other times.
 */
class KilledWriterTest {

  private static final Logger LOG = LoggerFactory.getLogger(KilledWriterTest.class);
  private static final long POOL_BYTES = 64L << 20;
  private static final int ROUNDS = Integer.getInteger("lunette.kill.rounds", 20);
  private static final long SEED = Long.getLong("lunette.kill.seed", 1);

  /** A life says so many lines at most. */
  private static final int MOST_LINES = 150;

  private static final int MOST_NANOS_MORE = 2_000_000;

  @TempDir Path directory;
  private final Random random = new Random(SEED);
  private Path pool;

  /** Of each volume, what its blocks held when the writer began. */
  private final List<long[]> before = new ArrayList<>();

  /** What a life was heard to say. */
  private record Said(int[] acknowledged, BitSet erased) {}

  @Test
  void whatWasAcknowledgedOutlivesEveryKillAndWhatWasErasedDoesNot() throws Exception {
    pool = directory.resolve("pool");
    prepare();
    long certain = 0;
    int erased = 0;
    for (int life = 1; life <= ROUNDS; life++) {
      String where = "life " + life + " of seed " + SEED;
      Said said = kill(life);
      assertThat(PoolCheck.check(pool).problems()).as(where).isEmpty();
      if (random.nextInt(4) == 0) {
        killAtOpening(life);
        assertThat(PoolCheck.check(pool).problems()).as(where + ", killed again").isEmpty();
      }
      requireErased(said, life, where);
      certain += requireAcknowledged(said, life, where);
      erased += said.erased.cardinality();
    }
    LOG.info("{} kills, {} blocks certain, {} tenants erased", ROUNDS, certain, erased);
    assertThat(certain).isPositive();
    assertThat(erased).isPositive();
    requireNothingLeft();
  }

  private void prepare() throws Exception {
    EngineVolumeDriver.createPool(pool, POOL_BYTES);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
      driver.create(
          WriterScript.IMAGE, (long) WriterScript.BLOCKS * WriterScript.BLOCK, WriterScript.BLOCK);
      long golden = WriterScript.stamp(WriterScript.IMAGE_NUMBER, 0, 0);
      try (BlockDevice image = driver.open(WriterScript.IMAGE, AccessMode.READ_WRITE)) {
        BlockingIo.write(
            image, 0, WriterScript.filled(golden, WriterScript.IMAGE_BLOCKS), Durability.DURABLE);
      }
      driver.seal(WriterScript.IMAGE);
      for (int volume = 0; volume < WriterScript.VOLUMES; volume++) {
        driver.clone(WriterScript.IMAGE, List.of(WriterScript.volume(volume)));
        long[] stamps = new long[WriterScript.BLOCKS];
        Arrays.fill(stamps, 0, WriterScript.IMAGE_BLOCKS, golden);
        before.add(stamps);
      }
    }
  }

  /** Lets a process live until it has said so much, and kills it. */
  private Said kill(int life) throws Exception {
    Process process = start("write", life);
    Said said = new Said(new int[WriterScript.VOLUMES], new BitSet());
    Arrays.fill(said.acknowledged, -1);
    int lines = 1 + random.nextInt(MOST_LINES);
    boolean isAfterErase = life % 4 == 0;
    int more = random.nextInt(MOST_NANOS_MORE);
    try (BufferedReader output = output(process)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        hear(line, said);
        boolean isDue = isAfterErase ? !said.erased.isEmpty() : --lines == 0;
        if (isDue) {
          LockSupport.parkNanos(more);
          killNow(process);
        }
      }
    } finally {
      killNow(process);
    }
    requireKilled(process, "life " + life);
    return said;
  }

  private static void hear(String line, Said said) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "volume" -> said.acknowledged[Integer.parseInt(words[1])] = Integer.parseInt(words[2]);
      case "erased" -> said.erased.set(Integer.parseInt(words[1]));
      default -> assertThat(line).isIn("opening", "opened");
    }
  }

  private void killAtOpening(int life) throws Exception {
    Process process = start("open", life);
    int killed = 128 + 9;
    int more = random.nextInt(10 * MOST_NANOS_MORE);
    try (BufferedReader output = output(process)) {
      assertThat(output.readLine()).isEqualTo("opening");
      LockSupport.parkNanos(more);
    } finally {
      killNow(process);
    }
    assertThat(process.waitFor()).as(Files.readString(log("open", life))).isIn(0, killed);
  }

  private Process start(String part, int life) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            KilledWriter.class.getName(),
            part,
            pool.toString(),
            Long.toString(SEED),
            Integer.toString(life))
        .redirectError(log(part, life).toFile())
        .start();
  }

  private Path log(String part, int life) {
    return directory.resolve(part + "-" + life + ".log");
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** By its handle: the process itself would close the pipe, with what was said and not read. */
  private static void killNow(Process process) {
    boolean ignored = process.toHandle().destroyForcibly();
  }

  private void requireKilled(Process process, String where) throws Exception {
    int life = Integer.parseInt(where.substring("life ".length()));
    int killed = 128 + 9;
    assertThat(process.waitFor())
        .as(where + ": " + Files.readString(log("write", life)))
        .isEqualTo(killed);
  }

  /**
   * Reads every volume and snapshot; returns how many blocks only an acknowledged step explains.
   */
  private long requireAcknowledged(Said said, int life, String where) throws Exception {
    long certain = 0;
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
      for (int number = 0; number < WriterScript.VOLUMES; number++) {
        long[] held = before.get(number);
        WrittenVolume volume =
            new WrittenVolume(SEED, life, number, held, said.acknowledged[number]);
        long[] found = stamps(driver, WriterScript.volume(number));
        assertThat(volume.objectionTo(found)).as(where).isNull();
        assertThat(volume.objectionTo(snapshots(driver, number))).as(where).isNull();
        certain += volume.certainBlocks(held);
        before.set(number, found);
      }
      for (VolumeInfo info : driver.list()) {
        if (!info.name().equals(WriterScript.IMAGE) && !info.name().value().startsWith("volume-")) {
          awaitErased(driver, info);
          driver.delete(info.name());
        }
      }
    }
    return certain;
  }

  private static Map<VolumeName, long[]> snapshots(EngineVolumeDriver driver, int number)
      throws Exception {
    Map<VolumeName, long[]> found = new TreeMap<>();
    for (VolumeInfo info : driver.list()) {
      if (info.name().value().startsWith("snapshot-" + number + "-")) {
        found.put(info.name(), stamps(driver, info.name()));
      }
    }
    return found;
  }

  private static long[] stamps(EngineVolumeDriver driver, VolumeName name) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(WriterScript.BLOCKS * WriterScript.BLOCK);
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      BlockingIo.read(volume, 0, bytes);
    }
    long[] stamps = new long[WriterScript.BLOCKS];
    Arrays.setAll(stamps, block -> WriterScript.stampIn(bytes, block));
    return stamps;
  }

  /** An erase that a kill cut short goes on by itself; who asks again is given its job. */
  private static void awaitErased(EngineVolumeDriver driver, VolumeInfo info) throws Exception {
    if (info.state() == VolumeState.ERASING) {
      erase(driver, info.name());
    }
  }

  private static void erase(EngineVolumeDriver driver, VolumeName name) throws Exception {
    var ignored =
        driver.erase(name, EraseRequest.zeroFillVerified()).result().toCompletableFuture().get();
  }

  private void requireErased(Said said, int life, String where) throws Exception {
    for (long stamp : stampsInFile(WriterScript.BLOCK)) {
      if (stamp >>> 56 == WriterScript.TENANT_NUMBER && (int) (stamp >>> 32 & 0xffffff) == life) {
        assertThat(said.erased.get((int) stamp))
            .as("%s: tenant %d was erased and is in the pool", where, (int) stamp)
            .isFalse();
      }
    }
  }

  private void requireNothingLeft() throws Exception {
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
      for (int volume = 0; volume < WriterScript.VOLUMES; volume++) {
        erase(driver, WriterScript.volume(volume));
      }
      while (driver.space().dirtyBytes() > 0) {
        LockSupport.parkNanos(100_000);
      }
      List<Long> left = stampsInFile(Long.BYTES);
      assertThat(left).isNotEmpty();
      assertThat(left).allMatch(stamp -> stamp >>> 56 == WriterScript.IMAGE_NUMBER);
    }
  }

  /** The stamps that stand behind the writer's mark in the pool's file, once for each such run. */
  private List<Long> stampsInFile(int step) throws IOException {
    List<Long> stamps = new ArrayList<>();
    try (FileChannel file = FileChannel.open(pool)) {
      ByteBuffer bytes = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
      long last = 0;
      for (int at = 0; at < bytes.capacity() - Long.BYTES; at += step) {
        if (bytes.getLong(at) == WriterScript.MAGIC) {
          long stamp = bytes.getLong(at + Long.BYTES);
          if (stamp != last) {
            stamps.add(stamp);
          }
          last = stamp;
        }
      }
    }
    return stamps;
  }
}
