/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.DriverCapabilities;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.SpaceExplanation;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumePlace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes of a local driver and of all registered arrays under one name space. Where a volume
 * is, the catalog says ({@link ArrayVolumeLedger}); what it does not know is the local driver's.
 *
 * <p>Capabilities and space are the local driver's; what one array cannot do ends in UNSUPPORTED
 * there. An array that does not answer is listed as the catalog last knew it, and a delete of a
 * volume on it takes its name away, as everywhere. Thread-safe.
 */
public final class RoutingVolumeDriver implements VolumeDriver {

  private static final Logger LOG = LoggerFactory.getLogger(RoutingVolumeDriver.class);

  private final Catalog catalog;
  private final VolumeDriver local;
  private final ConnectedArrays arrays;
  private final ArrayVolumeLedger ledger = new ArrayVolumeLedger();

  public RoutingVolumeDriver(Catalog catalog, VolumeDriver local, ConnectedArrays arrays) {
    this.catalog = catalog;
    this.local = local;
    this.arrays = arrays;
  }

  private Optional<ArrayVolume> placed(VolumeName name) throws VolumeException {
    try {
      return catalog.read(transaction -> ledger.find(transaction, name));
    } catch (DomainException e) {
      throw ConnectedArrays.volumeException(e);
    }
  }

  /** What the driver of a volume is asked. */
  private interface Question<T> {
    T ask(VolumeDriver driver) throws VolumeException;
  }

  private <T> T at(VolumeName name, Question<T> question) throws VolumeException {
    return at(placed(name).map(ArrayVolume::array), question);
  }

  private <T> T at(Optional<ArrayName> array, Question<T> question) throws VolumeException {
    return array.isPresent() ? arrays.call(array.get(), question::ask) : question.ask(local);
  }

  /** Asks the driver of a source, if none of the new names is taken at another. */
  private <T> T at(VolumeName source, List<VolumeName> names, Question<T> question)
      throws VolumeException {
    Optional<ArrayName> array = placed(source).map(ArrayVolume::array);
    for (VolumeName name : names) {
      Optional<ArrayName> there = placed(name).map(ArrayVolume::array);
      boolean elsewhere =
          there.isPresent()
              ? !there.equals(array)
              : array.isPresent() && local.find(name).isPresent();
      if (elsewhere) {
        throw new VolumeException(
            VolumeException.Kind.CONFLICT,
            "the name '" + name + "' is taken by a volume that is not where '" + source + "' is");
      }
    }
    return at(array, question);
  }

  @Override
  public DriverCapabilities capabilities() {
    return local.capabilities();
  }

  @Override
  public PoolSpace space() throws VolumeException {
    return local.space();
  }

  @Override
  public SpaceExplanation explainSpace(int limit) throws VolumeException {
    return local.explainSpace(limit);
  }

  @Override
  public PoolSpace grow(long sizeBytes) throws VolumeException {
    return local.grow(sizeBytes);
  }

  @Override
  public void limitScrub(long bytesPerSecond) throws VolumeException {
    local.limitScrub(bytesPerSecond);
  }

  @Override
  public VolumeInfo create(VolumeName name, long sizeBytes, int blockBytes) throws VolumeException {
    return at(name, driver -> driver.create(name, sizeBytes, blockBytes));
  }

  @Override
  public VolumeInfo createEncrypted(VolumeName name, long sizeBytes, int blockBytes)
      throws VolumeException {
    return at(name, driver -> driver.createEncrypted(name, sizeBytes, blockBytes));
  }

  @Override
  public List<VolumeInfo> cloneEncrypted(VolumeName source, List<VolumeName> names)
      throws VolumeException {
    return at(source, names, driver -> driver.cloneEncrypted(source, names));
  }

  @Override
  public Job<VolumeInfo> copyEncrypted(VolumeName source, VolumeName name) throws VolumeException {
    return at(source, List.of(name), driver -> driver.copyEncrypted(source, name));
  }

  @Override
  public boolean encryptsClonesOf(VolumeName source) throws VolumeException {
    return at(source, driver -> driver.encryptsClonesOf(source));
  }

  @Override
  public VolumeInfo seal(VolumeName name) throws VolumeException {
    return at(name, driver -> driver.seal(name));
  }

  @Override
  public List<VolumeInfo> clone(VolumeName source, List<VolumeName> names) throws VolumeException {
    return at(source, names, driver -> driver.clone(source, names));
  }

  @Override
  public Job<VolumeInfo> copy(VolumeName source, VolumeName name) throws VolumeException {
    return at(source, List.of(name), driver -> driver.copy(source, name));
  }

  @Override
  public VolumeInfo snapshot(VolumeName source, VolumeName snapshot) throws VolumeException {
    return at(source, List.of(snapshot), driver -> driver.snapshot(source, snapshot));
  }

  @Override
  public VolumeInfo rollback(VolumeName name, VolumeName snapshot) throws VolumeException {
    return at(name, driver -> driver.rollback(name, snapshot));
  }

  @Override
  public VolumeInfo resize(VolumeName name, long sizeBytes) throws VolumeException {
    return at(name, driver -> driver.resize(name, sizeBytes));
  }

  @Override
  public Job<EraseReport> erase(VolumeName name, EraseRequest request) throws VolumeException {
    return at(name, driver -> driver.erase(name, request));
  }

  @Override
  public Optional<EraseReport> lastErase(VolumeName name) throws VolumeException {
    return at(name, driver -> driver.lastErase(name));
  }

  @Override
  public void delete(VolumeName name) throws VolumeException {
    delete(place(name), name);
  }

  @Override
  public void delete(VolumePlace place, VolumeName name) throws VolumeException {
    if (place.isLocal()) {
      local.delete(name);
      return;
    }
    Optional<ArrayVolume> there = placed(name);
    if (there.isPresent() && place.equals(placeOf(there.get()))) {
      delete(there.get(), name);
    }
  }

  private void delete(ArrayVolume volume, VolumeName name) throws VolumeException {
    VolumeDriver driver;
    try {
      driver = arrays.get(volume.array());
    } catch (VolumeException e) {
      release(volume);
      return;
    }
    driver.delete(name);
  }

  /** The array returns the space when it answers again. */
  private void release(ArrayVolume volume) throws VolumeException {
    try {
      catalog.change(
          transaction -> {
            ledger.release(transaction, volume.id());
            return null;
          });
    } catch (DomainException e) {
      throw ConnectedArrays.volumeException(e);
    }
  }

  @Override
  public Optional<VolumeInfo> find(VolumeName name) throws VolumeException {
    return at(name, driver -> driver.find(name));
  }

  @Override
  public Set<VolumePlace> places() throws VolumeException {
    Set<VolumePlace> places = new LinkedHashSet<>(Set.of(VolumePlace.LOCAL));
    try {
      arrays.registered().forEach(array -> places.add(new VolumePlace(array.name().value())));
    } catch (DomainException e) {
      throw ConnectedArrays.volumeException(e);
    }
    return places;
  }

  @Override
  public VolumePlace place(VolumeName name) throws VolumeException {
    return placed(name).map(RoutingVolumeDriver::placeOf).orElse(VolumePlace.LOCAL);
  }

  private static VolumePlace placeOf(ArrayVolume volume) {
    return new VolumePlace(volume.array().value());
  }

  @Override
  public List<VolumeInfo> list(VolumePlace place) throws VolumeException {
    return at(
        place.isLocal() ? Optional.empty() : Optional.of(new ArrayName(place.name())),
        VolumeDriver::list);
  }

  @Override
  public List<VolumeInfo> list() throws VolumeException {
    List<VolumeInfo> all = new ArrayList<>(local.list());
    try {
      for (StorageArray array : arrays.registered()) {
        all.addAll(list(array.name()));
      }
    } catch (DomainException e) {
      throw ConnectedArrays.volumeException(e);
    }
    all.sort(Comparator.comparing(VolumeInfo::name));
    return all;
  }

  private List<VolumeInfo> list(ArrayName array) throws DomainException {
    try {
      return arrays.ask(array, VolumeDriver::list);
    } catch (VolumeException e) {
      LOG.warn("the volumes of array '{}' are listed as last known: {}", array, e.getMessage());
      return catalog.read(transaction -> ledger.all(transaction, array)).stream()
          .flatMap(volume -> volume.lastKnown().stream())
          .toList();
    }
  }

  @Override
  public BlockDevice open(VolumeName name, AccessMode mode) throws VolumeException {
    return at(name, driver -> driver.open(name, mode));
  }

  /** Disconnects from the arrays; the local driver is its owner's to close. */
  @Override
  public void close() {
    arrays.close();
  }
}
