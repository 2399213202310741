/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.MemoryVault;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a check cannot look at, it says. */
class UncheckedPartTest {

  private static final int SPACE = 3;
  private static final int MAP = 16;

  @TempDir Path directory;

  private PoolAtRest pool;

  @BeforeEach
  void workOnAPool() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
  }

  @Test
  void theOtherOfAPairOfExtentsWithKeys() throws Exception {
    try (EngineVolumeDriver driver =
        EngineVolumeDriver.open(pool.file(), Clock.systemUTC(), new MemoryVault())) {
      driver.createEncrypted(new VolumeName("vault"), 1 << 20, PoolLayout.BLOCK_BYTES);
    }
    PoolDump.LayerView keys =
        PoolDump.read(pool.file(), true).layers().stream()
            .filter(layer -> layer.mappedExtents() == 2)
            .findFirst()
            .orElseThrow();

    pool.rewriteMapWord(keys.id(), 1, 0);

    assertThat(lines())
        .contains(
            "layer of keys at logical extent 0: the other of its pair, logical extent 1, is"
                + " missing");
  }

  @Test
  void whoseAnExtentIsWhereAMapIsLost() throws Exception {
    long layer =
        PoolDump.read(pool.file(), false).volumes().stream()
            .filter(volume -> volume.name().equals("clone"))
            .findFirst()
            .orElseThrow()
            .layer();

    pool.flipBoth(pool.newestLeaf(MAP, layer), 70);

    assertThat(lines())
        .contains("space: not checked for leaks, for pages that name owners are damaged");
  }

  @Test
  void anExtentThatIsCalledCleanAndCannotBeRead() throws Exception {
    int word = 30;
    assertThat(pool.word(pool.newestLeaf(SPACE, 0), word)).isZero();
    long extent = word * (long) Long.SIZE;
    long offset = extent * PoolLayout.EXTENT_BYTES;
    // What is a hole is not read.
    pool.flip(offset);

    try (RawDevice file = LinuxRawDevice.open(pool.file())) {
      PoolExam exam = PoolExam.of(unreadableAt(offset, file), true, Set.of());

      assertThat(exam.problems())
          .singleElement()
          .returns(false, PoolProblem::isRepairable)
          .asString()
          .isEqualTo("extent %d at byte %d: cannot be read: simulated".formatted(extent, offset));
    }
  }

  private static RawDevice unreadableAt(long offset, RawDevice device) {
    return (RawDevice)
        Proxy.newProxyInstance(
            RawDevice.class.getClassLoader(),
            new Class<?>[] {RawDevice.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("readBack") && arguments[0].equals(offset)) {
                throw new DeviceException("simulated");
              }
              return method.invoke(device, arguments);
            });
  }

  private List<String> lines() throws Exception {
    return PoolCheck.check(pool.file()).problems().stream().map(PoolProblem::toString).toList();
  }
}
