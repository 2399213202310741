/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.KeyEncryptionKey;
import io.lunette.engine.key.XtsCipher;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * By what a sector of the device tells which stamp it holds: in the clear the stamp itself, and
 * where volumes have keys also its first bytes as they came to lie there, of every write of a life,
 * whoever made it: a tenant's, a copy's, a merge's.
 *
 * <p>The keys come from the wrapped records that the device was given, and from whatever the vault
 * has kept. So a stamp is known by its trace when its key has long been destroyed.
 */
final class StampTraces {

  /** Of volumes without keys. */
  static final StampTraces IN_THE_CLEAR = new StampTraces(Map.of());

  private static final int SECTOR = CrashModel.SECTOR;

  private final Map<Long, Integer> enciphered;

  private StampTraces(Map<Long, Integer> enciphered) {
    this.enciphered = enciphered;
  }

  /** Of all that was written in a life that has ended, and in those before it. */
  static StampTraces of(CrashLife life) {
    Reader reader = new Reader(life);
    for (CrashLife each = life; each != null; each = each.before) {
      each.device.forEachWrite(reader::takeKeys);
    }
    for (CrashLife each = life; each != null; each = each.before) {
      each.device.forEachWrite(reader::takeStamps);
    }
    return new StampTraces(reader.stamps);
  }

  /** The stamp that a sector of a page holds, 0 if none. */
  int stampAt(ByteBuffer page, int at) {
    if (page.getInt(at) == CrashLife.MAGIC) {
      return page.getInt(at + Integer.BYTES);
    }
    return enciphered.isEmpty() ? 0 : enciphered.getOrDefault(page.getLong(at), 0);
  }

  /** Deciphers a life. */
  private static final class Reader {

    private final UUID pool;
    private final Collection<KeyEncryptionKey> wrapping = new ArrayList<>();
    private final Set<Long> known = new HashSet<>();

    /** What the last write was enciphered by comes first: so is the next, most often. */
    private final Deque<XtsCipher> ciphers = new ArrayDeque<>();

    private final Map<Long, Integer> stamps = new HashMap<>();

    Reader(CrashLife life) {
      this.pool = life.pool;
      for (CrashLife each = life; each != null; each = each.before) {
        wrapping.addAll(each.vault.everKept(pool));
      }
    }

    void takeKeys(long offset, byte[] bytes) {
      ByteBuffer written = ByteBuffer.wrap(bytes);
      for (int at = 0; at < bytes.length; at += KeySlot.BYTES) {
        if (KeyRecords.isAt(written, at)) {
          take(KeyRecords.idAt(written, at), written, at);
        }
      }
    }

    private void take(long id, ByteBuffer written, int at) {
      if (known.contains(id)) {
        return;
      }
      try {
        KeySlot slot = KeySlot.decode(written, at, pool);
        for (KeyEncryptionKey key : wrapping) {
          if (key.epoch() == slot.epoch() && key.checkValue() == slot.checkValue()) {
            ciphers.addFirst(new XtsCipher(key.unwrap(id, slot.wrapped())));
            known.add(id);
          }
        }
      } catch (FormatException | GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    /** A write is of one layer, so of one key, or of none. */
    void takeStamps(long offset, byte[] bytes) {
      XtsCipher cipher = cipherOf(offset, bytes);
      if (cipher == null) {
        return;
      }
      ByteBuffer written = ByteBuffer.wrap(bytes);
      ByteBuffer clear = ByteBuffer.wrap(bytes.clone());
      cipher.decrypt(offset, clear);
      for (int at = 0; at < bytes.length; at += SECTOR) {
        if (clear.getInt(at) == CrashLife.MAGIC) {
          stamps.put(written.getLong(at), clear.getInt(at + Integer.BYTES));
        }
      }
    }

    private XtsCipher cipherOf(long offset, byte[] bytes) {
      ByteBuffer written = ByteBuffer.wrap(bytes);
      int at = 0;
      while (at < bytes.length && written.getLong(at) == 0) {
        at += SECTOR;
      }
      if (at >= bytes.length) {
        return null;
      }
      for (XtsCipher cipher : ciphers) {
        ByteBuffer sector = ByteBuffer.wrap(Arrays.copyOfRange(bytes, at, at + SECTOR));
        cipher.decrypt(offset + at, sector);
        if (sector.getInt(0) == CrashLife.MAGIC || sector.getLong(0) == 0) {
          if (cipher != ciphers.peekFirst()) {
            ciphers.remove(cipher);
            ciphers.addFirst(cipher);
          }
          return cipher;
        }
      }
      return null;
    }
  }
}
