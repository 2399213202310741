/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.iscsi.target.InitiatorAuthentication;
import io.lunette.iscsi.target.IscsiTarget;
import io.lunette.iscsi.target.LogicalUnitSpec;
import io.lunette.iscsi.target.LunConflictException;
import io.lunette.scsi.device.UnitStateStore;
import io.lunette.scsi.device.UnitTraits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Joins the volumes of a driver with the LUN map of an iSCSI target.
 *
 * <p>Mappings may be made before the target listens: they are kept, and {@link #serveOn} puts them
 * on it in one go, so that an initiator which comes back after a restart finds its LUNs.
 *
 * <p>Changes are serialised by one lock, which an unmap holds while commands under way end; logins
 * do not take it.
 */
final class IscsiLunMasking implements LunMasking, InitiatorAuthentication {

  private static final int LUN_MAX = 16383;

  private static final InitiatorAuthentication STRANGERS =
      InitiatorAuthentication.none().hidingNames();

  private final VolumeDriver driver;
  private final SharedDevices devices;
  private final UnitStateStore states;
  private final UnitTraits traits;
  private final String portal;
  private final String targetName;
  private final Optional<ChapCredentials> own;
  private final Map<InitiatorName, TreeMap<Integer, Entry>> maps = new TreeMap<>();
  private final Map<InitiatorName, ChapCredentials> credentials = new ConcurrentHashMap<>();
  private final Set<InitiatorName> open = ConcurrentHashMap.newKeySet();
  private IscsiTarget target;

  private record Entry(LunMapping mapping, LogicalUnitSpec unit) {}

  /**
   * Masks for one target.
   *
   * @param states what the target's units keep
   * @param traits of every unit
   * @param portal what initiators connect to
   * @param own what the target proves to initiators that ask for it
   */
  IscsiLunMasking(
      VolumeDriver driver,
      UnitStateStore states,
      UnitTraits traits,
      String portal,
      String targetName,
      Optional<ChapCredentials> own) {
    this.driver = driver;
    this.devices = new SharedDevices(driver);
    this.states = states;
    this.traits = traits;
    this.portal = portal;
    this.targetName = targetName;
    this.own = own;
  }

  /** Puts what is mapped on a target that has just been started, and all that follows. */
  synchronized void serveOn(IscsiTarget started) throws VolumeException {
    for (Map<Integer, Entry> luns : maps.values()) {
      for (Entry entry : luns.values()) {
        put(started, entry);
      }
    }
    target = started;
  }

  @Override
  public synchronized LunMapping map(
      VolumeName volume, InitiatorName initiator, AccessMode mode, OptionalInt lun)
      throws VolumeException {
    TreeMap<Integer, Entry> luns = maps.getOrDefault(initiator, new TreeMap<>());
    Optional<LunMapping> present = find(luns, volume);
    if (present.isPresent()) {
      return repeated(present.get(), mode, lun);
    }
    int number = lun.isPresent() ? lun.getAsInt() : lowestFree(luns);
    if (number < 0 || number > LUN_MAX) {
      throw new VolumeException(
          VolumeException.Kind.INVALID, "LUN " + number + " is not from 0 to " + LUN_MAX);
    }
    if (luns.containsKey(number)) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "LUN "
              + number
              + " of "
              + initiator
              + " is volume '"
              + luns.get(number).mapping().volume()
              + "'");
    }
    SharedDevices.Shared shared = devices.acquire(volume);
    Entry entry =
        new Entry(
            new LunMapping(volume, initiator, number, mode, portal, targetName),
            new LogicalUnitSpec(shared.device(), identity(shared, initiator), traits, mode));
    try {
      if (target != null) {
        put(target, entry);
      }
    } catch (VolumeException e) {
      devices.release(volume);
      throw e;
    }
    luns.put(number, entry);
    maps.put(initiator, luns);
    return entry.mapping();
  }

  private static UUID identity(SharedDevices.Shared shared, InitiatorName initiator) {
    return shared.sealed()
        ? UnitIdentity.ofSealed(shared.identity(), initiator)
        : shared.identity();
  }

  private static LunMapping repeated(LunMapping present, AccessMode mode, OptionalInt lun)
      throws VolumeException {
    if (present.mode() != mode || (lun.isPresent() && lun.getAsInt() != present.lun())) {
      throw new VolumeException(
          VolumeException.Kind.CONFLICT,
          "volume '"
              + present.volume()
              + "' is mapped to "
              + present.initiator()
              + " already, as "
              + present.mode()
              + " LUN "
              + present.lun());
    }
    return present;
  }

  private static Optional<LunMapping> find(Map<Integer, Entry> luns, VolumeName volume) {
    return luns.values().stream()
        .map(Entry::mapping)
        .filter(mapping -> mapping.volume().equals(volume))
        .findFirst();
  }

  private static int lowestFree(Map<Integer, Entry> luns) {
    int lun = 0;
    while (luns.containsKey(lun)) {
      lun++;
    }
    return lun;
  }

  private static void put(IscsiTarget target, Entry entry) throws VolumeException {
    try {
      target.map(entry.mapping().initiator(), entry.mapping().lun(), entry.unit());
    } catch (LunConflictException e) {
      throw new VolumeException(VolumeException.Kind.BUSY, e.getMessage(), e);
    }
  }

  /**
   * As {@link LunMasking#unmap}; what the unit kept is gone then too, for the volume's next holder
   * would be given it.
   *
   * @throws VolumeException IO if that cannot be removed; it is when this is called again, be it
   *     after a restart
   */
  @Override
  public synchronized void unmap(VolumeName volume, InitiatorName initiator)
      throws VolumeException {
    Optional<Entry> taken = take(volume, initiator);
    Optional<UUID> identity =
        taken.isPresent()
            ? taken.map(entry -> entry.unit().identity())
            : driver.find(volume).map(info -> identity(info, initiator));
    if (identity.isPresent() && !isMapped(identity.get())) {
      forget(volume, identity.get());
    }
  }

  private Optional<Entry> take(VolumeName volume, InitiatorName initiator) {
    TreeMap<Integer, Entry> luns = maps.getOrDefault(initiator, new TreeMap<>());
    Optional<LunMapping> mapping = find(luns, volume);
    if (mapping.isEmpty()) {
      return Optional.empty();
    }
    if (target != null) {
      target.unmap(initiator, mapping.get().lun());
    }
    Entry taken = luns.remove(mapping.get().lun());
    if (luns.isEmpty()) {
      maps.remove(initiator);
    }
    devices.release(volume);
    return Optional.of(taken);
  }

  private static UUID identity(VolumeInfo volume, InitiatorName initiator) {
    return volume.state() == VolumeState.SEALED
        ? UnitIdentity.ofSealed(volume.uuid(), initiator)
        : volume.uuid();
  }

  private boolean isMapped(UUID identity) {
    return maps.values().stream()
        .flatMap(luns -> luns.values().stream())
        .anyMatch(entry -> entry.unit().identity().equals(identity));
  }

  private void forget(VolumeName volume, UUID unit) throws VolumeException {
    try {
      states.remove(unit);
    } catch (IOException e) {
      throw new VolumeException(
          VolumeException.Kind.IO,
          "what the unit of volume '" + volume + "' kept cannot be removed: " + e.getMessage(),
          e);
    }
  }

  @Override
  public synchronized List<LunMapping> mappings() {
    List<LunMapping> all = new ArrayList<>();
    maps.values().forEach(luns -> luns.values().forEach(entry -> all.add(entry.mapping())));
    return all;
  }

  /** Identities of the units that are mapped. */
  synchronized Set<UUID> units() {
    Set<UUID> identities = new HashSet<>();
    maps.values()
        .forEach(luns -> luns.values().forEach(entry -> identities.add(entry.unit().identity())));
    return identities;
  }

  /** Without credentials it is open; one that loses them is a stranger from then on. */
  @Override
  public synchronized void authenticate(InitiatorName initiator, Optional<ChapCredentials> wanted) {
    ChapCredentials before =
        wanted.isPresent()
            ? credentials.put(initiator, wanted.get())
            : credentials.remove(initiator);
    if (before == null && wanted.isEmpty()) {
      open.add(initiator);
    } else {
      open.remove(initiator);
    }
    if (target != null && !Optional.ofNullable(before).equals(wanted)) {
      target.endSessions(initiator);
    }
  }

  /**
   * As soon as one initiator has a secret, those that nobody knows are challenged too, and fail: an
   * answer does not tell which names exist.
   */
  @Override
  public Optional<ChapCredentials> credentialsOf(InitiatorName initiator) {
    ChapCredentials known = credentials.get(initiator);
    boolean mayStayUnproved = credentials.isEmpty() || open.contains(initiator);
    return known != null || mayStayUnproved
        ? Optional.ofNullable(known)
        : STRANGERS.credentialsOf(initiator);
  }

  @Override
  public Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator) {
    return own;
  }

  /** Closes every device; to be called when the target has closed. */
  synchronized void close() {
    maps.values()
        .forEach(luns -> luns.values().forEach(e -> devices.release(e.mapping().volume())));
    maps.clear();
    target = null;
  }
}
