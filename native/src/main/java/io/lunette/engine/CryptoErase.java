/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Makes unreadable what a volume that stays in use has written, by destroying its key.
 *
 * <ol>
 *   <li>The volume gets an empty layer with a new key, which hides what it was cloned from; what it
 *       wrote before is released. That is one group of the journal.
 *   <li>When no read is under way any more that began before, the old key is wiped from memory, and
 *       its record from the device.
 *   <li>The epoch is turned, so that no copy of that record opens.
 * </ol>
 *
 * <p>Where the first step is done and its commit is refused, as on a full file system, so is the
 * erase. The next one that is asked for finds the key that was left among those that no layer is
 * read by any more, all of which go before the epoch is turned.
 *
 * <p>A crash after the first step leaves a record that no layer names, which the next opening
 * erases; whoever asked for the erase asks again and has the epoch turned. What was released is
 * overwritten by the scrub that follows any release.
 */
final class CryptoErase {

  private final Pool pool;
  private final Metadata metadata;
  private final long volumeId;
  private final VolumeDevice device;

  /**
   * Of a volume as it is open now: what it is when it has been closed is not the caller's any more.
   */
  CryptoErase(Pool pool, long volumeId, VolumeDevice device) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.volumeId = volumeId;
    this.device = device;
  }

  void run() throws IOException, BlockException {
    try {
      pool.keys.requireTurnable();
      NewKeys keys = NewKeys.forErase(pool.keys, 1);
      try {
        run(keys);
      } finally {
        keys.close();
      }
    } catch (VolumeException e) {
      throw new BlockException(BlockException.Kind.UNSUPPORTED, e.getMessage(), e);
    }
  }

  /** What held the keys of before, and those among them that the volume needs no more. */
  private record Exchange(KeyUse before, Set<DataKey> old) {}

  private void run(NewKeys keys) throws IOException, VolumeException, BlockException {
    Volume volume = pool.directory.locked(() -> metadata.chains.volume(volumeId));
    if (volume == null) {
      throw gone();
    }
    Exchange exchange = pool.directory.whileNobodyWrites(volume, () -> exchange(volume, keys));
    try {
      pool.log.commit();
    } finally {
      device.awaitInFlight();
      exchange.before.close();
    }
    pool.keys.destroyUnlessNamed(exchange.old);
    pool.keys.turn();
  }

  private static BlockException gone() {
    return new BlockException(BlockException.Kind.GONE, "the volume was closed");
  }

  private Exchange exchange(Volume volume, NewKeys keys)
      throws IOException, VolumeException, BlockException {
    if (volume.device != device) {
      throw gone();
    }
    VolumeDirectory.requireWritable(volume);
    Layer old = volume.top;
    if (old.key() == null) {
      throw new VolumeException(
          VolumeException.Kind.UNSUPPORTED, "volume " + volume.name() + " has no key to destroy");
    }
    Layer base = VolumeLineage.baseOf(volume);
    Set<DataKey> oldKeys = new LinkedHashSet<>();
    for (Layer layer = old; layer != base; layer = layer.parent) {
      if (layer.key() != null) {
        oldKeys.add(layer.key());
      }
    }
    DataKey key = keys.take(true);
    KeyUse held = KeyUse.of(key, base);
    boolean exchanged = false;
    try {
      KeyUse before = exchange(volume, base, key, held);
      exchanged = true;
      return new Exchange(before, oldKeys);
    } finally {
      if (!exchanged) {
        held.close();
      }
    }
  }

  private KeyUse exchange(Volume volume, Layer base, DataKey key, KeyUse held) throws IOException {
    Layer old = volume.top;
    LayerSlot slot =
        new LayerSlot(
            LayerSlot.State.WRITABLE,
            false,
            base != null,
            false,
            base == null ? 0 : base.id,
            volume.slot.sizeBytes(),
            volume.id,
            key.id());
    Layer top = metadata.chains.createLayer(base, slot, key);
    metadata.chains.update(
        volume,
        VolumeDirectory.with(volume, VolumeSlot.State.WRITABLE, top, volume.slot.sizeBytes()),
        top);
    pool.lineage.releaseAndEnqueue(old);
    // Also what an erase before released that could not be committed.
    pool.lineage.requeue(volume);
    return device.exchange(top, held);
  }
}
