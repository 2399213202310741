/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import io.lunette.core.block.BlockDevice;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps volumes: the native engine, an SMI-S array, a Ceph cluster.
 *
 * <p>Every changing operation has happened wholly, and durably, when it returns, or not at all;
 * after a crash in the middle it is one of the two. Every one is safe to repeat: the caller names
 * the volume, the same call with the same arguments returns the first one's result, and one with
 * other arguments ends in {@link VolumeException.Kind#CONFLICT}. Thread-safe; calls may block on
 * devices.
 */
public interface VolumeDriver extends AutoCloseable {

  /** What this driver can do. */
  DriverCapabilities capabilities();

  /** Space now. */
  PoolSpace space() throws VolumeException;

  /**
   * Who holds the space that is owned, and since a deleted image keeps what its clones read, for
   * whom.
   *
   * @param limit of layers to name, those that hold most
   * @throws VolumeException UNSUPPORTED where there is no knowing it
   */
  default SpaceExplanation explainSpace(int limit) throws VolumeException {
    throw new VolumeException(
        VolumeException.Kind.UNSUPPORTED, "this driver does not say who holds its space");
  }

  /**
   * Makes the pool larger, durably, while it is in use: after a crash it has the old size or the
   * new one. A pool that has that size already stays as it is.
   *
   * @param sizeBytes of the pool with its own records; 0 for all that the device under it has
   * @return the space then
   * @throws VolumeException INVALID if the pool is larger already, or the device under it cannot be
   *     made so large; OUT_OF_SPACE; UNSUPPORTED where somebody else sizes the pool
   */
  default PoolSpace grow(long sizeBytes) throws VolumeException {
    throw new VolumeException(
        VolumeException.Kind.UNSUPPORTED, "the size of this pool is not ours to change");
  }

  /**
   * Bounds what erasing takes of the device, from now on and for erases under way too.
   *
   * @param bytesPerSecond written or read back, 0 for no bound
   * @throws VolumeException UNSUPPORTED where somebody else erases
   */
  default void limitScrub(long bytesPerSecond) throws VolumeException {
    throw new VolumeException(
        VolumeException.Kind.UNSUPPORTED, "how fast these volumes are erased is not ours to bound");
  }

  /** A new volume with logical blocks of 512 bytes. */
  default VolumeInfo create(VolumeName name, long sizeBytes) throws VolumeException {
    return create(name, sizeBytes, VolumeInfo.DEFAULT_BLOCK_BYTES);
  }

  /**
   * A new volume that reads as zeroes. Its logical block is a property of its content, as partition
   * tables and file systems count in it: it is kept with the volume for ever, and its clones,
   * copies and snapshots have the same.
   *
   * @param blockBytes of a logical block, 512 or 4096
   * @throws VolumeException CONFLICT if the name is taken by a volume of another size, block or
   *     origin; INVALID if the size is not a positive multiple of 4096, or the block neither;
   *     OUT_OF_SPACE; UNSUPPORTED if volumes here have no such block
   */
  VolumeInfo create(VolumeName name, long sizeBytes, int blockBytes) throws VolumeException;

  /**
   * {@link #create(VolumeName, long, int)} of a volume that has a key of its own: whatever is
   * written to it is enciphered on its way to the pool, and an erase can destroy the key.
   *
   * @throws VolumeException as there, and CONFLICT if the name is taken by a volume without a key;
   *     BUSY if what protects the keys is not at hand; UNSUPPORTED
   */
  default VolumeInfo createEncrypted(VolumeName name, long sizeBytes, int blockBytes)
      throws VolumeException {
    throw noKeys();
  }

  /**
   * Whether a volume that is cloned or copied from that one gets a key without that being asked
   * for; false if there is no such volume.
   */
  default boolean encryptsClonesOf(VolumeName source) throws VolumeException {
    return find(source).map(VolumeInfo::encrypted).orElse(false);
  }

  private static VolumeException noKeys() {
    return new VolumeException(
        VolumeException.Kind.UNSUPPORTED, "this driver's volumes have no keys");
  }

  /**
   * Makes a volume immutable for ever. What was written before is durable on return. An open device
   * of it, if there is one, turns read-only.
   *
   * @throws VolumeException NOT_FOUND
   */
  VolumeInfo seal(VolumeName name) throws VolumeException;

  /**
   * Dependent clones of a SEALED volume, all in one durable step where the driver can.
   *
   * @return what now exists, in the order of {@code names}
   * @throws VolumeException NOT_FOUND; BUSY if the source is not sealed; CONFLICT; OUT_OF_SPACE;
   *     UNSUPPORTED
   */
  List<VolumeInfo> clone(VolumeName source, List<VolumeName> names) throws VolumeException;

  /**
   * {@link #clone} with a key of its own for each. Clones of an encrypted volume have keys without
   * that being said.
   *
   * @throws VolumeException as there and in {@link #createEncrypted}
   */
  default List<VolumeInfo> cloneEncrypted(VolumeName source, List<VolumeName> names)
      throws VolumeException {
    throw noKeys();
  }

  /**
   * An independent clone of a SEALED volume: a full physical copy, in which what is zero takes no
   * space. The new volume is COPYING from the return of this call on, across restarts, and WRITABLE
   * with no origin when the job has ended well. A job that is cancelled or fails leaves no volume,
   * and what it wrote is erased like what a delete leaves. The source may be deleted meanwhile; a
   * job that fails after that, or for want of a key, leaves the volume COPYING: nothing else has
   * that content. The copy goes on when it is asked for again, or at the next opening. If the copy
   * is under way already, its job is returned.
   *
   * @throws VolumeException NOT_FOUND; BUSY if the source is not sealed; CONFLICT; UNSUPPORTED
   */
  Job<VolumeInfo> copy(VolumeName source, VolumeName name) throws VolumeException;

  /**
   * {@link #copy} to a volume with a key of its own, as a copy of an encrypted one has in any case.
   *
   * @throws VolumeException as there and in {@link #createEncrypted}
   */
  default Job<VolumeInfo> copyEncrypted(VolumeName source, VolumeName name) throws VolumeException {
    throw noKeys();
  }

  /**
   * Freezes the content of a volume, which may be in use, under a new name.
   *
   * @throws VolumeException NOT_FOUND; CONFLICT; UNSUPPORTED
   */
  VolumeInfo snapshot(VolumeName source, VolumeName snapshot) throws VolumeException;

  /**
   * Sets a volume back to one of its snapshots. It must not be open.
   *
   * @throws VolumeException NOT_FOUND; BUSY; INVALID if it is not a snapshot of that volume;
   *     UNSUPPORTED
   */
  VolumeInfo rollback(VolumeName name, VolumeName snapshot) throws VolumeException;

  /**
   * Changes the size. What lies beyond a smaller size is gone, and is erased as what a delete
   * leaves.
   *
   * @throws VolumeException NOT_FOUND; INVALID; BUSY if sealed; UNSUPPORTED
   */
  VolumeInfo resize(VolumeName name, long sizeBytes) throws VolumeException;

  /**
   * Removes everything that was written to a volume and sets it back to its origin (a clone) or to
   * zeroes (a volume of its own). The volume is ERASING from the return of this call on, whatever
   * crashes, and WRITABLE again only when the erase succeeded, verified if that was asked. If it is
   * ERASING already, the running job is returned. It must not be open.
   *
   * <p>Who asks for the same again, with the volume neither opened nor changed since the end, may
   * be given what that erase did, with its own times: a crash may have kept its end from him.
   *
   * @throws VolumeException NOT_FOUND; BUSY if open or sealed; UNSUPPORTED
   */
  Job<EraseReport> erase(VolumeName name, EraseRequest request) throws VolumeException;

  /**
   * What the last erase of a volume did, if it is known and the volume was neither opened nor
   * changed since: for who may never have heard of its end. Begins nothing.
   */
  default Optional<EraseReport> lastErase(VolumeName name) throws VolumeException {
    return Optional.empty();
  }

  /**
   * Takes the name away at once; the space is erased in the background and then reused. A copy that
   * is under way is cancelled. An image can be deleted while clones of it live: its content stays
   * for as long as they do. Deleting what does not exist succeeds. It must not be open.
   *
   * @throws VolumeException BUSY if open
   */
  void delete(VolumeName name) throws VolumeException;

  /** The volume of that name. */
  Optional<VolumeInfo> find(VolumeName name) throws VolumeException;

  /** All volumes, by name. */
  List<VolumeInfo> list() throws VolumeException;

  /** The places that it keeps volumes at. Waits for none of them. */
  default Set<VolumePlace> places() throws VolumeException {
    return Set.of(VolumePlace.LOCAL);
  }

  /**
   * The place of a volume; of one that is not there, where a new one of that name would be. Waits
   * for no place.
   */
  default VolumePlace place(VolumeName name) throws VolumeException {
    return VolumePlace.LOCAL;
  }

  /** The volumes at one of the {@link #places}, by name. */
  default List<VolumeInfo> list(VolumePlace place) throws VolumeException {
    return list();
  }

  /**
   * {@link #delete(VolumeName)} of the volume that one of the {@link #places} has of that name,
   * though the name lead to another. It succeeds, and deletes nothing, where that place has none.
   *
   * @throws VolumeException BUSY if open
   */
  default void delete(VolumePlace place, VolumeName name) throws VolumeException {
    delete(name);
  }

  /**
   * Opens a volume for I/O. Several may hold one volume open; all see one coherent device.
   *
   * @throws VolumeException NOT_FOUND; BUSY if COPYING, ERASING or QUARANTINED
   */
  BlockDevice open(VolumeName name, AccessMode mode) throws VolumeException;

  /** Ends jobs in a state from which they go on, makes everything durable and lets go. */
  @Override
  void close() throws VolumeException;
}
