/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.KeyEncryptionKey;
import io.lunette.engine.key.XtsCipher;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * A data key: its wrapped record, and, while anybody reads or writes by it, the cipher that it
 * makes. Thread-safe.
 */
final class DataKey {

  private final long id;

  /** Its place in the layer of keys, -1 if it has none. */
  private final int place;

  @GuardedBy("this")
  private KeySlot record;

  /** What unwraps the record, or null. */
  @GuardedBy("this")
  private KeyEncryptionKey wrapping;

  /** Why the record cannot be unwrapped, or null. */
  @GuardedBy("this")
  private String trouble;

  /** Whether the record lay where somebody shared it when it was overwritten. */
  @GuardedBy("this")
  private boolean elsewhere;

  @GuardedBy("this")
  private int users;

  private volatile XtsCipher cipher;

  /** Layers that are read by it; guarded by the lock of {@link Metadata}. */
  private int layers;

  /** Whether there ever were such; guarded likewise. */
  private boolean given;

  DataKey(long id, int place, KeySlot record, KeyEncryptionKey wrapping, String trouble) {
    this.id = id;
    this.place = place;
    this.record = record;
    this.wrapping = wrapping;
    this.trouble = trouble;
  }

  /** A number that no other key has had. */
  long id() {
    return id;
  }

  int place() {
    return place;
  }

  synchronized KeySlot record() {
    return record;
  }

  /** Says that the record is shared, so that overwriting it leaves it to whoever shares it. */
  synchronized void leavesElsewhere() {
    elsewhere = true;
  }

  /** Whether that was said. */
  synchronized boolean isElsewhere() {
    return elsewhere;
  }

  /** Why it cannot be used, or null. */
  synchronized String trouble() {
    return trouble;
  }

  /** One layer more is read by it; with the lock of the metadata held. */
  void named() {
    layers++;
    given = true;
  }

  /** One layer less is read by it; with the lock of the metadata held. */
  void unnamed() {
    layers--;
  }

  /** Whether any layer is read by it; with the lock of the metadata held. */
  boolean isNamed() {
    return layers > 0;
  }

  /** Whether it has been a layer's; with the lock of the metadata held. */
  boolean isGiven() {
    return given;
  }

  /** Unwraps the key unless that is done; to be followed by {@link #release}. */
  synchronized void acquire() throws LockedKeyException {
    if (users == 0) {
      cipher = open();
    }
    users++;
  }

  @GuardedBy("this")
  private XtsCipher open() throws LockedKeyException {
    if (trouble != null) {
      throw new LockedKeyException(trouble);
    }
    byte[] key = null;
    try {
      key = wrapping.unwrap(id, record.wrapped());
      return new XtsCipher(key);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new LockedKeyException(this + " cannot be unwrapped: its record is damaged");
    } finally {
      if (key != null) {
        Arrays.fill(key, (byte) 0);
      }
    }
  }

  /** The last to let go has the key wiped; none of its reads and writes may be under way. */
  synchronized void release() {
    users--;
    if (users == 0) {
      cipher.destroy();
      cipher = null;
    }
  }

  /** The cipher, for whoever has acquired it. */
  XtsCipher cipher() {
    return cipher;
  }

  /** Wraps it by another key-encryption key, in memory. */
  synchronized void rewrap(KeyEncryptionKey next) throws LockedKeyException {
    if (record == null || wrapping == next) {
      return;
    }
    if (trouble != null) {
      throw new LockedKeyException(trouble);
    }
    byte[] key = null;
    try {
      key = wrapping.unwrap(id, record.wrapped());
      record = new KeySlot(record.pool(), id, next.epoch(), next.checkValue(), next.wrap(id, key));
      wrapping = next;
    } catch (GeneralSecurityException e) {
      throw new LockedKeyException(this + " cannot be unwrapped: its record is damaged");
    } finally {
      if (key != null) {
        Arrays.fill(key, (byte) 0);
      }
    }
  }

  /** Forgets the record; nothing opens it again. */
  synchronized void forget() {
    if (record != null) {
      Arrays.fill(record.wrapped(), (byte) 0);
    }
    record = null;
    wrapping = null;
    trouble = this + " was destroyed";
  }

  /** Its number, never the key. */
  @Override
  public String toString() {
    return "key " + Long.toHexString(id);
  }
}
