/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.MemoryVolumeDriver;
import io.lunette.core.volume.MemoryVolumes;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Pools, volumes and copies of the emulated array. The caller holds the array's lock. */
final class EmulatedVolumes {

  private final Flavour flavour;
  private final long capacity;
  private final MemoryVolumeDriver store;
  private final Map<String, Volume> volumes = new LinkedHashMap<>();
  private final List<Copy> copies = new ArrayList<>();
  private final Set<String> copying = new HashSet<>();
  private boolean slow;
  private int next = 1;

  private record Volume(String device, String label, long size, VolumeName stored) {}

  private record Copy(String source, String target, int type, VolumeName frozen) {}

  EmulatedVolumes(Flavour flavour, long capacity) {
    this.flavour = flavour;
    this.capacity = capacity;
    MemoryVolumes memory = new MemoryVolumes();
    memory.capacity = capacity;
    this.store = new MemoryVolumeDriver(memory);
  }

  /** Labels of the volumes that there are. */
  List<String> labels() {
    return volumes.values().stream().map(Volume::label).toList();
  }

  /** Whether copies that are begun from now on, and those under way, take their time. */
  void copySlowly(boolean value) {
    slow = value;
    if (!slow) {
      copying.clear();
    }
  }

  /** Makes so many volumes that are nobody's. */
  void fill(int count) throws VolumeException {
    for (int i = 0; i < count; i++) {
      String device = String.format(java.util.Locale.ROOT, "%05d", next++);
      volumes.put(device, new Volume(device, "other " + i, 1 << 20, null));
    }
  }

  BlockDevice open(String device, AccessMode mode) throws VolumeException {
    return store.open(volumes.get(device).stored(), mode);
  }

  boolean exists(String device) {
    return volumes.containsKey(device);
  }

  private EmulatedObject object(String cimClass) {
    return new EmulatedObject(flavour.prefix(), cimClass);
  }

  static EmulatedObject service(String prefix, String cimClass) {
    return new EmulatedObject(prefix, cimClass)
        .key("SystemCreationClassName", prefix + "_ComputerSystem")
        .key("SystemName", EmulatedArray.SYSTEM)
        .key("CreationClassName", cimClass.replaceFirst("^CIM", prefix))
        .key("Name", cimClass);
  }

  private EmulatedObject pool() {
    long used = volumes.values().stream().mapToLong(Volume::size).sum();
    return object("CIM_StoragePool")
        .key("InstanceID", "pool-1")
        .text("ElementName", "gold")
        .flag("Primordial", false)
        .uint64("TotalManagedSpace", capacity)
        .uint64("RemainingManagedSpace", flavour.thin() ? capacity : Math.max(0, capacity - used));
  }

  private EmulatedObject primordial() {
    return object("CIM_StoragePool")
        .key("InstanceID", "primordial")
        .text("ElementName", "disks")
        .flag("Primordial", true)
        .uint64("TotalManagedSpace", capacity)
        .uint64("RemainingManagedSpace", 0);
  }

  EmulatedObject volume(String device) {
    return volume(volumes.get(device));
  }

  private EmulatedObject volume(Volume volume) {
    EmulatedObject made =
        object("CIM_StorageVolume")
            .key("SystemCreationClassName", flavour.prefix() + "_ComputerSystem")
            .key("SystemName", EmulatedArray.SYSTEM)
            .key("CreationClassName", flavour.prefix() + "_StorageVolume")
            .key("DeviceID", volume.device())
            .text("Name", naa(volume.device()))
            .text("ElementName", volume.label())
            .uint16s("OperationalStatus", List.of(copying.contains(volume.device()) ? 8 : 2))
            .uint64("BlockSize", 512)
            .uint64("NumberOfBlocks", volume.size() / 512);
    return flavour.thin() ? made.flag("ThinlyProvisioned", true) : made;
  }

  private static String naa(String device) {
    return "6001405000000000000000000000" + device.substring(1);
  }

  String byName(String name) {
    return volumes.keySet().stream()
        .filter(each -> naa(each).equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Instances of a class, or null if it is not one of these. */
  List<EmulatedObject> all(String cimClass) {
    return switch (cimClass) {
      case "CIM_StoragePool" -> List.of(primordial(), pool());
      case "CIM_StorageVolume" -> volumes.values().stream().map(this::volume).toList();
      case "CIM_AllocatedFromStoragePool" ->
          volumes.values().stream()
              .map(
                  each ->
                      object(cimClass)
                          .key("Antecedent", pool().path())
                          .key("Dependent", volume(each).path())
                          .uint64("SpaceConsumed", flavour.thin() ? 4096 : each.size()))
              .toList();
      case "CIM_StorageConfigurationService" -> List.of(service(flavour.prefix(), cimClass));
      case "CIM_StorageConfigurationCapabilities" -> List.of(capabilities());
      case "CIM_ReplicationService" ->
          replicates() ? List.of(service(flavour.prefix(), cimClass)) : List.of();
      case "CIM_ReplicationServiceCapabilities" ->
          replicates() ? List.of(replication()) : List.of();
      case "CIM_StorageSynchronized" -> copies.stream().map(this::synchronization).toList();
      default -> null;
    };
  }

  List<EmulatedObject> associated(String association) {
    if (association.equals("CIM_HostedStoragePool")) {
      return all("CIM_StoragePool");
    }
    List<EmulatedObject> found = new ArrayList<>(all("CIM_StorageConfigurationCapabilities"));
    found.addAll(all("CIM_ReplicationServiceCapabilities"));
    return found;
  }

  private boolean replicates() {
    return flavour.copies() != Flavour.Copies.LEGACY && flavour.copies() != Flavour.Copies.NONE;
  }

  private EmulatedObject capabilities() {
    return object("CIM_StorageConfigurationCapabilities")
        .key("InstanceID", "configuration")
        .uint16s("SupportedStorageElementTypes", flavour.thin() ? List.of(2, 5) : List.of(2))
        .uint16s("SupportedStorageElementFeatures", List.of(3, 5, 12))
        .uint16s(
            "SupportedCopyTypes",
            flavour.copies() == Flavour.Copies.LEGACY ? List.of(4, 5) : List.of());
  }

  private EmulatedObject replication() {
    List<Integer> types =
        switch (flavour.copies()) {
          case CLONES_ONLY -> List.of(10, 11);
          case SNAPSHOTS_ONLY -> List.of(6, 7);
          default -> List.of(6, 7, 10, 11);
        };
    return object("CIM_ReplicationServiceCapabilities")
        .key("InstanceID", "replication")
        .uint16s("SupportedReplicationTypes", types);
  }

  private EmulatedObject synchronization(Copy copy) {
    boolean whole = !copying.contains(copy.target());
    return object("CIM_StorageSynchronized")
        .key("SystemElement", volume(copy.source()).path())
        .key("SyncedElement", volume(copy.target()).path())
        .uint16("CopyType", copy.type())
        .uint16("CopyState", whole ? 4 : 3)
        .uint16("SyncState", whole ? 6 : 15)
        .uint16("PercentSynced", whole ? 100 : 50);
  }

  /** What a method does, or null if it is not one of these. */
  EmulatedArray.Effect method(CimXml.Request request) {
    return switch (request.name()) {
      case "CreateOrModifyElementFromStoragePool" ->
          request.reference("TheElement") == null ? () -> create(request) : () -> resize(request);
      case "GetSupportedSizeRange" -> this::range;
      case "ReturnToStoragePool" -> () -> giveBack(request.reference("TheElement"));
      case "CreateElementReplica" -> () -> replicate(request, "SyncType", 7);
      case "ModifyReplicaSynchronization" -> () -> modify(request, 8, 15, 19);
      case "CreateReplica" -> () -> replicate(request, "CopyType", 4);
      case "ModifySynchronization" -> () -> modify(request, 2, 5, -1);
      default -> null;
    };
  }

  private static Map<String, EmulatedObject.Value> output(String name, EmulatedObject.Path path) {
    return new java.util.TreeMap<>(Map.of(name, EmulatedArray.reference(path)));
  }

  private Map<String, EmulatedObject.Value> range() throws EmulatedArray.Refusal {
    if (flavour.has(Flavour.Trait.NAMES_SIZES)) {
      throw new EmulatedArray.Refusal(1);
    }
    return new java.util.TreeMap<>(
        Map.of(
            "MinimumVolumeSize", new EmulatedObject.Value("uint64", flavour.granularityBytes()),
            "VolumeSizeDivisor", new EmulatedObject.Value("uint64", flavour.granularityBytes())));
  }

  /** Refuses a name that this array does not take. */
  private String label(CimXml.Request request) throws EmulatedArray.Refusal {
    String label = request.text("ElementName");
    if (flavour.has(Flavour.Trait.SHORT_LABELS) && !label.matches("[A-Za-z0-9]{1,16}")) {
      throw new EmulatedArray.Refusal(5);
    }
    return label;
  }

  private Map<String, EmulatedObject.Value> create(CimXml.Request request)
      throws EmulatedArray.Refusal {
    String label = label(request);
    long size = Long.parseLong(request.text("Size"));
    long step = flavour.granularityBytes();
    if (size % step != 0) {
      long next = (size / step + 1) * step;
      throw new EmulatedArray.Refusal(
          4097,
          flavour.has(Flavour.Trait.NAMES_SIZES)
              ? Map.of("Size", new EmulatedObject.Value("uint64", next))
              : Map.of());
    }
    if (request.text("ElementType").equals("5") != flavour.thin()) {
      throw new EmulatedArray.Refusal(5);
    }
    String device = String.format(java.util.Locale.ROOT, "%05d", next++);
    VolumeName stored = new VolumeName("d" + device);
    try {
      store.create(stored, size, 512);
      if (!flavour.thin()) {
        soil(stored, size);
      }
    } catch (VolumeException | BlockException e) {
      throw new EmulatedArray.Refusal(4);
    }
    return add(device, label, size, stored, "TheElement");
  }

  /** What was on the disks before. */
  private void soil(VolumeName stored, long size) throws VolumeException, BlockException {
    try (BlockDevice device = store.open(stored, AccessMode.READ_WRITE)) {
      ByteBuffer old = ByteBuffer.allocateDirect((int) Math.min(size, 1 << 20));
      while (old.hasRemaining()) {
        old.put((byte) 0x5a);
      }
      BlockingIo.write(device, 0, old.flip(), Durability.VISIBLE);
    }
  }

  private Map<String, EmulatedObject.Value> add(
      String device, String label, long size, VolumeName stored, String output) {
    volumes.put(device, new Volume(device, flavour.mangles().apply(label), size, stored));
    return output(output, volume(device).path());
  }

  private Volume get(EmulatedObject.Path path) throws EmulatedArray.Refusal {
    Volume volume = path == null ? null : volumes.get(path.keys().get("DeviceID"));
    if (volume == null) {
      throw EmulatedArray.Refusal.status(6);
    }
    return volume;
  }

  private Map<String, EmulatedObject.Value> resize(CimXml.Request request)
      throws EmulatedArray.Refusal {
    Volume volume = get(request.reference("TheElement"));
    long size = Long.parseLong(request.text("Size"));
    try {
      store.resize(volume.stored(), size);
    } catch (VolumeException e) {
      throw new EmulatedArray.Refusal(4);
    }
    return add(volume.device(), volume.label(), size, volume.stored(), "TheElement");
  }

  private Map<String, EmulatedObject.Value> giveBack(EmulatedObject.Path path)
      throws EmulatedArray.Refusal {
    Volume volume = get(path);
    boolean related =
        copies.stream()
            .anyMatch(
                each ->
                    each.source().equals(volume.device()) || each.target().equals(volume.device()));
    if (related || copying.contains(volume.device()) || mapped.test(volume.device())) {
      throw new EmulatedArray.Refusal(6);
    }
    drop(volume);
    return Map.of();
  }

  private void drop(Volume volume) throws EmulatedArray.Refusal {
    try {
      store.delete(volume.stored());
    } catch (VolumeException e) {
      throw new EmulatedArray.Refusal(6);
    }
    volumes.remove(volume.device());
  }

  /** Whether somebody sees a volume. */
  java.util.function.Predicate<String> mapped = device -> false;

  private Map<String, EmulatedObject.Value> replicate(
      CimXml.Request request, String parameter, int snapshotType) throws EmulatedArray.Refusal {
    String label = label(request);
    Volume source = get(request.reference("SourceElement"));
    boolean legacy = parameter.equals("CopyType");
    boolean snapshot = request.text(parameter).equals("" + snapshotType);
    boolean offered =
        switch (flavour.copies()) {
          case REPLICATION -> !legacy;
          case CLONES_ONLY -> !legacy && !snapshot;
          case SNAPSHOTS_ONLY -> !legacy && snapshot;
          case LEGACY -> legacy;
          case NONE -> false;
        };
    if (!offered) {
      throw new EmulatedArray.Refusal(1);
    }
    String device = String.format(java.util.Locale.ROOT, "%05d", next++);
    VolumeName stored = new VolumeName("d" + device);
    VolumeName frozen = new VolumeName("f" + device);
    try {
      store.snapshot(source.stored(), frozen);
      store.clone(frozen, List.of(stored));
    } catch (VolumeException e) {
      throw new EmulatedArray.Refusal(4);
    }
    Map<String, EmulatedObject.Value> output =
        add(device, label, source.size(), stored, "TargetElement");
    if (slow) {
      copying.add(device);
    }
    if (snapshot || !legacy) {
      copies.add(new Copy(source.device(), device, snapshot ? 4 : 5, frozen));
    }
    return output;
  }

  private Map<String, EmulatedObject.Value> modify(
      CimXml.Request request, int detach, int restore, int giveBack) throws EmulatedArray.Refusal {
    EmulatedObject.Path path = request.reference("Synchronization");
    String target =
        path.keys().get("SyncedElement") instanceof EmulatedObject.Path synced
            ? "" + synced.keys().get("DeviceID")
            : "";
    Copy copy =
        copies.stream().filter(each -> each.target().equals(target)).findFirst().orElse(null);
    if (copy == null) {
      throw EmulatedArray.Refusal.status(6);
    }
    if (copying.contains(target)) {
      throw new EmulatedArray.Refusal(6);
    }
    int operation = Integer.parseInt(request.text("Operation"));
    if (operation == detach) {
      copies.remove(copy);
    } else if (operation == restore) {
      try {
        store.rollback(volumes.get(copy.source()).stored(), copy.frozen());
      } catch (VolumeException e) {
        throw new EmulatedArray.Refusal(6);
      }
    } else if (operation == giveBack) {
      copies.remove(copy);
      drop(volumes.get(target));
    } else {
      throw new EmulatedArray.Refusal(5);
    }
    return Map.of();
  }

  Map<String, EmulatedObject.Value> erase(EmulatedObject.Path path) throws EmulatedArray.Refusal {
    Volume volume = get(path);
    try (BlockDevice device = store.open(volume.stored(), AccessMode.READ_WRITE)) {
      ByteBuffer zeroes = ByteBuffer.allocateDirect((int) volume.size());
      BlockingIo.write(device, 0, zeroes, Durability.DURABLE);
    } catch (VolumeException | BlockException e) {
      throw new EmulatedArray.Refusal(4);
    }
    return Map.of();
  }
}
