/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * What a {@link KilledWriter} does to one of its volumes in one of its lives, step by step. It
 * follows from the seed alone, so whoever kills the writer knows every step without being told.
 *
 * <p>Not thread-safe.
 */
final class WriterScript {

  static final int BLOCK = 4096;
  static final int VOLUMES = 3;
  static final int BLOCKS = 768;
  static final int IMAGE_BLOCKS = 512;
  static final long MAGIC = 0x4b494c4c45445752L;

  /** Steps of a life that nobody ends. */
  static final int MOST_STEPS = 50_000;

  static final VolumeName IMAGE = new VolumeName("image");

  /** Numbers that stand for a volume in a stamp. */
  static final int IMAGE_NUMBER = 254;

  static final int TENANT_NUMBER = 255;

  private static final int HOT_BLOCKS = 64;
  private static final int LONG_BLOCKS = 40;

  /** What a step does. */
  enum Kind {
    WRITE,
    DURABLE_WRITE,
    DISCARD,
    ZERO,
    FLUSH,
    SNAPSHOT,
    DELETE_SNAPSHOT
  }

  /**
   * One step, on a run of blocks where it is one of data.
   *
   * @param number of the step in its life, from 0
   */
  record Step(Kind kind, int number, int block, int count) {

    /** Whether it is durable once it was acknowledged, and so worth telling. */
    boolean isDurable() {
      return kind != Kind.WRITE && kind != Kind.DISCARD && kind != Kind.ZERO;
    }

    /** Whether all that the volume acknowledged before is durable with it. */
    boolean makesAllDurable() {
      return isDurable() && kind != Kind.DURABLE_WRITE;
    }
  }

  private final int volume;
  private final int life;
  private final Random random;
  private int steps;
  private boolean hasSnapshot;

  WriterScript(long seed, int life, int volume) {
    this.volume = volume;
    this.life = life;
    this.random = new Random(seed * 1_000_003 + life * 31L + volume);
  }

  Step next() {
    int number = steps++;
    int dice = random.nextInt(200);
    if (dice < 24) {
      return new Step(Kind.FLUSH, number, 0, 0);
    }
    if (dice < 27) {
      hasSnapshot = !hasSnapshot;
      return new Step(hasSnapshot ? Kind.SNAPSHOT : Kind.DELETE_SNAPSHOT, number, 0, 0);
    }
    int block = random.nextInt(random.nextBoolean() ? BLOCKS : HOT_BLOCKS);
    int most = random.nextInt(5) == 0 ? LONG_BLOCKS : 1;
    int count = Math.min(1 + random.nextInt(most), BLOCKS - block);
    if (dice < 42) {
      return new Step(dice < 36 ? Kind.DISCARD : Kind.ZERO, number, block, count);
    }
    return new Step(dice < 80 ? Kind.DURABLE_WRITE : Kind.WRITE, number, block, count);
  }

  /** What a block that a step wrote holds; 0 stands for zeroes. */
  long stamp(Step step) {
    boolean writes = step.kind() == Kind.WRITE || step.kind() == Kind.DURABLE_WRITE;
    return writes ? stamp(volume, life, step.number()) : 0;
  }

  /** The snapshot that the last step, of that kind, makes. */
  VolumeName snapshot(int number) {
    return new VolumeName("snapshot-" + volume + "-" + life + "-" + number);
  }

  static VolumeName volume(int number) {
    return new VolumeName("volume-" + number);
  }

  static VolumeName tenant(int life, int number) {
    return new VolumeName("tenant-" + life + "-" + number);
  }

  static long stamp(int volume, int life, int number) {
    return (long) volume << 56 | (long) life << 32 | number;
  }

  /** So many blocks, full of a stamp. */
  static ByteBuffer filled(long stamp, int blocks) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(blocks * BLOCK);
    while (bytes.hasRemaining()) {
      bytes.putLong(MAGIC).putLong(stamp);
    }
    return bytes.flip();
  }

  /** The stamp that a block is full of, 0 for zeroes, -1 if it is neither one's nor the other's. */
  static long stampIn(ByteBuffer bytes, int block) {
    int at = block * BLOCK;
    long magic = bytes.getLong(at);
    long stamp = bytes.getLong(at + Long.BYTES);
    for (int i = 0; i < BLOCK; i += 2 * Long.BYTES) {
      if (bytes.getLong(at + i) != magic || bytes.getLong(at + i + Long.BYTES) != stamp) {
        return -1;
      }
    }
    return magic == MAGIC || magic == 0 && stamp == 0 ? stamp : -1;
  }
}
