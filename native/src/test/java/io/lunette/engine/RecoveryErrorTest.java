/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeException;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.key.MemoryVault;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A crash of a random life, an I/O error of one call of the recovery from it, which may be of a
 * read, and a crash on top of that: the recovery after it finds what the model allows.
 */
class RecoveryErrorTest {

  private static final int LIVES = 24;
  private static final int CRASHES = 4;
  private static final int ERRORS = 6;
  private static final int STEPS = 120;
  private static final long CACHE_BYTES = 4 << 20;
  private static final double[] KEPT = {0, 0.5, 0.9, 1};

  private int failed;

  @Test
  void anErrorInTheRecoveryFromACrashLosesNothing() throws Exception {
    List<Long> seeds = CrashRange.seeds(LIVES);
    for (long seed : seeds) {
      CrashLife life = new CrashLife(seed);
      assertThat(life.live(STEPS)).as("seed %d", seed).isNull();
      Random coin = new Random(seed);
      for (int i = 0; i < CRASHES; i++) {
        RecordingDevice.Crashes crashes = life.device.crashes();
        advance(crashes, 1 + coin.nextInt(life.device.calls()));
        PagedDevice image = crashes.image(coin, kept(coin));
        MemoryVault vault = life.vault.after(crashes.at(), coin);
        String where = "seed " + seed + ", crash after call " + crashes.at();
        failAnywhere(life, new Crashed(image, vault, crashes.at()), coin, where);
      }
    }
    assertThat(failed).as("recoveries that met the error").isGreaterThan(seeds.size() * CRASHES);
  }

  /** What a crash of a life after so many calls left. */
  private record Crashed(PagedDevice image, MemoryVault vault, int call) {}

  private void failAnywhere(CrashLife life, Crashed crashed, Random coin, String crash)
      throws Exception {
    RecordingDevice whole = new RecordingDevice(crashed.image, life.device.kind());
    open(whole, crashed.vault.copy()).abandon();
    for (int i = 0; i < ERRORS; i++) {
      long call = coin.nextLong(whole.counted());
      RecordingDevice failing = new RecordingDevice(crashed.image, life.device.kind());
      RecordingVault vault = new RecordingVault(failing::calls, crashed.vault);
      failing.failAt(call);
      try {
        open(failing, vault).abandon();
      } catch (VolumeException e) {
        assertThat(failing.hasFailed()).as(e.toString()).isTrue();
      }
      failed += failing.hasFailed() ? 1 : 0;
      RecordingDevice.Crashes again = failing.crashes();
      advance(again, failing.calls());
      PagedDevice image = again.image(coin, kept(coin));
      String where = crash + ", error of call " + call + " of the recovery";
      requireSound(life, image, vault.after(again.at(), coin), crashed.call, where);
    }
  }

  private static void requireSound(
      CrashLife life, PagedDevice image, MemoryVault vault, int call, String where)
      throws Exception {
    assertThat(CrashVerdict.ofDevice(image, life.traces(), false)).as(where).isNull();
    assertThat(CrashVerdict.ofErased(image, life, call)).as(where).isNull();
    EngineVolumeDriver driver = open(image, vault);
    try {
      assertThat(life.model.objectionTo(CrashVerdict.read(driver), call)).as(where).isNull();
    } finally {
      driver.abandon();
    }
    assertThat(CrashVerdict.ofDevice(image, true)).as(where).isNull();
  }

  private static void advance(RecordingDevice.Crashes crashes, int calls) {
    while (crashes.at() < calls && crashes.advance()) {
      assertThat(crashes.at()).isPositive();
    }
  }

  private static EngineVolumeDriver open(PagedDevice device, KeyVault vault)
      throws VolumeException {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES, vault);
  }

  private static double kept(Random coin) {
    return KEPT[coin.nextInt(KEPT.length)];
  }
}
