/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.Directories;
import io.lunette.blockio.WantOfSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key-encryption keys of one pool in a file for its owner alone, as {@link KeyFileText} has
 * them.
 *
 * <p>The file is replaced as a whole: the new one is made durable beside it, the one before is
 * overwritten, and only then the new one takes its name, so that no crash leaves the old keys in
 * blocks that nobody can find any more. One that finds the file overwritten takes the new one. What
 * a file system or a flash device keeps of old blocks is beyond reach: what is in them opens
 * nothing but records that are overwritten too.
 *
 * <p>Only a file that has the pool's present key is replaced. Where none is, the medium that it is
 * on may be away: keys that were kept in its stead, under the place where it is mounted, would be
 * hidden when it is back, and those on it would never have been destroyed. A link is followed, and
 * stays.
 */
public final class KeyFile implements KeyVault {

  private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Function<UUID, Path> files;

  private KeyFile(Function<UUID, Path> files) {
    this.files = files;
  }

  /** The keys in that file, which need not exist yet. */
  public static KeyFile at(Path file) {
    Path path = file.toAbsolutePath().normalize();
    return new KeyFile(pool -> path);
  }

  /**
   * The keys in the file of that directory which has the pool's UUID as its name; neither need
   * exist yet.
   */
  public static KeyFile in(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    return new KeyFile(pool -> path.resolve(pool + ".keys"));
  }

  @Override
  public String place(UUID pool) {
    return files.apply(pool).toString();
  }

  @Override
  public List<KeyEncryptionKey> load(UUID pool) throws IOException {
    Path file = find(pool);
    endReplacement(file, KeyFile::wipeIfPossible);
    return load(file, pool);
  }

  /** The file itself, where there is one. */
  private Path find(UUID pool) throws IOException {
    Path file = files.apply(pool);
    return Files.exists(file) ? file.toRealPath() : file;
  }

  private static Path next(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /**
   * Ends what a crash cut short between the wiping of a file and the renaming of the next: only
   * that one has the keys then. The wiping may have got half way, or somebody may have put away
   * what was left.
   */
  private static void endReplacement(Path file, Wiping wiping) throws IOException {
    Path next = next(file);
    if (!isWhole(file) && isWhole(next)) {
      if (Files.exists(file)) {
        wiping.on(file);
      }
      rename(next, file);
    }
  }

  private interface Wiping {
    void on(Path file) throws IOException;
  }

  /** What is left of it may be where the disk takes no write, and must keep no key from use. */
  private static void wipeIfPossible(Path file) {
    try {
      wipe(file);
    } catch (IOException e) {
      LOG.warn("{} was not overwritten before it was replaced: {}", file, e.toString());
    }
  }

  private static boolean isWhole(Path file) throws IOException {
    if (!Files.exists(file) || Files.size(file) > KeyFileText.MOST_BYTES) {
      return false;
    }
    byte[] content = Files.readAllBytes(file);
    try {
      return KeyFileText.isWhole(content);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static List<KeyEncryptionKey> load(Path file, UUID pool) throws IOException {
    byte[] content;
    try {
      if (Files.size(file) > KeyFileText.MOST_BYTES) {
        throw damaged(file);
      }
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    KeyFileText text;
    try {
      if (!KeyFileText.isWhole(content)) {
        throw damaged(file);
      }
      text = KeyFileText.decode(content);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw damaged(file);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
    if (!text.pool().equals(pool)) {
      throw new IOException(
          "key file " + file + " has the keys of pool " + text.pool() + ", not of " + pool);
    }
    return text.keys();
  }

  private static IOException damaged(Path file) {
    return new IOException("key file " + file + " is damaged: put a whole copy of it back");
  }

  private interface Change {
    void make() throws IOException;
  }

  /** Makes a change; for want of space it fails as a device does. */
  private void make(UUID pool, Change change) throws IOException {
    try {
      change.make();
    } catch (IOException e) {
      if (!WantOfSpace.isSaidBy(e)) {
        throw e;
      }
      DeviceException full =
          new DeviceException("key file " + place(pool) + ": " + e.getMessage(), true);
      full.initCause(e);
      throw full;
    }
  }

  @Override
  public void create(UUID pool, KeyEncryptionKey first) throws IOException {
    make(pool, () -> create(files.apply(pool), pool, first));
  }

  private static void create(Path file, UUID pool, KeyEncryptionKey first) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          Files.exists(file)
              ? "key file " + file + " is there already"
              : "key file " + file + " is a link that leads to nothing: is its medium away?");
    }
    Directories.make(file.getParent(), OWNER_ONLY_DIRECTORY);
    rename(writeNext(file, new KeyFileText(pool, List.of(first))), file);
  }

  @Override
  public void replace(UUID pool, KeyEncryptionKey present, List<KeyEncryptionKey> keys)
      throws IOException {
    make(pool, () -> replace(find(pool), pool, present, keys));
  }

  private static void replace(
      Path file, UUID pool, KeyEncryptionKey present, List<KeyEncryptionKey> keys)
      throws IOException {
    endReplacement(file, KeyFile::wipe);
    requireKept(file, pool, present);
    Path next = writeNext(file, new KeyFileText(pool, keys));
    wipe(file);
    rename(next, file);
  }

  private static void requireKept(Path file, UUID pool, KeyEncryptionKey present)
      throws IOException {
    List<KeyEncryptionKey> kept = load(file, pool);
    boolean isKept =
        kept.stream()
            .anyMatch(
                key -> key.epoch() == present.epoch() && key.checkValue() == present.checkValue());
    kept.forEach(KeyEncryptionKey::destroy);
    if (!isKept) {
      throw new IOException(
          "key file "
              + file
              + (kept.isEmpty() ? " is not there" : " lacks the key of epoch " + present.epoch())
              + ": it stays as it is; put the newest back, on the medium where it was");
    }
  }

  /** Makes the file to come durable. */
  private static Path writeNext(Path file, KeyFileText text) throws IOException {
    Path next = next(file);
    wipeAndDelete(next);
    byte[] content = text.encode();
    try (FileChannel channel =
        FileChannel.open(
            next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
      fill(channel, ByteBuffer.wrap(content));
    } finally {
      Arrays.fill(content, (byte) 0);
    }
    Directories.flush(file.getParent());
    return next;
  }

  /** What a crash left of a replacement. */
  private static void wipeAndDelete(Path left) throws IOException {
    if (Files.exists(left)) {
      wipe(left);
      Files.delete(left);
    }
  }

  private static void rename(Path next, Path file) throws IOException {
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    Directories.flush(file.getParent());
  }

  private static void wipe(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      fill(channel, ByteBuffer.allocate(Math.toIntExact(channel.size())));
    }
  }

  private static void fill(FileChannel channel, ByteBuffer content) throws IOException {
    long at = 0;
    while (content.hasRemaining()) {
      at += channel.write(content, at);
    }
    channel.force(true);
  }
}
