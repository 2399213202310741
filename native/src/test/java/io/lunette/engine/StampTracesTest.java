/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search of the crash model finds what lies there, or it would prove nothing. */
class StampTracesTest {

  private static final int STEPS = 120;

  @ParameterizedTest
  @ValueSource(longs = {3, 6, 9, 12})
  void whatVolumesWithKeysShowIsKnownByItsTraceAlone(long seed) throws Exception {
    CrashLife life = lived(seed);

    assertThat(onDevice(life, life.traces())).containsAll(shown(life));
    assertThat(onDevice(life, StampTraces.IN_THE_CLEAR)).isEmpty();
  }

  @Test
  void whatVolumesWithoutKeysShowIsThereInTheClear() throws Exception {
    CrashLife life = lived(1);

    assertThat(onDevice(life, life.traces())).containsAll(shown(life));
  }

  private static CrashLife lived(long seed) throws Exception {
    CrashLife life = new CrashLife(seed);
    assertThat(life.live(STEPS)).isNull();
    assertThat(shown(life)).hasSizeGreaterThan(3);
    return life;
  }

  private static Set<Integer> shown(CrashLife life) {
    return life.model.now.values().stream()
        .flatMapToInt(content -> Arrays.stream(content.stamps()))
        .filter(stamp -> stamp != 0)
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<Integer> onDevice(CrashLife life, StampTraces traces) {
    Set<Integer> found = new TreeSet<>();
    PagedDevice device = life.device;
    for (int page = device.nextNonZero(0); page >= 0; page = device.nextNonZero(page + 1)) {
      ByteBuffer bytes = ByteBuffer.wrap(device.page(page));
      for (int at = 0; at < PagedDevice.PAGE; at += CrashModel.SECTOR) {
        found.add(traces.stampAt(bytes, at));
      }
    }
    found.remove(0);
    return found;
  }
}
