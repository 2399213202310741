/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.Support;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The erases of volumes that are under way: what was asked for, how far each has come, and what is
 * said of it at its end. What a volume's slot says of its erase outlives a restart; a job does not.
 */
final class EraseJobs {

  private final Pool pool;
  private final Metadata metadata;

  /** By volume id; guarded by the lock of the metadata. */
  private final Map<Long, EraseJob> jobs = new HashMap<>();

  /** The commit of the last note that something lies elsewhere; guarded by the same lock. */
  private long notedBy;

  /**
   * Volumes of which something lies elsewhere that was found once their last erase had ended: that
   * was by key, and says nothing of it, for the key is destroyed. The next one does. Guarded by the
   * same lock.
   */
  private final Set<Long> foundLate = new HashSet<>();

  EraseJobs(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
  }

  /** The job of a volume that is being erased; with the lock held. */
  EraseJob job(Volume volume) {
    return jobs.computeIfAbsent(volume.id, id -> newJob(volume));
  }

  /** Takes the job of a volume that is gone away, or null; with the lock held. */
  EraseJob forget(Volume volume) {
    foundLate.remove(volume.id);
    return jobs.remove(volume.id);
  }

  /** The job that a released layer belongs to, or null. Takes the lock. */
  EraseJob find(Layer layer) {
    metadata.lock.lock();
    try {
      return jobs.get(layer.slot.volume());
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Whether an erase of the layer by key is under way, and its key not destroyed yet. */
  boolean isAskedByKey(Layer layer) {
    EraseJob job = find(layer);
    return job != null && !job.keyIsDestroyed && request(layer).method() == EraseMethod.CRYPTO;
  }

  /** Of these layers those whose keys are yet to be destroyed for an erase, each with its job. */
  Map<Layer, EraseJob> askedByKey(List<Layer> layers) {
    Map<Layer, EraseJob> asked = new LinkedHashMap<>();
    for (Layer layer : layers) {
      if (isAskedByKey(layer)) {
        asked.put(layer, find(layer));
      }
    }
    return asked;
  }

  private EraseJob newJob(Volume volume) {
    EraseJob job = new EraseJob();
    long extents = 0;
    for (Layer layer : metadata.chains.released(volume.id)) {
      extents += layer.ownedExtents + layer.droppedExtents;
    }
    job.totalBytes.set(extents * PoolLayout.EXTENT_BYTES);
    return job;
  }

  /**
   * How a layer's extents are to be erased. Space that no job asked for is verified always: nobody
   * else looks at it before it is reused. Takes the lock.
   */
  EraseRequest request(Layer layer) {
    metadata.lock.lock();
    try {
      Volume volume = erasing(layer.slot.volume());
      return volume == null ? EraseRequest.zeroFillVerified() : EraseTerms.of(volume.slot.erase());
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * Counts a batch for the erase that it belongs to, unless it was begun before that, in another
   * way; with the lock held.
   *
   * @param elsewhere whether some of it was not overwritten where it lay, which the erase is to say
   *     even if that was found before it began, and whatever its terms
   */
  void count(ScrubBatch batch, long verifiedBytes, boolean elsewhere) throws IOException {
    Volume volume = erasing(batch.layer().slot.volume());
    if (volume == null) {
      return;
    }
    VolumeSlot.Erase erase = volume.slot.erase();
    if (EraseTerms.of(erase).equals(batch.request())) {
      long bytes = DirtyRuns.bytes(batch.runs());
      update(volume, erase.plus(new VolumeSlot.Done(batch.extents(), bytes, verifiedBytes)));
    }
    if (elsewhere) {
      note(volume);
    }
  }

  /**
   * Notes, durably, that some of what a layer holds will not be overwritten where it lies: the next
   * erase of its volume to end claims no more than to hide, whoever had this scrubbed. Takes the
   * lock.
   */
  void leavesElsewhere(Layer layer) throws IOException, BlockException {
    boolean isDurable;
    metadata.lock.lock();
    try {
      for (Volume volume : writersOf(layer)) {
        if (!volume.slot.erase().hasEnded()) {
          note(volume);
        } else if (layer.id != Layer.ORPHANS) {
          foundLate.add(volume.id);
        }
      }
      isDurable = notedBy <= pool.log.durableCommit();
    } finally {
      metadata.lock.unlock();
    }
    if (!isDurable) {
      pool.log.commit();
    }
  }

  /**
   * Has the next erase of each volume that may have been written to say that some of that may lie
   * elsewhere, also where the last one has ended: the use of it since may be lost; with the lock
   * held.
   */
  void distrustAll() throws IOException {
    for (Volume volume : writersOf(metadata.chains.layer(Layer.ORPHANS))) {
      update(volume, leftElsewhere(volume.slot.erase()));
      notedBy = metadata.commit();
    }
  }

  /** What is said before the next erase begins. */
  private static VolumeSlot.Erase leftElsewhere(VolumeSlot.Erase erase) {
    return (erase.hasEnded() ? VolumeSlot.Erase.NONE : erase).leftElsewhere();
  }

  /**
   * What a volume says before an erase of it begins, with what was found since the last one ended;
   * with the lock held.
   */
  VolumeSlot.Erase before(Volume volume) {
    VolumeSlot.Erase erase = volume.slot.erase();
    return foundLate.contains(volume.id) ? leftElsewhere(erase) : erase;
  }

  /** Of what a crash left without an owner, all that could be written to when it came. */
  private List<Volume> writersOf(Layer layer) {
    if (layer.id == Layer.ORPHANS) {
      return metadata.chains.volumes().stream()
          .filter(volume -> volume.top.slot.state() == LayerSlot.State.WRITABLE)
          .toList();
    }
    Volume volume = metadata.chains.volume(layer.slot.volume());
    return volume == null ? List.of() : List.of(volume);
  }

  /** Has what a volume says of its erase, which has not ended, say so; with the lock held. */
  private void note(Volume volume) throws IOException {
    if (!volume.slot.erase().elsewhere()) {
      update(volume, volume.slot.erase().leftElsewhere());
      notedBy = metadata.commit();
    }
  }

  private void update(Volume volume, VolumeSlot.Erase erase) throws IOException {
    VolumeSlot slot = volume.slot;
    metadata.chains.update(volume, slot.erasing(slot.state(), erase), volume.top);
  }

  /** Whether a volume is being erased; with the lock held. */
  boolean isErasing(long id) {
    return erasing(id) != null;
  }

  /** The volume, if it is being erased, or null. */
  private Volume erasing(long id) {
    Volume volume = metadata.chains.volume(id);
    return volume != null && volume.slot.state() == VolumeSlot.State.ERASING ? volume : null;
  }

  /**
   * Ends the erase of a volume that has none of its old layers left; with the lock held.
   *
   * @return what to say of it once that is durable, or null if it goes on or there is none
   */
  EraseReport endIfDone(long volume) throws IOException {
    return metadata.chains.released(volume).isEmpty() ? end(volume) : null;
  }

  /** Ends an erase with what is left to the scrub that follows any release; with the lock held. */
  EraseReport end(long id) throws IOException {
    Volume volume = erasing(id);
    if (volume == null) {
      return null;
    }
    VolumeSlot.Erase ended = volume.slot.erase().ended(pool.clock.millis());
    metadata.chains.update(
        volume,
        volume
            .slot
            .erasing(VolumeSlot.State.WRITABLE, ended)
            .used(VolumeSlot.Use.erased(ended.endMillis())),
        volume.top);
    jobs.remove(volume.id);
    foundLate.remove(volume.id);
    return report(volume.slot);
  }

  /**
   * The job of an erase that has ended, for who asks for the same again and may never have heard of
   * that end; with the lock held.
   *
   * @return null if the volume was not erased so, or may have been written to since
   */
  EraseJob ended(Volume volume, EraseRequest request) {
    EraseReport report = last(volume);
    if (report == null || !EraseTerms.of(volume.slot.erase()).equals(request)) {
      return null;
    }
    EraseJob job = new EraseJob();
    long bytes = report.extents() * PoolLayout.EXTENT_BYTES;
    job.totalBytes.set(bytes);
    job.doneBytes.set(bytes);
    job.result.complete(report);
    return job;
  }

  /**
   * What the last erase of a volume did; with the lock held.
   *
   * @return null if there was none, or the volume may have been written to since
   */
  EraseReport last(Volume volume) {
    return volume.slot.state() == VolumeSlot.State.WRITABLE
            && volume.slot.erase().hasEnded()
            && volume.top.isEmpty()
        ? report(volume.slot)
        : null;
  }

  /** Makes an end durable, and tells of it if there is one. Not with the lock held. */
  void commit(EraseReport report, EraseJob job) throws BlockException {
    try {
      pool.log.commit();
    } catch (BlockException e) {
      if (report != null && job != null) {
        // The volume is not ERASING any more, so nobody else would end the job.
        job.result.completeExceptionally(notDurable(e));
      }
      throw e;
    }
    if (report != null && job != null) {
      job.result.complete(report);
    }
  }

  /**
   * Has a volume whose extents could not be scrubbed never opened again; with the lock held.
   *
   * @return the job that fails with it, or null if there is none
   */
  EraseJob quarantine(long id, Throwable cause) {
    Volume volume = erasing(id);
    if (volume == null) {
      return null;
    }
    EraseJob job = jobs.remove(id);
    try {
      metadata.chains.update(
          volume,
          volume.slot.erasing(VolumeSlot.State.QUARANTINED, volume.slot.erase()),
          volume.top);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    return job;
  }

  /** For want of space it is not the erase that failed: who asks again hears of its end later. */
  private static VolumeException notDurable(BlockException cause) {
    return cause.kind() == BlockException.Kind.OUT_OF_SPACE
        ? new VolumeException(
            VolumeException.Kind.OUT_OF_SPACE, "scrub not recorded: " + cause.getMessage(), cause)
        : failure(cause);
  }

  /** What only found no space goes on when it is asked for again, as often as that takes. */
  static VolumeException failure(Throwable cause) {
    VolumeException.Kind kind =
        PoolFailure.isOfDevice(cause) ? VolumeException.Kind.OUT_OF_SPACE : VolumeException.Kind.IO;
    return new VolumeException(kind, "scrub failed: " + cause.getMessage(), cause);
  }

  private EraseReport report(VolumeSlot slot) {
    VolumeSlot.Erase erase = slot.erase();
    EraseClaim claim = claim(erase);
    return new EraseReport(
        new VolumeName(slot.name()),
        Optional.of(slot.uuid()),
        EraseTerms.done(erase),
        erase.done().extents(),
        erase.done().erasedBytes(),
        erase.done().verifiedBytes(),
        pool.device.readBackPath(),
        "pool " + pool.uuid + " on " + pool.device.lastingIdentity(),
        Instant.ofEpochMilli(erase.startMillis()),
        Instant.ofEpochMilli(erase.endMillis()),
        destroyedKey(erase, claim),
        claim);
  }

  /**
   * Where the old bytes may still lie on the medium, so may the old record of the key by which they
   * were enciphered.
   */
  private EraseClaim claim(VolumeSlot.Erase erase) {
    boolean inPlace = pool.features.overwriteInPlace() == Support.YES && !erase.elsewhere();
    return inPlace ? EraseTerms.of(erase).method().claim() : EraseClaim.HIDDEN;
  }

  private static Optional<String> destroyedKey(VolumeSlot.Erase erase, EraseClaim claim) {
    boolean destroyed = claim == EraseClaim.KEY_DESTROYED && erase.key() != 0;
    return destroyed ? Optional.of(Long.toHexString(erase.key())) : Optional.empty();
  }
}
