/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.DriverCapabilities;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.SpaceExplanation;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.KeyVault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The native engine as a {@link VolumeDriver}: thin copy-on-write volumes in one pool on a file or
 * block device.
 */
public final class EngineVolumeDriver implements VolumeDriver {

  private static final long MIN_CACHE_BYTES = 1 << 20;

  private final Pool pool;
  private final VolumeTable volumes;
  private final VolumeMaker maker;
  private final VolumeLineage lineage;
  private final PoolAccounts accounts;
  private final DriverCapabilities capabilities;
  private final TornBlocks tornBlocks;

  /** What of a volume's key is wished for where the caller says nothing. */
  private volatile KeyWish usual = KeyWish.INHERITED;

  private EngineVolumeDriver(Pool pool) {
    this.pool = pool;
    this.lineage = pool.lineage;
    this.volumes = new VolumeTable(pool);
    this.maker = new VolumeMaker(pool);
    this.accounts = new PoolAccounts(pool);
    this.capabilities =
        new DriverCapabilities(EnumSet.allOf(CloneKind.class), true, eraseMethods(), true, true);
    this.tornBlocks = new TornBlocks(pool.features);
    list().forEach(volume -> tornBlocks.look(volume.name().value(), volume.blockBytes()));
  }

  /**
   * Makes an empty pool in a new file.
   *
   * @param sizeBytes capacity; space is taken from the file system as it is written
   * @throws VolumeException CONFLICT if the file exists; INVALID if the size is too small; IO
   */
  public static void createPool(Path file, long sizeBytes) throws VolumeException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new VolumeException(
          VolumeException.Kind.CONFLICT, file + " exists already: name another pool file");
    }
    try {
      Pool.create(file, sizeBytes);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Makes an empty pool of a whole block device, all of which is made zero first.
   *
   * @param overwrite whether what lies there may go; without it the first and last MiB must be zero
   * @param zeroed told now and then how many bytes have been made zero so far
   * @throws VolumeException NOT_FOUND if there is no such block device; BUSY if it is mounted or
   *     otherwise in use; CONFLICT if something lies there; IO
   */
  public static void createPoolOnDevice(Path blockDevice, boolean overwrite, LongConsumer zeroed)
      throws VolumeException {
    try {
      BlockDevicePool.create(blockDevice, overwrite, zeroed);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Opens a pool, bringing it back from a crash if it was left by one.
   *
   * @throws VolumeException NOT_FOUND if there is no such file; BUSY if another process has it;
   *     INVALID if it is not a pool or is damaged; IO
   */
  public static EngineVolumeDriver open(Path file, Clock clock) throws VolumeException {
    return open(file, clock, defaultCacheBytes());
  }

  /**
   * {@link #open(Path, Clock)} with a place for key-encryption keys. A pool whose keys are not
   * there opens nevertheless: {@link #keyTrouble} says so, and its volumes with keys are refused.
   */
  public static EngineVolumeDriver open(Path file, Clock clock, KeyVault vault)
      throws VolumeException {
    return open(file, clock, defaultCacheBytes(), vault);
  }

  /** An eighth of the heap. */
  private static long defaultCacheBytes() {
    return Runtime.getRuntime().maxMemory() / 8;
  }

  /**
   * {@link #open(Path, Clock)} with a bound on the memory for metadata pages.
   *
   * @param cacheBytes bytes of pages to keep, at least 1 MiB; what a moment needs comes on top
   */
  public static EngineVolumeDriver open(Path file, Clock clock, long cacheBytes)
      throws VolumeException {
    return open(file, clock, cacheBytes, KeyVault.none());
  }

  private static EngineVolumeDriver open(Path file, Clock clock, long cacheBytes, KeyVault vault)
      throws VolumeException {
    if (!Files.exists(file)) {
      throw new VolumeException(VolumeException.Kind.NOT_FOUND, file + ": no such pool file");
    }
    RawDevice device;
    try {
      device = LinuxRawDevice.open(file);
    } catch (DeviceException e) {
      throw new VolumeException(VolumeException.Kind.BUSY, e.getMessage(), e);
    }
    return open(device, clock, Math.max(MIN_CACHE_BYTES, cacheBytes), vault);
  }

  /** Opens a pool without keys on a device, which the driver closes in the end. */
  static EngineVolumeDriver open(RawDevice device, Clock clock, long cacheBytes)
      throws VolumeException {
    return open(device, clock, cacheBytes, KeyVault.none());
  }

  /** Opens a pool on a device, which the driver closes in the end, or at once if that fails. */
  static EngineVolumeDriver open(RawDevice device, Clock clock, long cacheBytes, KeyVault vault)
      throws VolumeException {
    Pool pool = null;
    boolean opened = false;
    try {
      pool = Pool.open(device, clock, cacheBytes, vault);
      EngineVolumeDriver driver = new EngineVolumeDriver(pool);
      opened = true;
      return driver;
    } catch (IOException e) {
      throw failed(e);
    } catch (BlockException e) {
      throw failed(e);
    } finally {
      if (!opened && pool != null) {
        pool.abandon();
      } else if (!opened) {
        device.close();
      }
    }
  }

  @Override
  public DriverCapabilities capabilities() {
    return capabilities;
  }

  /**
   * Bounds what scrubbing takes of the device; while tenants read and write it takes less in any
   * case.
   *
   * @param bytesPerSecond written or read back, 0 for no bound
   */
  @Override
  public void limitScrub(long bytesPerSecond) {
    pool.scrubber.limit(bytesPerSecond);
  }

  private Set<EraseMethod> eraseMethods() {
    Set<EraseMethod> offered = EnumSet.noneOf(EraseMethod.class);
    for (EraseMethod method : EraseMethod.values()) {
      boolean needsKeys = method == EraseMethod.CRYPTO;
      if (RunEraser.offers(pool.features, method) && (!needsKeys || pool.keys.canBeKept())) {
        offered.add(method);
      }
    }
    return offered;
  }

  /** Gives every new volume a key from now on, whatever the caller says; or no more. */
  public void encryptNewVolumes(boolean whether) {
    usual = whether ? KeyWish.USUAL : KeyWish.INHERITED;
  }

  /**
   * Why keys cannot be renewed, and volumes with keys perhaps neither opened nor made, in a line.
   */
  public Optional<String> keyTrouble() {
    return Optional.ofNullable(pool.keys.trouble());
  }

  /** That pages of metadata are damaged, and what to do, in a line; empty if none was met. */
  public Optional<String> metadataTrouble() {
    return Stream.of(pool.directory.damageTrouble(), pool.pages.trouble())
        .flatMap(Optional::stream)
        .reduce((volumes, pages) -> volumes + "; " + pages);
  }

  /** That the last commits may be lost, and why, in a line; empty if the journal has an end. */
  public Optional<String> journalTrouble() {
    return pool.journalTrouble;
  }

  /** That the device lets some of what a crash left not be scrubbed, in a line; empty if none. */
  public Optional<String> orphanTrouble() {
    return pool.scrubber.orphanTrouble();
  }

  /** That erases only hide on this device, and what to do, in a line; empty if they remove. */
  public Optional<String> overwriteTrouble() {
    return switch (pool.features.overwriteInPlace()) {
      case YES -> Optional.empty();
      case UNTRIED ->
          Optional.of(
              "scrubs claim only to hide: the file system under the pool is too full to try whether"
                  + " it overwrites in place; make room there and start again");
      case NO ->
          Optional.of(
              "scrubs only hide: the file system under the pool ("
                  + pool.features.fileSystem()
                  + ") writes elsewhere what is overwritten, or does not tell; put the pool on a"
                  + " block device, or make its file in a directory with chattr +C");
    };
  }

  /** Which pool this is, whatever its file is called by now. */
  public UUID uuid() {
    return pool.uuid;
  }

  /** What the pool's device can do, as it was found when the pool was opened. */
  public DeviceFeatures device() {
    return pool.features;
  }

  @Override
  public PoolSpace space() {
    return accounts.space();
  }

  @Override
  public SpaceExplanation explainSpace(int limit) {
    return new SpaceHolders(pool.metadata).explain(limit);
  }

  @Override
  public PoolSpace grow(long sizeBytes) throws VolumeException {
    try {
      pool.log.requireSound();
      pool.growth.growTo(sizeBytes);
      pool.merger.spaceCame();
      pool.waiters.wake();
      return accounts.space();
    } catch (IOException e) {
      throw failed(e);
    } catch (BlockException e) {
      throw failed(e);
    }
  }

  @Override
  public VolumeInfo create(VolumeName name, long sizeBytes, int blockBytes) throws VolumeException {
    return create(name, sizeBytes, blockBytes, usual);
  }

  @Override
  public VolumeInfo createEncrypted(VolumeName name, long sizeBytes, int blockBytes)
      throws VolumeException {
    return create(name, sizeBytes, blockBytes, KeyWish.DEMANDED);
  }

  private VolumeInfo create(VolumeName name, long sizeBytes, int blockBytes, KeyWish wish)
      throws VolumeException {
    VolumeInfo volume = durably(() -> maker.create(name, sizeBytes, blockBytes, wish));
    tornBlocks.look(name.value(), blockBytes);
    return volume;
  }

  @Override
  public boolean encryptsClonesOf(VolumeName source) throws VolumeException {
    return VolumeDriver.super.encryptsClonesOf(source)
        || (usual.isKeyed() && find(source).isPresent());
  }

  @Override
  public VolumeInfo seal(VolumeName name) throws VolumeException {
    return durably(() -> volumes.seal(name));
  }

  @Override
  public List<VolumeInfo> clone(VolumeName source, List<VolumeName> names) throws VolumeException {
    return durably(() -> maker.clone(source, names, usual));
  }

  @Override
  public List<VolumeInfo> cloneEncrypted(VolumeName source, List<VolumeName> names)
      throws VolumeException {
    return durably(() -> maker.clone(source, names, KeyWish.DEMANDED));
  }

  @Override
  public Job<VolumeInfo> copy(VolumeName source, VolumeName name) throws VolumeException {
    return durably(() -> maker.copy(source, name, usual));
  }

  @Override
  public Job<VolumeInfo> copyEncrypted(VolumeName source, VolumeName name) throws VolumeException {
    return durably(() -> maker.copy(source, name, KeyWish.DEMANDED));
  }

  @Override
  public VolumeInfo snapshot(VolumeName source, VolumeName snapshot) throws VolumeException {
    return durably(() -> lineage.snapshot(source, snapshot));
  }

  @Override
  public VolumeInfo rollback(VolumeName name, VolumeName snapshot) throws VolumeException {
    return durably(() -> lineage.rollback(name, snapshot));
  }

  @Override
  public VolumeInfo resize(VolumeName name, long sizeBytes) throws VolumeException {
    return durably(() -> volumes.resize(name, sizeBytes));
  }

  @Override
  public Job<EraseReport> erase(VolumeName name, EraseRequest request) throws VolumeException {
    if (!capabilities.eraseMethods().contains(request.method())) {
      throw new VolumeException(
          VolumeException.Kind.UNSUPPORTED,
          pool.device.identity()
              + " cannot be erased by "
              + request.method().label()
              + ", for it does not promise to read as zeroes afterwards: use "
              + EraseMethod.ZERO_FILL.label());
    }
    return durably(() -> lineage.erase(name, request));
  }

  @Override
  public Optional<EraseReport> lastErase(VolumeName name) throws VolumeException {
    return durably(() -> volumes.lastErase(name));
  }

  @Override
  public void delete(VolumeName name) throws VolumeException {
    boolean ignored = durably(() -> volumes.delete(name));
  }

  @Override
  public Optional<VolumeInfo> find(VolumeName name) {
    return volumes.find(name);
  }

  @Override
  public List<VolumeInfo> list() {
    return volumes.list();
  }

  @Override
  public BlockDevice open(VolumeName name, AccessMode mode) throws VolumeException {
    try {
      return volumes.open(name, mode);
    } catch (LockedKeyException e) {
      throw new VolumeException(
          VolumeException.Kind.BUSY, "volume " + name + " is locked: " + e.getMessage(), e);
    } catch (IOException e) {
      throw failed(e);
    } catch (BlockException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() throws VolumeException {
    try {
      pool.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Bytes that metadata pages take in memory. */
  long cachedBytes() {
    return pool.metadata.cache().bytes();
  }

  /** Layers that a read of a volume may have to look through. */
  int chainLength(VolumeName name) throws VolumeException {
    return volumes.chainLength(name);
  }

  /** Dies as a process that is killed does: nothing more is written. For tests of recovery. */
  void abandon() {
    pool.abandon();
  }

  private interface Change<T> {
    T make() throws IOException, BlockException, VolumeException;
  }

  private <T> T durably(Change<T> change) throws VolumeException {
    try {
      pool.log.requireSound();
      T result = change.make();
      pool.log.commit();
      return result;
    } catch (IOException e) {
      throw failed(e);
    } catch (BlockException e) {
      throw failed(e);
    }
  }

  private static VolumeException failed(IOException e) {
    VolumeException.Kind kind =
        e instanceof io.lunette.engine.format.FormatException
            ? VolumeException.Kind.INVALID
            : VolumeException.Kind.IO;
    if (e instanceof LockedKeyException) {
      kind = VolumeException.Kind.BUSY;
    }
    if (e instanceof DeviceException device && device.isNoSpace()) {
      kind = VolumeException.Kind.OUT_OF_SPACE;
    }
    return new VolumeException(kind, e.getMessage(), e);
  }

  private static VolumeException failed(BlockException e) {
    VolumeException.Kind kind =
        e.kind() == BlockException.Kind.OUT_OF_SPACE
            ? VolumeException.Kind.OUT_OF_SPACE
            : VolumeException.Kind.IO;
    return new VolumeException(kind, e.getMessage(), e);
  }
}
