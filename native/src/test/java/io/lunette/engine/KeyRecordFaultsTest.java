/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DataRuns;
import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writes of records of keys that fail: what is served all the same, and what is left of them. */
class KeyRecordFaultsTest {

  private static final UUID POOL = new UUID(7, 7);
  private static final VolumeName PLAIN = new VolumeName("plain");
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final int BLOCK = 4096;
  private static final long SIZE = 1 << 20;

  private final Device device = new Device();
  private final MemoryVault vault = new MemoryVault();
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeVolumes() throws Exception {
    PoolState.format(device, POOL);
    open();
    driver.create(PLAIN, SIZE);
    driver.createEncrypted(VOLUME, SIZE, BLOCK);
    driver.createEncrypted(OTHER, SIZE, BLOCK);
    write(PLAIN, 1);
    write(VOLUME, 2);
    write(OTHER, 3);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void aTurnThatCannotBeEndedKeepsNothingFromBeingServed() throws Exception {
    cutTurnShort();
    vault.setFailing(true);

    reopen();

    requireServed();
    requireNoneMade("out of order");
    vault.setFailing(false);
    requireSoundAgain();
    assertThat(vault.epochs()).containsExactly(2L);
  }

  @Test
  void norDoesACopyThatIsNeitherReadNorWritten() throws Exception {
    device.bad = KeyRecords.pages(device).get(0);

    reopen();

    requireServed();
    requireNoneMade("simulated");
    device.bad = -1;
    requireSoundAgain();
  }

  @Test
  void norDoesAFullFileSystem() throws Exception {
    cutTurnShort();
    device.isFull = true;

    reopen();

    requireServed();
    requireNoneMade("no space");
    device.isFull = false;
    requireSoundAgain();
  }

  @Test
  void recordsHaveTheSpaceThatScrubbedExtentsHave() throws Exception {
    device.isFull = true;
    device.hasHeld = true;

    driver.createEncrypted(new VolumeName("third"), SIZE, BLOCK);

    assertThat(device.isFull).isFalse();
    assertThat(KeyRecords.of(device, POOL)).hasSize(3);
  }

  @Test
  void aTurnWritesNoPageThatNeverHadAKey() throws Exception {
    List<Integer> pages = KeyRecords.pages(device);
    device.written.clear();

    EraseReport ignored = erase(VOLUME, EraseMethod.CRYPTO);

    int extent = pages.get(0) / 16;
    assertThat(device.written).containsAll(pages);
    assertThat(device.written)
        .filteredOn(page -> page / 16 == extent || page / 16 == pages.get(1) / 16)
        .containsExactlyInAnyOrderElementsOf(pages);
  }

  @Test
  void keysWhoseRecordsCannotBeWrittenTakeNoPlace() throws Exception {
    driver.seal(VOLUME);
    List<VolumeName> clones =
        IntStream.range(0, 256).mapToObj(i -> new VolumeName("clone-" + i)).toList();
    device.isFull = true;
    long before = driver.space().metadataBytes();

    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> driver.clone(VOLUME, clones)).hasMessageContaining("no space");
    }

    device.isFull = false;
    driver.clone(VOLUME, clones);
    assertThat(driver.space().metadataBytes()).isEqualTo(before);
    assertThat(KeyRecords.of(device, POOL)).hasSize(2 + clones.size());
  }

  /** Where the key that the volume gets instead lies in another page. */
  @Test
  void anEraseAfterOneThatCouldNotWriteTheRecordWritesIt() throws Exception {
    byte[] written = RawBytes.ofFirstBlock(device, VOLUME);
    assertThat(RawBytes.occurrences(device, written)).isPositive();
    driver.seal(PLAIN);
    driver.cloneEncrypted(
        PLAIN,
        IntStream.range(2, KeySlot.PER_PAGE).mapToObj(i -> new VolumeName("clone-" + i)).toList());
    String key = Long.toHexString(KeyRecords.of(device, POOL).get(0).id());
    device.keepsRecords = true;
    assertThatThrownBy(() -> erase(VOLUME, EraseMethod.ZERO_FILL))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("no space");
    assertThat(ids()).contains(key);

    device.keepsRecords = false;
    EraseReport ignored = erase(VOLUME, EraseMethod.ZERO_FILL);

    assertThat(ids()).doesNotContain(key);
    assertThat(RawBytes.occurrences(device, written)).isZero();
  }

  @Test
  void aLostKeyFileIsNoHindranceOnceNoRecordIsLeft() throws Exception {
    byte[] ofVolume = RawBytes.ofFirstBlock(device, VOLUME);
    byte[] ofOther = RawBytes.ofFirstBlock(device, OTHER);
    assertThat(RawBytes.occurrences(device, ofVolume)).isPositive();
    assertThat(RawBytes.occurrences(device, ofOther)).isPositive();
    driver.close();
    MemoryVault empty = new MemoryVault();
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, empty);
    driver.delete(VOLUME);
    driver.close();
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, empty);
    assertThat(driver.keyTrouble().orElseThrow()).contains("is not there");
    driver.delete(OTHER);
    EncryptedPool.awaitTrue(() -> driver.space().dirtyBytes() == 0);
    assertThat(RawBytes.occurrences(device, ofVolume)).isZero();
    assertThat(RawBytes.occurrences(device, ofOther)).isZero();
    driver.close();

    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, empty);

    assertThat(driver.keyTrouble()).isEmpty();
    driver.createEncrypted(VOLUME, SIZE, BLOCK);
    write(VOLUME, 4);
    driver.close();
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, empty);
    assertThat(read(VOLUME)).isEqualTo(4);
  }

  /** The keys of both epochs are in the vault. */
  private void cutTurnShort() throws Exception {
    VolumeName third = new VolumeName("third");
    driver.createEncrypted(third, SIZE, BLOCK);
    vault.failAfter(1);
    assertThatThrownBy(() -> erase(third, EraseMethod.CRYPTO)).hasMessageContaining("out of order");
    assertThat(vault.epochs()).containsExactly(1L, 2L);
    vault.setFailing(false);
  }

  private void requireServed() throws Exception {
    assertThat(read(PLAIN)).isEqualTo(1);
    assertThat(read(VOLUME)).isEqualTo(2);
    assertThat(read(OTHER)).isEqualTo(3);
    write(VOLUME, 2);
  }

  private void requireNoneMade(String why) {
    assertThat(driver.keyTrouble().orElseThrow()).contains(why);
    assertThatThrownBy(() -> driver.createEncrypted(new VolumeName("fourth"), SIZE, BLOCK))
        .isInstanceOfSatisfying(
            VolumeException.class, e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY));
  }

  private void requireSoundAgain() throws Exception {
    reopen();
    assertThat(driver.keyTrouble()).isEmpty();
    requireServed();
    driver.createEncrypted(new VolumeName("fourth"), SIZE, BLOCK);
  }

  private EraseReport erase(VolumeName name, EraseMethod method) throws Exception {
    return driver
        .erase(name, new EraseRequest(method, false))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private List<String> ids() throws Exception {
    return KeyRecords.of(device, POOL).stream().map(KeySlot::id).map(Long::toHexString).toList();
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, vault);
  }

  private void reopen() throws Exception {
    driver.close();
    open();
  }

  private void write(VolumeName name, int content) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, content);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }

  private int read(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(volume, 0, block);
      return block.getInt(0);
    }
  }

  /** One that can lack the space for records of keys, or have a page that is bad. */
  private static final class Device extends PagedDevice {

    private final Set<Integer> written = ConcurrentHashMap.newKeySet();

    /** The number of the bad page. */
    private volatile int bad = -1;

    /** No page with records can be written. */
    private volatile boolean isFull;

    /** Until a hole is punched: it is there to be punched. */
    private volatile boolean hasHeld;

    /** No record can be made zero. */
    private volatile boolean keepsRecords;

    Device() {
      super(64L << 20);
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.ALLOCATE, Feature.PUNCH_HOLE);
    }

    @Override
    public void read(long offset, ByteBuffer target) throws DeviceException {
      requireGood(offset, target.remaining());
      super.read(offset, target);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      requireGood(offset, source.remaining());
      if (source.remaining() == PAGE && lacksSpace(offset, source)) {
        throw new DeviceException("simulated: no space is left", true);
      }
      written.add((int) (offset / PAGE));
      super.write(offset, source);
    }

    private boolean lacksSpace(long offset, ByteBuffer source) {
      int before = KeyRecords.count(ByteBuffer.wrap(page((int) (offset / PAGE))));
      int after = KeyRecords.count(source);
      return isFull && before + after > 0 || keepsRecords && after < before;
    }

    private void requireGood(long offset, int length) throws DeviceException {
      long at = (long) bad * PAGE;
      if (offset <= at && at < offset + length) {
        throw new DeviceException("simulated: page " + bad + " is bad");
      }
    }

    @Override
    public Optional<DataRuns.Run> nextHeld(long fromBytes) {
      return hasHeld && fromBytes < sizeBytes()
          ? Optional.of(new DataRuns.Run(fromBytes, sizeBytes() - fromBytes))
          : Optional.empty();
    }

    @Override
    public void punchHole(long offset, long length) throws DeviceException {
      isFull &= !hasHeld;
      super.punchHole(offset, length);
    }
  }
}
