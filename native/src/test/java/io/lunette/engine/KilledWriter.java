/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.WriterScript.Step;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * A process that writes to several volumes of a pool at once until it is killed, and says on its
 * standard output, a line each and not before it is true, what must outlive that: {@code volume N
 * STEP} for a step of a {@link WriterScript} that is durable, {@code erased N} for a tenant whose
 * erase has ended. With {@code open} it opens the pool and does nothing more.
 */
final class KilledWriter {

  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);
  private static final int TENANT_BLOCKS = 120;
  private static final int MOST_TENANTS = 500;

  private final EngineVolumeDriver driver;
  private final long seed;
  private final int life;

  private KilledWriter(EngineVolumeDriver driver, long seed, int life) {
    this.driver = driver;
    this.seed = seed;
    this.life = life;
  }

  /**
   * Arguments: {@code write} or {@code open}, the pool's file, the seed, the number of the life.
   */
  public static void main(String[] args) throws Exception {
    // What the parent reads are lines of this class alone, and no log's.
    System.setOut(System.err);
    say("opening");
    EngineVolumeDriver driver = EngineVolumeDriver.open(Path.of(args[1]), Clock.systemUTC());
    say("opened");
    if (args[0].equals("open")) {
      return;
    }
    KilledWriter writer =
        new KilledWriter(driver, Long.parseLong(args[2]), Integer.parseInt(args[3]));
    for (int volume = 0; volume < WriterScript.VOLUMES; volume++) {
      int number = volume;
      begin(() -> writer.write(number));
    }
    begin(writer::comeAndGo);
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void begin(Work work) {
    new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
              }
            })
        .start();
  }

  /** One call of the system for each line: a kill leaves it out or says it whole. */
  private static void say(String line) throws IOException {
    OUT.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private void write(int number) throws Exception {
    VolumeName name = WriterScript.volume(number);
    WriterScript script = new WriterScript(seed, life, number);
    VolumeName snapshot = null;
    try (BlockDevice device = driver.open(name, AccessMode.READ_WRITE)) {
      for (int i = 0; i < WriterScript.MOST_STEPS; i++) {
        Step step = script.next();
        switch (step.kind()) {
          case SNAPSHOT -> {
            snapshot = script.snapshot(step.number());
            driver.snapshot(name, snapshot);
          }
          case DELETE_SNAPSHOT -> driver.delete(snapshot);
          default -> change(device, script, step);
        }
        if (step.isDurable()) {
          say("volume " + number + " " + step.number());
        }
      }
    }
  }

  private static void change(BlockDevice device, WriterScript script, Step step) throws Exception {
    long offset = (long) step.block() * WriterScript.BLOCK;
    long length = (long) step.count() * WriterScript.BLOCK;
    switch (step.kind()) {
      case WRITE, DURABLE_WRITE -> {
        boolean isDurable = step.kind() == WriterScript.Kind.DURABLE_WRITE;
        BlockingIo.write(
            device,
            offset,
            WriterScript.filled(script.stamp(step), step.count()),
            isDurable ? Durability.DURABLE : Durability.VISIBLE);
      }
      case DISCARD -> BlockingIo.discard(device, offset, length);
      case ZERO ->
          BlockingIo.writeZeroes(device, offset, length, Provisioning.KEEP, Durability.VISIBLE);
      case FLUSH -> BlockingIo.flush(device);
      default -> throw new IllegalArgumentException(step.toString());
    }
  }

  /** Tenants one after the other, each with a clone that is erased when it goes. */
  private void comeAndGo() throws Exception {
    for (int i = 0; i < MOST_TENANTS; i++) {
      VolumeName name = WriterScript.tenant(life, i);
      driver.clone(WriterScript.IMAGE, List.of(name));
      long stamp = WriterScript.stamp(WriterScript.TENANT_NUMBER, life, i);
      try (BlockDevice device = driver.open(name, AccessMode.READ_WRITE)) {
        for (int block = i % 7; block < TENANT_BLOCKS; block += 3) {
          BlockingIo.write(
              device,
              (long) block * WriterScript.BLOCK,
              WriterScript.filled(stamp, 1),
              Durability.VISIBLE);
        }
        BlockingIo.discard(device, 0, 32L * WriterScript.BLOCK);
        BlockingIo.flush(device);
      }
      var ignored =
          driver.erase(name, EraseRequest.zeroFillVerified()).result().toCompletableFuture().get();
      say("erased " + i);
      driver.delete(name);
    }
  }
}
