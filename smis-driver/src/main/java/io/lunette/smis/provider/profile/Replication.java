/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.smis.cim.CimDateTime;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.JobBook;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Names;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Snapshots and clones: SMI-S profile Replication Services. What depends on another volume, be it a
 * snapshot, a dependent clone or a replica of an image, is a snapshot in the words of SMI-S; an
 * independent copy is a clone, until it is detached from its source.
 */
final class Replication {

  private static final String SYNCHRONIZED = "LUNETTE_StorageSynchronized";

  /** Values of SyncType. */
  static final long SNAPSHOT = 7;

  static final long CLONE = 8;

  /** Values of Mode and of LocalOrRemote. */
  private static final long SYNCHRONOUS = 2;

  private static final long ASYNCHRONOUS = 3;
  private static final long LOCAL = 2;

  /** Values of SupportedReplicationTypes. */
  private static final long SNAPSHOT_LOCAL = 6;

  private static final long CLONE_LOCAL = 10;
  private static final List<Long> TYPES = List.of(6L, 7L, 10L, 11L);

  /** Values of CopyState, SyncState and ProgressStatus. */
  private static final long SYNCHRONIZED_STATE = 4;

  private static final long BROKEN = 5;
  private static final long UNSYNCHRONIZED = 3;

  /** Values of SupportedOperations. */
  static final long DETACH = 8;

  static final long RESTORE = 15;
  static final long RETURN_TO_POOL = 19;

  final Kind<Estate> service;

  Replication(Model model, ArraySystem array, StorageVolumes volumes, ReplicaChanges changes) {
    this.service = array.service("LUNETTE_ReplicationService", "ReplicationService");
    Kind<Estate> capabilities =
        array.capabilities(
            "LUNETTE_ReplicationServiceCapabilities",
            "replication",
            (estate, unused, instance) -> describeCapabilities(instance),
            service);
    model
        .associate(SYNCHRONIZED, "SystemElement", "SyncedElement")
        .narrowedBy((estate, end) -> touching(volumes, estate, end))
        .from(array.system, (estate, unused) -> all(volumes, estate));
    model.method(service, "CreateElementReplica", changes::create);
    model.method(service, "ModifyReplicaSynchronization", changes::modify);
    model.method(
        service, "GetReplicationRelationships", call -> relationships(model, volumes, call));
    model.method(capabilities, "ConvertSyncTypeToReplicationType", Replication::toType);
    model.method(capabilities, "ConvertReplicationTypeToSyncType", Replication::toSyncType);
    model.method(capabilities, "GetSupportedFeatures", call -> listed(call, "Features", 4));
    model.method(
        capabilities,
        "GetSupportedOperations",
        call ->
            isClone(call)
                ? listed(call, "SupportedOperations", DETACH)
                : listed(call, "SupportedOperations", RESTORE, RETURN_TO_POOL));
    model.method(
        capabilities,
        "GetSupportedCopyStates",
        call ->
            listed(call, "SupportedCopyStates", SYNCHRONIZED_STATE)
                .with("HostAccessible", List.of(true)));
    model.method(
        capabilities,
        "GetSupportedWaitForCopyStates",
        call -> listed(call, "SupportedCopyStates", SYNCHRONIZED_STATE));
  }

  private static void describeCapabilities(CimInstance instance) {
    instance
        .set("SupportedReplicationTypes", TYPES)
        .numbers("SupportedStorageObjects", 2)
        .numbers("SupportedSynchronousActions", 2, 5, 10)
        .numbers("SupportedAsynchronousActions", 2);
  }

  private static MethodResult toType(MethodCall call) {
    long sync = call.number("SyncType").orElse(0);
    if (sync != SNAPSHOT && sync != CLONE) {
      return MethodResult.of(MethodResult.NOT_SUPPORTED);
    }
    boolean asynchronous = call.number("Mode").orElse(SYNCHRONOUS) == ASYNCHRONOUS;
    long type = (sync == SNAPSHOT ? SNAPSHOT_LOCAL : CLONE_LOCAL) + (asynchronous ? 1 : 0);
    return MethodResult.ok().with("SupportedReplicationTypes", type);
  }

  private static MethodResult toSyncType(MethodCall call) {
    long type = call.number("ReplicationType").orElse(0);
    if (!TYPES.contains(type)) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    return MethodResult.ok()
        .with("SyncType", isClone(call) ? CLONE : SNAPSHOT)
        .with("Mode", type % 2 == 0 ? SYNCHRONOUS : ASYNCHRONOUS)
        .with("LocalOrRemote", LOCAL);
  }

  private static boolean isClone(MethodCall call) {
    return call.number("ReplicationType").orElse(0) >= CLONE_LOCAL;
  }

  private static MethodResult listed(MethodCall call, String output, Long... values) {
    return TYPES.contains(call.number("ReplicationType").orElse(0))
        ? MethodResult.ok().with(output, List.of(values))
        : MethodResult.of(MethodResult.INVALID_PARAMETER);
  }

  private static MethodResult listed(MethodCall call, String output, int value) {
    return listed(call, output, (long) value);
  }

  private static MethodResult relationships(Model model, StorageVolumes volumes, MethodCall call) {
    Optional<Long> wanted =
        call.number("SyncType").isPresent()
            ? Optional.of(call.number("SyncType").getAsLong())
            : Optional.empty();
    List<ObjectPath> found =
        all(volumes, call.estate())
            .filter(
                link -> wanted.isEmpty() || wanted.get().equals(link.properties().get("SyncType")))
            .map(
                link ->
                    ObjectPath.of(
                        call.target().namespace(),
                        SYNCHRONIZED,
                        Map.of("SystemElement", link.left(), "SyncedElement", link.right())))
            .toList();
    return MethodResult.ok().with("Synchronizations", found.isEmpty() ? null : found);
  }

  /** Every relation there is. */
  private static Stream<Link> all(StorageVolumes volumes, Estate estate) {
    Map<String, JobBook.Entry> failures = failures(estate);
    estate.copies();
    return estate.volumes().stream()
        .flatMap(volume -> of(volumes, estate, volume, failures).stream());
  }

  /** Of one volume: what it depends on, and what depends on it. */
  private static Stream<Link> touching(StorageVolumes volumes, Estate estate, ObjectPath end) {
    if (!end.className().equalsIgnoreCase(StorageVolumes.CLASS)) {
      return Stream.empty();
    }
    VolumeName name = new VolumeName(end.key("DeviceID"));
    Map<String, JobBook.Entry> failures = failures(estate);
    return estate.volumes().stream()
        .filter(
            volume ->
                volume.name().equals(name)
                    || source(estate, volume).filter(name::equals).isPresent())
        .flatMap(volume -> of(volumes, estate, volume, failures).stream());
  }

  private static Map<String, JobBook.Entry> failures(Estate estate) {
    Map<String, JobBook.Entry> failed = new TreeMap<>();
    estate.jobs().stream()
        .filter(job -> job.state() == JobBook.State.FAILED)
        .forEach(job -> failed.put(job.subject(), job));
    return failed;
  }

  /** What a volume was made from, if it is told. */
  static Optional<VolumeName> source(Estate estate, VolumeInfo volume) {
    return copy(estate, volume).map(Names.Copy::source).or(volume::origin);
  }

  private static Optional<Names.Copy> copy(Estate estate, VolumeInfo volume) {
    return Optional.ofNullable(estate.copies().get(volume.name()))
        .filter(copy -> copy.target().equals(volume.uuid()));
  }

  private static Optional<Link> of(
      StorageVolumes volumes,
      Estate estate,
      VolumeInfo volume,
      Map<String, JobBook.Entry> failures) {
    Optional<VolumeInfo> source = source(estate, volume).flatMap(estate::volume);
    if (source.isEmpty()) {
      return Optional.empty();
    }
    Optional<Names.Copy> copy = copy(estate, volume);
    boolean clone = copy.isPresent();
    boolean copying = volume.state() == VolumeState.COPYING;
    long state =
        copying
            ? (failures.containsKey(volume.name().value()) ? BROKEN : UNSYNCHRONIZED)
            : SYNCHRONIZED_STATE;
    Map<String, Object> properties = new TreeMap<>();
    properties.put("SyncType", clone ? CLONE : SNAPSHOT);
    properties.put("Mode", clone ? ASYNCHRONOUS : SYNCHRONOUS);
    properties.put("CopyType", clone ? 5L : 4L);
    properties.put("ReplicaType", clone ? 2L : 4L);
    properties.put("CopyState", state);
    properties.put("RequestedCopyState", SYNCHRONIZED_STATE);
    properties.put("ProgressStatus", copying ? 6L : 2L);
    properties.put("SyncState", copying ? 15L : 6L);
    properties.put("PercentSynced", copying ? progress(estate, volume) : 100L);
    properties.put("SyncMaintained", false);
    readOnly(source.get(), volume).ifPresent(each -> properties.put("ReadOnly", each));
    copy.ifPresent(each -> properties.put("WhenSynced", CimDateTime.of(each.since())));
    return Optional.of(
        new Link(
            volumes.path(estate, source.get().name()),
            volumes.path(estate, volume.name()),
            properties));
  }

  /** Which of the two takes no writes: 2 the source, 3 the copy, 4 both. */
  private static OptionalLong readOnly(VolumeInfo source, VolumeInfo copy) {
    boolean sealedSource = source.state() == VolumeState.SEALED;
    boolean sealedCopy = copy.state() == VolumeState.SEALED;
    if (sealedSource) {
      return OptionalLong.of(sealedCopy ? 4 : 2);
    }
    return sealedCopy ? OptionalLong.of(3) : OptionalLong.empty();
  }

  private static long progress(Estate estate, VolumeInfo volume) {
    return estate.jobs().stream()
        .filter(job -> job.subject().equals(volume.name().value()))
        .mapToLong(JobBook.Entry::percent)
        .max()
        .orElse(0);
  }
}
