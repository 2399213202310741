/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.scsi.device.UnitStateStore;
import io.lunette.scsi.device.UnitTraits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A volume that is taken away has nothing left of its unit: its next holder would be given it. */
class IscsiLunMaskingTest {

  private static final long MIB = 1 << 20;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final InitiatorName ONE = new InitiatorName("iqn.2026-11.test:one");
  private static final InitiatorName OTHER = new InitiatorName("iqn.2026-11.test:other");

  @TempDir Path directory;

  private UnitStateDirectory files;
  private EngineVolumeDriver driver;
  private UUID unit;
  private IscsiLunMasking masking;
  private boolean readOnly;

  @BeforeEach
  void keepAReservation() throws Exception {
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, 64 * MIB);
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
    unit = driver.create(VOLUME, MIB).uuid();
    files = new UnitStateDirectory(directory.resolve("units"));
    masking = masking();
    map(ONE);
    files.save(unit, UnitStateStore.Kind.RESERVATIONS, new byte[1]).toCompletableFuture().join();
  }

  @AfterEach
  void close() throws Exception {
    masking.close();
    files.close();
    driver.close();
  }

  private IscsiLunMasking masking() {
    return new IscsiLunMasking(
        driver, new Store(), UnitTraits.DISK, "127.0.0.1:3260", "iqn.t:t", Optional.empty());
  }

  private void map(InitiatorName initiator) throws VolumeException {
    var unused = masking.map(VOLUME, initiator, AccessMode.READ_WRITE, OptionalInt.of(0));
  }

  private void assertNotTaken() {
    VolumeException refusal =
        catchThrowableOfType(VolumeException.class, () -> masking.unmap(VOLUME, ONE));
    assertThat(refusal.kind()).isEqualTo(VolumeException.Kind.IO);
    assertThat(refusal).hasMessageContaining("volume 'volume'");
  }

  private boolean isKept() throws IOException {
    return files.load(unit, UnitStateStore.Kind.RESERVATIONS).isPresent();
  }

  @Test
  void aVolumeIsNotTakenAwayBeforeWhatItsUnitKept() throws Exception {
    readOnly = true;
    assertNotTaken();
    assertThat(masking.mappings()).isEmpty();
    assertNotTaken();
    readOnly = false;

    masking.unmap(VOLUME, ONE);

    assertThat(isKept()).isFalse();
  }

  @Test
  void norIsItAfterARestart() throws Exception {
    masking.close();
    masking = masking();
    readOnly = true;
    assertNotTaken();
    readOnly = false;

    masking.unmap(VOLUME, ONE);

    assertThat(isKept()).isFalse();
  }

  @Test
  void whatAUnitKeepsStaysWhileAnotherInitiatorSeesIt() throws Exception {
    map(OTHER);

    masking.unmap(VOLUME, ONE);
    masking.unmap(VOLUME, ONE);
    assertThat(isKept()).isTrue();

    masking.unmap(VOLUME, OTHER);
    assertThat(isKept()).isFalse();
  }

  /** The files, of which none can be removed while they are read-only. */
  private final class Store implements UnitStateStore {

    @Override
    public boolean isDurable() {
      return files.isDurable();
    }

    @Override
    public Optional<byte[]> load(UUID of, Kind kind) throws IOException {
      return files.load(of, kind);
    }

    @Override
    public CompletionStage<Void> save(UUID of, Kind kind, byte[] record) {
      return files.save(of, kind, record);
    }

    @Override
    public void remove(UUID of) throws IOException {
      if (readOnly) {
        throw new IOException("read-only file system");
      }
      files.remove(of);
    }
  }
}
