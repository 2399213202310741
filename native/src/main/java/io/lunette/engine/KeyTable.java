/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.key.KeyEncryptionKey;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.key.XtsCipher;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data keys of a pool: makes them, keeps their wrapped records on the device, and destroys
 * them.
 *
 * <p>Records are neither in the journal nor in pages, for both leave copies behind. They lie in the
 * extents of a layer that is there for nothing else, each twice, and are overwritten in place.
 *
 * <ol>
 *   <li>A key is made: its record is written before the metadata names it, so the flush of data
 *       that comes before a commit makes it durable first. A record that no layer names is erased
 *       at the next opening.
 *   <li>A key is destroyed: when no layer is read by it any more, and durably so, its record is
 *       made zero in both places, flushed, and read back.
 *   <li>An epoch is turned: the vault takes the next key-encryption key beside the present one;
 *       keys that no layer is read by any more go; every record that is left is wrapped by it,
 *       first all of the one copy, then all of the other; the vault keeps the next alone. A crash
 *       in between finds both keys and goes on. From then on a record that was destroyed opens to
 *       nobody, wherever a device kept a copy of it.
 * </ol>
 *
 * <p>Its lock is taken before that of {@link Metadata}, and held while it writes. Thread-safe.
 */
final class KeyTable {

  private static final Logger LOG = LoggerFactory.getLogger(KeyTable.class);

  /** Names 2^20 extents: more keys than a pool has room for volumes. */
  private static final long LAYER_BYTES = (1L << 20) * PoolLayout.EXTENT_BYTES;

  /** Places that are left for erases, which make a key before that of before goes. */
  private static final int PLACES_FOR_ERASES = 16;

  private final Pool pool;
  private final Metadata metadata;
  private final KeyVault vault;
  private final KeyArea area;
  private final Neighbours places = new Neighbours();
  private final SecureRandom random = new SecureRandom();
  private final ReentrantLock lock = new ReentrantLock();

  private KeyEncryptionKey current;

  /** The one before, while an epoch is being turned. */
  private KeyEncryptionKey former;

  /** Why no key can be made, or null. */
  private volatile String trouble;

  /** That there are records which stay as they are, so that no epoch can be turned; or null. */
  private volatile String untold;

  private boolean isVaultEmpty;
  private boolean closed;

  KeyTable(Pool pool, KeyVault vault) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.vault = vault;
    this.area = new KeyArea(pool);
  }

  /** Whether there is a place for key-encryption keys. */
  boolean canBeKept() {
    return !vault.place(pool.uuid).isEmpty();
  }

  /**
   * Why no epoch can be turned, and perhaps no key made, or null; volumes may be locked for the
   * same reason.
   */
  String trouble() {
    String ofAll = trouble;
    return ofAll == null ? untold : ofAll;
  }

  /**
   * Reads the records and gives each layer its key, then ends what a crash cut short. Before
   * anything is served. What cannot be ended stays for the next opening: it keeps neither the pool
   * from being served, nor the volumes whose keys were read.
   */
  void load() throws IOException {
    Layer layer = metadata.chains.keyLayer();
    if (layer == null) {
      return;
    }
    Map<Long, KeyEncryptionKey> byEpoch = loadVault();
    Set<Long> named = namedKeys();
    List<KeySlot> slots = area.read(layer, named, slot -> opens(byEpoch.get(slot.epoch()), slot));
    Map<Long, DataKey> keys = new HashMap<>();
    String ofAll = trouble;
    for (int place = 0; place < slots.size(); place++) {
      KeySlot slot = slots.get(place);
      if (slot != null) {
        KeyEncryptionKey wrapping = byEpoch.get(slot.epoch());
        String why = ofAll == null ? whyLocked(slot, wrapping) : ofAll;
        if (trouble == null && named.contains(slot.id())) {
          trouble = why;
        }
        keys.put(slot.id(), new DataKey(slot.id(), place, slot, wrapping, why));
      }
    }
    boolean isNoneLost = keys.keySet().containsAll(named);
    if (isNoneLost) {
      // What is damaged is nobody's.
      area.forgetDamaged();
    }
    if (!isNoneLost || !named.isEmpty() && trouble != null) {
      area.leaveHalfRead();
    }
    assign(keys);
    untold = area.untold();
    if (trouble == null && area.isAnyUnread()) {
      trouble = untold;
    }
    if (trouble != null) {
      area.epochs().leaveLater();
    }
    keys.values().forEach(area::put);
    try {
      if (!area.isAnyUnread()) {
        eraseUnnamed(keys);
      }
      if (former != null && trouble() == null) {
        endTurn();
      }
      forgetLostFile();
    } catch (IOException | BlockException e) {
      leave(e);
    }
  }

  /** Whether copies of records may be of two epochs still: a close is not a clean one. */
  boolean isTurnLeft() {
    lock.lock();
    try {
      return area.epochs().isTurnLeft();
    } finally {
      lock.unlock();
    }
  }

  /** What a failed flush has lost is more than records: then nothing can be served. */
  private void leave(Exception failure) throws IOException {
    if (pool.flush.failure() != null) {
      throw pool.flush.failure();
    }
    LOG.error("records of keys stay as the last stop of the pool left them", failure);
    if (trouble == null) {
      trouble =
          "no key is made, and none destroyed for certain: "
              + failure.getMessage()
              + ": mend that and start again";
    }
  }

  /** Keys of which no record is left open nothing, wherever they are: others may be made. */
  private void forgetLostFile() {
    if (current == null && isVaultEmpty && area.isEmpty()) {
      trouble = null;
    }
  }

  private Map<Long, KeyEncryptionKey> loadVault() {
    Map<Long, KeyEncryptionKey> byEpoch = new HashMap<>();
    try {
      for (KeyEncryptionKey key : vault.load(pool.uuid)) {
        byEpoch.put(key.epoch(), key);
        former = current;
        current = key;
      }
      isVaultEmpty = current == null;
      if (isVaultEmpty) {
        trouble =
            vault.place(pool.uuid).isEmpty()
                ? "the pool has volumes with keys, and no key file was named: use --key-file"
                : "the pool's key file " + vault.place(pool.uuid) + " is not there: put it back";
      }
    } catch (IOException e) {
      trouble = e.getMessage();
    }
    return byEpoch;
  }

  private static boolean opens(KeyEncryptionKey wrapping, KeySlot slot) {
    return wrapping != null && wrapping.checkValue() == slot.checkValue();
  }

  /** Of what no layer is read by that is no trouble: this opening erases it. */
  private String whyLocked(KeySlot slot, KeyEncryptionKey wrapping) {
    return opens(wrapping, slot)
        ? null
        : "key file "
            + vault.place(pool.uuid)
            + " does not have the key of epoch "
            + slot.epoch()
            + ": it is an old copy or another pool's; put the newest back";
  }

  private Set<Long> namedKeys() {
    Set<Long> named = new HashSet<>();
    for (Layer layer : metadata.chains.layers()) {
      if (layer.slot.key() != 0 && layer.slot.state() != LayerSlot.State.RELEASED) {
        named.add(layer.slot.key());
      }
    }
    return named;
  }

  private void assign(Map<Long, DataKey> keys) {
    for (Layer layer : metadata.chains.layers()) {
      long id = layer.slot.key();
      if (id == 0 || layer.slot.state() == LayerSlot.State.RELEASED) {
        continue;
      }
      DataKey key = keys.get(id);
      if (key == null) {
        String lost = "the record of key " + Long.toHexString(id) + " is lost: restore the pool";
        String found = area.untold();
        key = new DataKey(id, -1, null, null, found == null ? lost : found);
      }
      layer.setKey(key);
      key.named();
    }
  }

  private void eraseUnnamed(Map<Long, DataKey> keys) throws IOException {
    // First, while the better copy of each page is there: an erase writes that one before the
    // other.
    area.repair();
    erase(keys.values().stream().filter(key -> !key.isNamed()).toList());
  }

  /**
   * New keys, whose records go with the next commit; each is to be given to a layer, or discarded.
   *
   * @throws VolumeException BUSY if key-encryption keys are missing; IO if none can be kept
   */
  List<DataKey> make(int count) throws IOException, VolumeException, BlockException {
    return make(count, PLACES_FOR_ERASES);
  }

  /**
   * {@link #make} of keys that take the place of others: in a full pool there is room for some, for
   * it may be they that end its fullness.
   */
  List<DataKey> makeForErase(int count) throws IOException, VolumeException, BlockException {
    return make(count, 0);
  }

  private List<DataKey> make(int count, int left)
      throws IOException, VolumeException, BlockException {
    if (count == 0) {
      return List.of();
    }
    lock.lock();
    try {
      requireUsable();
      if (current == null) {
        begin();
      }
      while (area.free() < count + left) {
        grow();
      }
      List<DataKey> made = new ArrayList<>();
      boolean written = false;
      try {
        for (int i = 0; i < count; i++) {
          made.add(generate());
        }
        area.write(places(made));
        written = true;
      } finally {
        if (!written) {
          forget(made);
        }
      }
      pool.log.dataWritten();
      area.landsWith(nextCommit());
      return made;
    } finally {
      lock.unlock();
    }
  }

  /** The commit that nothing was taken for yet: all data of before is durable when it is. */
  private long nextCommit() {
    metadata.lock.lock();
    try {
      return metadata.commit();
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Their records stay on the device until their pages are written the next time. */
  private void forget(List<DataKey> keys) {
    keys.forEach(area::remove);
    keys.forEach(DataKey::forget);
  }

  private void requireUsable() throws IOException, VolumeException {
    requireNotClosed();
    if (trouble != null) {
      throw new VolumeException(VolumeException.Kind.BUSY, trouble);
    }
  }

  /** The first key of the pool: from here on no release that knows of no keys may open it. */
  private void begin() throws IOException, BlockException {
    List<KeyEncryptionKey> kept = vault.load(pool.uuid);
    KeyEncryptionKey first =
        kept.isEmpty() ? KeyEncryptionKey.generate(1, random) : kept.get(kept.size() - 1);
    if (kept.isEmpty()) {
      vault.create(pool.uuid, first);
    }
    pool.requireFeature(Superblock.KEYS);
    current = first;
  }

  private void grow() throws IOException, BlockException {
    long first = pool.allocator.take(places, 0);
    long second;
    try {
      second = pool.allocator.take(places, 1);
    } catch (BlockException e) {
      pool.allocator.putBack(List.of(first));
      throw e;
    }
    metadata.lock.lock();
    try {
      Layer layer = metadata.chains.keyLayer();
      if (layer == null) {
        layer = metadata.chains.createKeyLayer(LAYER_BYTES);
      }
      area.add(metadata, layer, first, second);
    } finally {
      metadata.lock.unlock();
    }
  }

  private DataKey generate() {
    byte[] key = new byte[XtsCipher.KEY_BYTES];
    int half = key.length / 2;
    do {
      random.nextBytes(key);
    } while (Arrays.equals(key, 0, half, key, half, key.length));
    long id;
    do {
      id = random.nextLong();
    } while (id == 0);
    KeySlot slot =
        new KeySlot(pool.uuid, id, current.epoch(), current.checkValue(), current.wrap(id, key));
    Arrays.fill(key, (byte) 0);
    DataKey made = new DataKey(id, area.nextFree(), slot, current, null);
    area.put(made);
    return made;
  }

  /** Takes those of these keys back that were made and that no layer got. */
  void discardUnlessGiven(List<DataKey> made) throws IOException {
    List<DataKey> unused = having(key -> !key.isGiven(), made);
    if (!unused.isEmpty()) {
      erase(unused);
    }
  }

  private List<DataKey> having(Predicate<DataKey> mark, Collection<DataKey> keys) {
    metadata.lock.lock();
    try {
      return keys.stream().filter(mark).toList();
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * Whether a record of these keys will stay on the medium when it is destroyed, or has: whoever
   * turns an epoch destroys the keys of others too.
   */
  boolean areShared(Collection<DataKey> keys) throws IOException {
    lock.lock();
    try {
      SortedSet<Integer> places = places(keys.stream().filter(k -> k.record() != null).toList());
      places.addAll(area.unsettled(places(keys)));
      return keys.stream().anyMatch(DataKey::isElsewhere) || area.isShared(places);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Destroys the records of those keys that no layer is read by any more. That may be in no commit
   * yet: the last layer but the caller's may have been released since the caller's commit.
   */
  void destroyUnlessNamed(Collection<DataKey> keys) throws IOException, BlockException {
    List<DataKey> unnamed = having(key -> !key.isNamed(), keys);
    if (!unnamed.isEmpty()) {
      pool.log.commit();
      erase(unnamed);
    }
  }

  private void erase(List<DataKey> keys) throws IOException {
    lock.lock();
    try {
      List<DataKey> there = keys.stream().filter(key -> key.record() != null).toList();
      SortedSet<Integer> places = places(there);
      // An erase of others that failed has forgotten them, but not for certain overwritten.
      places.addAll(area.unsettled(places(keys)));
      if (places.isEmpty()) {
        return;
      }
      requireNotClosed();
      area.requireRead(places, trouble());
      if (area.isShared(places)) {
        keys.stream().filter(k -> places.contains(k.place())).forEach(DataKey::leavesElsewhere);
      }
      forget(there);
      area.settle(places);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses what is to end in a {@link #turn} that cannot be, before it is begun.
   *
   * @throws VolumeException BUSY
   */
  void requireTurnable() throws VolumeException {
    String why = trouble();
    if (why != null) {
      throw new VolumeException(VolumeException.Kind.BUSY, why);
    }
  }

  /**
   * Ends an epoch: records that were erased before open to nobody afterwards. Not while there are
   * records that may be read another time: by the key that is given up then.
   *
   * @throws LockedKeyException if a record cannot be wrapped anew
   */
  void turn() throws IOException, BlockException {
    lock.lock();
    try {
      requireNotClosed();
      String why = trouble();
      if (why != null) {
        throw new LockedKeyException(why);
      }
      if (former != null) {
        // By the key that began then, records have been wrapped that are to open to nobody now.
        endTurn();
      }
      KeyEncryptionKey next = KeyEncryptionKey.generate(current.epoch() + 1, random);
      vault.replace(pool.uuid, current, List.of(current, next));
      former = current;
      current = next;
      endTurn();
    } finally {
      lock.unlock();
    }
  }

  /** A key that was a layer's and is none's is not wrapped anew, but destroyed, whoever left it. */
  private void endTurn() throws IOException, BlockException {
    destroyUnlessNamed(having(DataKey::isGiven, area.keys()));
    for (DataKey key : area.keys()) {
      key.rewrap(current);
    }
    area.settleAll();
    vault.replace(pool.uuid, current, List.of(current));
    former.destroy();
    former = null;
  }

  /** From then on nothing is written any more. */
  void close() {
    lock.lock();
    closed = true;
    lock.unlock();
  }

  private void requireNotClosed() throws IOException {
    if (closed) {
      throw new IOException("the pool is closed");
    }
  }

  /** Of those that have one. */
  private static SortedSet<Integer> places(Collection<DataKey> keys) {
    SortedSet<Integer> places = new TreeSet<>();
    keys.stream().map(DataKey::place).filter(place -> place >= 0).forEach(places::add);
    return places;
  }
}
