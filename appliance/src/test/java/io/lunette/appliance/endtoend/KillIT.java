/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the appliance during writes, clones, scrubs and releases, and asks the same each time:
 * every flushed byte is there, nothing is stuck, nothing is lost.
 */
class KillIT {

  private static final String KEEPER = "iqn.2026-11.test:keeper";
  private static final String TRANSIENT = "iqn.2026-11.test:transient";
  private static final int ROUNDS = 12;
  private static final long SEED = 20_261_124;
  private static final int TRACE = 0xb7;

  @TempDir Path directory;
  private final Random random = new Random(SEED);
  private final TreeMap<Integer, Integer> flushed = new TreeMap<>();
  private ServedHome served;
  private int wanted = 3;

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aDozenKillsLoseNothing() throws Exception {
    served = new ServedHome(directory).start();
    String kept = stock();
    for (int round = 0; round < ROUNDS; round++) {
      keep(round);
      Thread work = begin(round);
      Thread.sleep(random.nextInt(250));
      served.kill();
      work.join();
      served.start();
      settles(kept, "round " + round + " of seed " + SEED);
    }
    served.run("release", "transient");
    settles(kept, "the end");
    assertThat(served.stop()).isZero();
    Path pool = served.home.resolve("pool.lunette");
    assertThat(served.run("pool", "check", pool.toString()).status()).isZero();
    byte[] trace = new byte[4096];
    Arrays.fill(trace, (byte) TRACE);
    assertThat(Bytes.occurIn(pool, trace)).isFalse();
  }

  private String stock() throws Exception {
    Path image = directory.resolve("image.raw");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.write(new byte[] {1, 2, 3});
      file.setLength(64 << 20);
    }
    served.call("image", "import", "web", image.toString());
    served.call("pool", "set", "web", "--ready", "3", "--scrub-threshold", "1");
    served.call("server", "add", "keeper", "--iqn", KEEPER);
    served.call("server", "add", "transient", "--iqn", TRANSIENT);
    Eventually.holds(() -> Replicas.in(served, "READY") == 3);
    return allocate("keeper").path("replica").asText();
  }

  private JsonNode allocate(String server) throws Exception {
    return served.call("allocate", server, "--tenant", "acme", "--image", "web");
  }

  /** Writes and flushes a slot of 64 KiB, now and then one that was written before. */
  private void keep(int round) throws Exception {
    int slot = random.nextInt(8);
    qemuIo(KEEPER, "write -P " + (round + 1) + " " + slot * 64 + "k 64k", "flush");
    flushed.put(slot, round + 1);
  }

  private void qemuIo(String initiator, String... commands) throws Exception {
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(initiator, 0), List.of(commands)));
  }

  private Thread begin(int round) throws Exception {
    return switch (round % 4) {
      case 0 -> writing();
      case 1 -> command("pool", "set", "web", "--ready", Integer.toString(wanted += 40));
      case 2 -> {
        useTransient();
        served.call("release", "transient");
        yield command("scrub", "run");
      }
      default -> {
        useTransient();
        yield command("release", "transient");
      }
    };
  }

  /** Writes beyond the slots that are checked, until the appliance dies under it. */
  private Thread writing() {
    List<String> commands = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      commands.add("write -P 0xee " + (16 + random.nextInt(40)) + "M 64k");
    }
    String[] words = ForeignTool.qemuIo(served.image(KEEPER, 0), commands);
    return started(
        () -> {
          Process tool = ForeignTool.start(directory.resolve("writing.log"), words);
          Thread.sleep(1000);
          tool.destroy();
          tool.waitFor();
        });
  }

  private void useTransient() throws Exception {
    allocate("transient");
    qemuIo(TRANSIENT, "write -P " + TRACE + " 4M 24M", "flush");
  }

  /** A command whose answer may never come. */
  private Thread command(String... words) {
    return started(() -> served.run(words));
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Thread started(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    thread.start();
    return thread;
  }

  private void settles(String kept, String when) throws Exception {
    List<String> reads = new ArrayList<>();
    flushed.forEach((slot, value) -> reads.add("read -P " + value + " " + slot * 64 + "k 64k"));
    qemuIo(KEEPER, reads.toArray(String[]::new));
    Eventually.holds(() -> Replicas.in(served, "BUILDING", "RETURNED", "SCRUBBING") == 0);
    assertThat(Replicas.in(served, "QUARANTINED", "FAILED")).as(when).isZero();
    assertThat(allocate("keeper").path("replica").asText()).as(when).isEqualTo(kept);
    int policy = served.call("pool", "list").at("/0/policy/ready").asInt();
    Eventually.holds(() -> Replicas.in(served, "READY") >= policy);
    Eventually.holds(() -> served.call("status").at("/space/dirtyBytes").asLong() == 0);
  }
}
