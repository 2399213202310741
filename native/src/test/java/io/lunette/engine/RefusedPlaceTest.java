/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import io.lunette.platform.linux.LibC;
import io.lunette.platform.linux.LibCMessages;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata that takes no writes any more, and is read as well as ever. */
class RefusedPlaceTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final String ADVICE = "copy the pool, whole, to a sound device and open that";

  private final RefusingDevice device = new RefusingDevice();

  @BeforeEach
  void makeAPool() throws Exception {
    PoolState.format(device, new UUID(9, 9));
    try (EngineVolumeDriver driver = open()) {
      driver.create(VOLUME, 1 << 20);
    }
  }

  @ParameterizedTest
  @CsvSource({"A, 0, true", "A, 0, false", "B, 65536, true", "B, 65536, false"})
  void aSuperblockIsNamed(String name, long offset, boolean byTheWrite) throws Exception {
    device.refuse(offset, offset, byTheWrite);

    assertThatThrownBy(this::open)
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("superblock %s at byte %d takes no writes", name, offset)
        .hasMessageContaining(ADVICE);

    requireAllIsThere();
  }

  /** The first that the checkpoint of the opening writes, which after a crash has something to. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPageIsNamed(boolean byTheWrite) throws Exception {
    EngineVolumeDriver crashed = open();
    crashed.create(new VolumeName("late"), 1 << 20);
    crashed.abandon();
    long pages =
        (PoolLayout.JOURNAL_EXTENT + PoolLayout.journalExtents(device.sizeBytes()))
            * PoolLayout.EXTENT_BYTES;
    device.refuse(pages, device.sizeBytes(), byTheWrite);

    assertThatThrownBy(this::open)
        .isInstanceOf(VolumeException.class)
        .satisfies(
            refused ->
                assertThat(refused)
                    .hasMessageContaining(
                        "a page of metadata at byte %d takes no writes", device.refused))
        .hasMessageContaining(ADVICE);

    requireAllIsThere();
  }

  /** It is not blamed for what a flush lost elsewhere. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void nothingIsNamedThatIsThere(int flush) {
    device.failFlush(flush);

    requireNothingIsNamed();
  }

  /** Nobody could copy it. */
  @ParameterizedTest
  @CsvSource({"0, true", "0, false", "65536, true", "65536, false"})
  void nothingIsNamedOfADeviceThatIsGone(long offset, boolean byTheWrite) throws Exception {
    device.refuse(offset, offset, byTheWrite);
    device.goAwayThen();

    requireNothingIsNamed();
  }

  /** The next write may find room. */
  @ParameterizedTest
  @ValueSource(longs = {0, 65536})
  void norWhereTheFileSystemIsFullAtWriteBack(long offset) throws Exception {
    device.refuse(offset, offset, false);
    device.failure = "simulated: " + LibCMessages.INSTANCE.strerror(LibC.ENOSPC);

    requireNothingIsNamed();
  }

  private void requireNothingIsNamed() {
    assertThatThrownBy(this::open)
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("simulated: ")
        .message()
        .doesNotContain("takes no writes");
  }

  private void requireAllIsThere() throws Exception {
    device.heal();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
    try (EngineVolumeDriver driver = open()) {
      assertThat(driver.find(VOLUME)).isPresent();
    }
  }

  private EngineVolumeDriver open() throws VolumeException {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
  }

  /** Refuses one page: by the write of it, or as a page cache does by the flush that loses it. */
  private static final class RefusingDevice extends PagedDevice {

    private long from = Long.MAX_VALUE;
    private long to = Long.MAX_VALUE;
    private boolean byTheWrite;
    private boolean isLost;
    private boolean goesAway;
    private boolean isGone;
    private int flushes = Integer.MAX_VALUE;

    /** What a flush says that has lost a write. */
    private volatile String failure = "simulated: a write was lost";

    /** The page, once somebody writes to it. */
    private volatile long refused = -1;

    RefusingDevice() {
      super(64L << 20);
    }

    /** Refuses what is first written to within these bounds. */
    synchronized void refuse(long first, long last, boolean atOnce) {
      from = first;
      to = last;
      byTheWrite = atOnce;
    }

    /** Has the device answer nothing any more from the refusal on. */
    synchronized void goAwayThen() {
      goesAway = true;
    }

    /** Has the flush fail that is the so many next, for what is no concern of the metadata. */
    synchronized void failFlush(int number) {
      flushes = number;
    }

    synchronized void heal() {
      refuse(Long.MAX_VALUE, Long.MAX_VALUE, false);
      flushes = Integer.MAX_VALUE;
      refused = -1;
      isLost = false;
    }

    @Override
    public synchronized void read(long offset, ByteBuffer target) throws DeviceException {
      if (isGone) {
        throw new DeviceException("simulated: cannot read");
      }
      super.read(offset, target);
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
      if (refused < 0 && from <= offset && offset <= to) {
        refused = offset;
      }
      if (offset == refused && byTheWrite) {
        isGone = goesAway;
        throw new DeviceException("simulated: cannot write");
      }
      if (offset == refused) {
        isLost = true;
      } else {
        super.write(offset, source);
      }
    }

    @Override
    public synchronized void flush() throws DeviceException {
      if (isLost || --flushes == 0) {
        isLost = false;
        isGone = goesAway;
        throw new DeviceException(failure);
      }
    }
  }
}
