/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.JobBook;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.model.CimErrors;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Names;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes snapshots and clones, restores, detaches and deletes them.
 *
 * <p>A snapshot of a volume that is written to is an immutable volume; one of an immutable volume,
 * which can have no other content than it has, is a dependent clone that can be written. Both are
 * there when the method returns. What a server holds of the domain is copied by nobody: the copy
 * would outlive its scrub. A clone is an independent copy, made by a job; of a volume that is
 * written to, it is copied from a hidden snapshot, which goes when the copy has begun. Thread-safe:
 * changes of volumes come one after the other.
 */
final class ReplicaChanges {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaChanges.class);
  private static final String HIDDEN_PREFIX = "smis-source-";

  private final ProviderParts parts;
  private final Names names;
  private final VolumeChanges changes;
  private final VolumeNaming naming;
  private volatile StorageVolumes volumes;
  private volatile JobControl jobs;

  ReplicaChanges(ProviderParts parts, Names names, VolumeChanges changes) {
    this.parts = parts;
    this.names = names;
    this.changes = changes;
    this.naming = new VolumeNaming(parts);
  }

  /** Says how volumes and jobs are told of; once, before the first call. */
  void tellBy(StorageVolumes theVolumes, JobControl theJobs) {
    volumes = theVolumes;
    jobs = theJobs;
  }

  /** CreateElementReplica. */
  MethodResult create(MethodCall call) {
    synchronized (changes) {
      return createAlone(call);
    }
  }

  private MethodResult createAlone(MethodCall call) {
    long type = call.number("SyncType").orElse(0);
    Optional<ObjectPath> source = call.reference("SourceElement");
    if (source.isEmpty() || type == 0) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    if (type != Replication.SNAPSHOT && type != Replication.CLONE) {
      return MethodResult.of(MethodResult.NOT_SUPPORTED);
    }
    VolumeInfo original = changes.existing(call.estate(), source.get());
    if (original.state() == VolumeState.SEALED) {
      changes.requireFilled(original.name());
    } else {
      changes.requireFree(original.name());
    }
    Optional<ObjectPath> target = call.reference("TargetElement");
    if (target.isPresent()) {
      return onto(call, type, original, changes.existing(call.estate(), target.get()));
    }
    String label = naming.label(call.text("ElementName"));
    return CimErrors.translating(
        () -> {
          try (VolumeNaming.Held held = naming.hold(label)) {
            return type == Replication.SNAPSHOT
                ? snapshot(call, original, held.name(), label)
                : copy(call, original, held.name(), label);
          }
        });
  }

  private MethodResult snapshot(MethodCall call, VolumeInfo original, VolumeName name, String label)
      throws VolumeException, DomainException {
    VolumeInfo made =
        original.state() == VolumeState.SEALED
            ? parts.driver().clone(original.name(), List.of(name)).get(0)
            : parts.driver().snapshot(original.name(), name);
    names.label(call.actor(), "volume.snapshot", made, label, "of '" + original.name() + "'");
    return MethodResult.ok()
        .with("TargetElement", volumes.path(call.estate(), made.name()))
        .with("Synchronization", relation(call.estate(), original.name(), made.name()));
  }

  private MethodResult copy(MethodCall call, VolumeInfo original, VolumeName name, String label)
      throws VolumeException, DomainException {
    VolumeName sealed = original.name();
    Optional<VolumeName> hidden = Optional.empty();
    if (original.state() != VolumeState.SEALED) {
      sealed = new VolumeName(HIDDEN_PREFIX + UUID.randomUUID());
      names.hide(sealed);
      parts.driver().snapshot(original.name(), sealed);
      hidden = Optional.of(sealed);
    }
    Job<VolumeInfo> job;
    try {
      job = parts.driver().copy(sealed, name);
    } catch (VolumeException e) {
      hidden.ifPresent(this::drop);
      throw e;
    }
    hidden.ifPresent(this::drop);
    VolumeInfo made =
        parts
            .driver()
            .find(name)
            .orElseThrow(
                () ->
                    new VolumeException(
                        VolumeException.Kind.IO, "the copy of '" + original.name() + "' ended"));
    names.label(call.actor(), "volume.copy", made, label, "of '" + original.name() + "'");
    names.copied(made, original.name());
    JobBook.Entry entry = parts.jobs().add("volume-copy", name.value(), job);
    return MethodResult.of(MethodResult.JOB_STARTED)
        .with("Job", jobs.path(call.estate(), entry))
        .with("TargetElement", volumes.path(call.estate(), name))
        .with("Synchronization", relation(call.estate(), original.name(), name));
  }

  /** Removes what stops between a snapshot and its copy left behind; at start. */
  void tidy() {
    CimErrors.translating(() -> names.hidden()).forEach(this::drop);
  }

  /** A copy that has begun does without its source. */
  private void drop(VolumeName hidden) {
    try {
      parts.driver().delete(hidden);
      names.unhide(hidden);
    } catch (VolumeException | DomainException e) {
      LOG.warn("the hidden snapshot '{}' stays until the next start: {}", hidden, e.getMessage());
    }
  }

  /**
   * Copies onto a volume that the client made for it. It keeps its name and label; as the driver
   * copies into new volumes only, its identity, and so its SCSI name, is a new one.
   */
  private MethodResult onto(MethodCall call, long type, VolumeInfo original, VolumeInfo target) {
    changes.requireFree(target.name());
    VolumeChanges.requireWritable(target);
    if (type != Replication.CLONE || target.sizeBytes() < original.sizeBytes()) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    String label = call.estate().label(target);
    long deleted = changes.delete(call.actor(), target);
    return deleted == MethodResult.OK
        ? CimErrors.translating(() -> copy(call, original, target.name(), label))
        : MethodResult.of(deleted);
  }

  private ObjectPath relation(Estate estate, VolumeName source, VolumeName target) {
    return ObjectPath.of(
        volumes.volumes.namespace(),
        "LUNETTE_StorageSynchronized",
        Map.of(
            "SystemElement",
            volumes.path(estate, source),
            "SyncedElement",
            volumes.path(estate, target)));
  }

  /** ModifyReplicaSynchronization. */
  MethodResult modify(MethodCall call) {
    synchronized (changes) {
      return modifyAlone(call);
    }
  }

  private MethodResult modifyAlone(MethodCall call) {
    long operation = call.number("Operation").orElse(0);
    Optional<ObjectPath> relation = call.reference("Synchronization");
    if (relation.isEmpty()
        || !(relation.get().keys().get("SystemElement") instanceof ObjectPath from)
        || !(relation.get().keys().get("SyncedElement") instanceof ObjectPath to)) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    VolumeInfo source = changes.existing(call.estate(), from);
    VolumeInfo target = changes.existing(call.estate(), to);
    if (!Replication.source(call.estate(), target).equals(Optional.of(source.name()))) {
      throw new CimException(
          CimStatus.NOT_FOUND,
          "'" + target.name() + "' is no replica of '" + source.name() + "', or was detached");
    }
    boolean snapshot = !call.estate().copies().containsKey(target.name());
    if (operation == Replication.DETACH && !snapshot) {
      return detach(call.actor(), target);
    }
    if (operation == Replication.RESTORE && snapshot) {
      return restore(call.actor(), source, target);
    }
    if (operation == Replication.RETURN_TO_POOL && snapshot) {
      return MethodResult.of(changes.delete(call.actor(), target));
    }
    return MethodResult.of(MethodResult.NOT_SUPPORTED);
  }

  private MethodResult detach(Actor actor, VolumeInfo target) {
    if (target.state() == VolumeState.COPYING) {
      return MethodResult.of(MethodResult.IN_USE);
    }
    return CimErrors.translating(
        () -> {
          names.detach(actor, target.name());
          return MethodResult.ok();
        });
  }

  private MethodResult restore(Actor actor, VolumeInfo source, VolumeInfo snapshot) {
    changes.requireFree(source.name());
    try {
      parts.driver().rollback(source.name(), snapshot.name());
    } catch (VolumeException e) {
      if (e.kind() == VolumeException.Kind.BUSY) {
        return MethodResult.of(MethodResult.IN_USE);
      }
      throw CimErrors.of(e);
    }
    return CimErrors.translating(
        () -> {
          names.record(actor, "volume.rollback", source.name(), "to '" + snapshot.name() + "'");
          return MethodResult.ok();
        });
  }
}
