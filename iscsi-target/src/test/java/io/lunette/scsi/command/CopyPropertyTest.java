/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Random segments, overlapping at will, against arrays. */
class CopyPropertyTest {

  private static final int BYTES = 4 << 20;
  private static final int[] BLOCKS = {512, 512, 4096};

  private static final class World {
    final CopyBench bench;
    final CopyBench.Unit[] units = new CopyBench.Unit[BLOCKS.length];
    final byte[][] models = new byte[BLOCKS.length][BYTES];
    final CopyBench.Host host;

    World(CopyBench bench, java.util.concurrent.Executor completions, Random random) {
      this.bench = bench;
      host = bench.host("a");
      for (int i = 0; i < units.length; i++) {
        units[i] = bench.new Unit(MemoryBlockDevice.on(completions, BYTES, BLOCKS[i]));
        host.sees(i, units[i]);
        for (int patches = random.nextInt(12); patches > 0; patches--) {
          byte[] patch = new byte[4096 * (1 + random.nextInt(100))];
          random.nextBytes(patch);
          int at = random.nextInt((BYTES - patch.length) / 4096) * 4096;
          units[i].device.fill(at, patch);
          System.arraycopy(patch, 0, models[i], at, patch.length);
        }
      }
    }

    /** Adds a segment to a list and does it in the model. */
    void segment(CopyLists list, Random random) {
      int from = random.nextInt(BLOCKS.length);
      int to = random.nextInt(BLOCKS.length);
      int unit = Math.max(BLOCKS[from], BLOCKS[to]);
      int bytes = (1 + random.nextInt(1 << random.nextInt(12))) * unit;
      bytes = Math.min(bytes, BYTES / 2 / unit * unit);
      boolean counted = random.nextBoolean();
      int start = random.nextInt((BYTES - bytes) / BLOCKS[from] + 1) * BLOCKS[from];
      int near = start + (random.nextInt(2 * bytes) - bytes);
      int end = random.nextBoolean() ? near : random.nextInt(BYTES);
      end = Math.max(0, Math.min(end, BYTES - bytes)) / BLOCKS[to] * BLOCKS[to];
      list.segment(
          counted ? 2 : 0,
          from,
          to,
          bytes / BLOCKS[counted ? to : from],
          start / BLOCKS[from],
          end / BLOCKS[to]);
      byte[] moved = Arrays.copyOfRange(models[from], start, start + bytes);
      System.arraycopy(moved, 0, models[to], end, bytes);
    }
  }

  private static void run(long seed, World world, Random random) throws Exception {
    for (int command = 0; command < 6; command++) {
      CopyLists list = CopyLists.lid1(1);
      for (int i = 0; i < BLOCKS.length; i++) {
        list.cscd(world.host.designator(i), random.nextBoolean() ? BLOCKS[i] : 0, false);
      }
      for (int segments = random.nextInt(8); segments >= 0; segments--) {
        world.segment(list, random);
      }
      TestTask task = world.host.copy(random.nextInt(BLOCKS.length), list);
      task.await();
      task.good();
    }
    for (int i = 0; i < BLOCKS.length; i++) {
      assertThat(world.units[i].device.bytes(0, BYTES))
          .as("unit %d, seed %d", i, seed)
          .isEqualTo(world.models[i]);
    }
  }

  @Test
  void copiesDoWhatArraysDo() throws Exception {
    for (long seed = 1; seed <= 60; seed++) {
      Random random = new Random(seed);
      run(seed, new World(new CopyBench(), Runnable::run, random), random);
    }
  }

  @Test
  void andOnThreadsOfTheirOwnToo() throws Exception {
    ExecutorService device = Executors.newFixedThreadPool(3);
    ExecutorService copies = Executors.newSingleThreadExecutor();
    for (long seed = 101; seed <= 130; seed++) {
      Random random = new Random(seed);
      run(seed, new World(new CopyBench(copies), device, random), random);
    }
    device.shutdown();
    copies.shutdown();
    assertThat(device.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
  }
}
