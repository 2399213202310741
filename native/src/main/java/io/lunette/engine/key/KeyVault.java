/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import io.lunette.blockio.DeviceException;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * Keeps the key-encryption keys of a pool where the pool is not, so that whoever has its device
 * alone has nothing, and destroys them.
 *
 * <p>It holds one key; two while an epoch is being turned: that of the epoch that ends and that of
 * the one which begins. Calls come one at a time.
 */
public interface KeyVault {

  /** Where the keys of that pool are, for messages; empty if there is no place for them. */
  String place(UUID pool);

  /**
   * The keys of that pool, by epoch; none if nothing is kept yet.
   *
   * @throws IOException if what is kept is another pool's, damaged, or cannot be read; the message
   *     says which
   */
  List<KeyEncryptionKey> load(UUID pool) throws IOException;

  /**
   * Keeps the first key of a pool. On return that is durable.
   *
   * @throws DeviceException for want of space, where {@link DeviceException#isNoSpace} says so
   * @throws IOException if anything is kept at its place, which stays as it is
   */
  void create(UUID pool, KeyEncryptionKey first) throws IOException;

  /**
   * Keeps these keys and no others. On return that is durable, and those that were kept before and
   * are not among them are destroyed as far as the place allows. A crash leaves what was kept
   * before or these.
   *
   * @param present one that the caller knows to be kept
   * @throws DeviceException as {@link #create} does
   * @throws IOException if it is not: what it was kept on may be away, or be another pool's, and
   *     nothing is changed
   */
  void replace(UUID pool, KeyEncryptionKey present, List<KeyEncryptionKey> keys) throws IOException;

  /** Where there is no place for keys: volumes with keys are neither made nor opened. */
  static KeyVault none() {
    return new KeyVault() {
      @Override
      public String place(UUID pool) {
        return "";
      }

      @Override
      public List<KeyEncryptionKey> load(UUID pool) {
        return List.of();
      }

      @Override
      public void create(UUID pool, KeyEncryptionKey first) throws IOException {
        throw new IOException("no key file was named: name one with --key-file");
      }

      @Override
      public void replace(UUID pool, KeyEncryptionKey present, List<KeyEncryptionKey> keys) {
        throw new IllegalStateException("nothing was ever kept");
      }
    };
  }
}
