/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import static io.lunette.core.volume.DeviceContent.pattern;
import static io.lunette.core.volume.DriverFixture.await;
import static io.lunette.core.volume.DriverFixture.name;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an erase leaves, and what it says of itself. */
interface VolumeEraseConformance extends DriverFixture {

  @Test
  default void erasedCloneReadsAsItsImageAgain() throws Exception {
    byte[] golden = pattern(64 * 1024, 41);
    driver().create(name("image"), SIZE);
    DeviceContent.write(driver(), name("image"), 0, golden);
    driver().seal(name("image"));
    driver().clone(name("image"), List.of(name("b")));
    DeviceContent.write(driver(), name("b"), 4096, pattern(300 * 1024, 42));
    assertOnDevice(pattern(300 * 1024, 42));

    EraseReport report = await(driver().erase(name("b"), EraseRequest.zeroFillVerified()));

    assertThat(report.volume()).isEqualTo(name("b"));
    assertThat(report.request()).isEqualTo(EraseRequest.zeroFillVerified());
    assertThat(report.extents()).isPositive();
    assertThat(report.erasedBytes()).isGreaterThanOrEqualTo(300 * 1024);
    assertThat(report.verifiedBytes()).isGreaterThanOrEqualTo(300 * 1024);
    assertThat(report.ended()).isAfterOrEqualTo(report.started());
    assertSetBack("b", golden);
    assertNotOnDevice(pattern(300 * 1024, 42));
    reopen();
    assertSetBack("b", golden);
  }

  @Test
  default void erasedVolumeOfItsOwnReadsAsZeroes() throws Exception {
    driver().create(name("a"), SIZE);
    DeviceContent.write(driver(), name("a"), 8192, pattern(100 * 1024, 43));
    assertOnDevice(pattern(100 * 1024, 43));

    EraseReport report = await(driver().erase(name("a"), EraseRequest.zeroFillVerified()));

    assertThat(report.erasedBytes()).isGreaterThanOrEqualTo(100 * 1024);
    assertSetBack("a", new byte[64 * 1024]);
    assertNotOnDevice(pattern(100 * 1024, 43));
  }

  /** By which an old pool is told from the newest. */
  @Test
  default void aLocalVolumeKeepsWhenItWasErased() throws Exception {
    driver().create(name("a"), SIZE);
    DeviceContent.write(driver(), name("a"), 8192, pattern(100 * 1024, 45));
    assertErased(Optional.empty());

    EraseReport report = await(driver().erase(name("a"), EraseRequest.zeroFillVerified()));

    Optional<Instant> kept = Optional.of(report.ended()).filter(end -> keepsWhenErased());
    assertErased(kept);
    reopen();
    assertErased(kept);
  }

  private void assertErased(Optional<Instant> end) throws VolumeException {
    assertThat(driver().find(name("a")).orElseThrow().erased()).isEqualTo(end);
  }

  @Test
  default void erasingWhatWasNeverWrittenSucceeds() throws Exception {
    driver().create(name("a"), SIZE);

    await(driver().erase(name("a"), EraseRequest.zeroFillVerified()));

    assertSetBack("a", new byte[64 * 1024]);
  }

  @Test
  default void volumeIsWrittenAndErasedAgainAndAgain() throws Exception {
    driver().create(name("a"), SIZE);
    for (int round = 0; round < 5; round++) {
      DeviceContent.write(driver(), name("a"), round * 4096L, pattern(70 * 1024, round));
      assertOnDevice(pattern(70 * 1024, round));

      await(driver().erase(name("a"), EraseRequest.zeroFillVerified()));

      assertSetBack("a", new byte[64 * 1024]);
      assertNotOnDevice(pattern(70 * 1024, round));
    }
  }

  @Test
  default void everyMethodThatIsOfferedErases() throws Exception {
    for (EraseMethod method : driver().capabilities().eraseMethods()) {
      VolumeName volume = name("erased-" + method.ordinal());
      driver().create(volume, SIZE);
      DeviceContent.write(driver(), volume, 0, pattern(100 * 1024, 44));
      assertOnDevice(pattern(100 * 1024, 44));

      EraseReport report = await(driver().erase(volume, new EraseRequest(method, true)));

      assertThat(report.request().method()).isEqualTo(method);
      assertThat(DeviceContent.read(driver(), volume, 0, 100 * 1024)).containsOnly(0);
      assertNotOnDevice(pattern(100 * 1024, 44));
    }
  }

  /** The traps of remanence: what no map names any more is erased with the rest. */
  @Test
  default void whatWasDiscardedOverwrittenOrRolledBackIsErasedToo() throws Exception {
    driver().create(name("a"), SIZE);
    DeviceContent.write(driver(), name("a"), 0, pattern(128 * 1024, 51));
    assertOnDevice(pattern(128 * 1024, 51));
    try (BlockDevice device = driver().open(name("a"), AccessMode.READ_WRITE)) {
      BlockingIo.discard(device, 0, 64 * 1024);
      BlockingIo.writeZeroes(
          device, 64 * 1024, 64 * 1024, Provisioning.MAY_RELEASE, Durability.DURABLE);
    }
    if (driver().capabilities().snapshots()) {
      driver().snapshot(name("a"), name("before"));
      DeviceContent.write(driver(), name("a"), 512 * 1024, pattern(128 * 1024, 52));
      assertOnDevice(pattern(128 * 1024, 52));
      driver().rollback(name("a"), name("before"));
      driver().delete(name("before"));
    }

    await(driver().erase(name("a"), EraseRequest.zeroFillVerified()));

    assertNotOnDevice(pattern(128 * 1024, 51));
    assertNotOnDevice(pattern(128 * 1024, 52));
  }

  @Test
  default void methodThatIsNotOfferedIsUnsupported() throws Exception {
    driver().create(name("a"), SIZE);
    for (EraseMethod method : EraseMethod.values()) {
      if (!driver().capabilities().eraseMethods().contains(method)) {
        DriverFixture.assertRefused(
            VolumeException.Kind.UNSUPPORTED,
            () -> driver().erase(name("a"), new EraseRequest(method, true)));
      }
    }
    assertThat(driver().find(name("a")).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
  }

  private void assertSetBack(String value, byte[] beginning) throws Exception {
    VolumeInfo info = driver().find(name(value)).orElseThrow();
    assertThat(info.state()).isEqualTo(VolumeState.WRITABLE);
    assertThat(info.sizeBytes()).isEqualTo(SIZE);
    assertThat(DeviceContent.read(driver(), name(value), 0, beginning.length)).isEqualTo(beginning);
    assertThat(
            DeviceContent.read(
                driver(), name(value), beginning.length, (int) SIZE - beginning.length))
        .containsOnly(0);
  }

  /** Shows that the search finds what is there. */
  private void assertOnDevice(byte[] written) throws Exception {
    if (backing().isPresent()) {
      assertThat(RawSearch.blocksOf(written, backing().get())).isPositive();
    }
  }

  private void assertNotOnDevice(byte[] written) throws Exception {
    if (backing().isPresent()) {
      assertThat(RawSearch.blocksOf(written, backing().get())).isZero();
    }
  }
}
