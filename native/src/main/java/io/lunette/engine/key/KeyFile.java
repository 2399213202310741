/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import io.lunette.blockio.Directories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * The key-encryption keys of one pool in a file for its owner alone. Lines of ASCII:
 *
 * <pre>
 * lunette-key-file 1
 * pool UUID
 * key EPOCH 64 hexadecimal digits     one line for each key
 * check 16 hexadecimal digits         of the SHA-256 of the lines before
 * </pre>
 *
 * <p>The file is replaced as a whole: the new one is made durable beside it, the one before is
 * overwritten, and only then the new one takes its name, so that no crash leaves the old keys in
 * blocks that nobody can find any more. One that finds the file overwritten takes the new one. What
 * a file system or a flash device keeps of old blocks is beyond reach: what is in them opens
 * nothing but records that are overwritten too.
 */
public final class KeyFile implements KeyVault {

  private static final String HEADER = "lunette-key-file 1";
  private static final String OWNER_ONLY = "rw-------";
  private static final FileAttribute<?> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final HexFormat HEX = HexFormat.of();
  private static final int CHECK_BYTES = 8;
  private static final int MOST_BYTES = 4096;

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
    Path file = files.apply(pool);
    endReplacement(file);
    return load(file, pool);
  }

  private static Path next(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /**
   * Ends what a crash cut short between the wiping of a file and the renaming of the next: only
   * that one has the keys then. The wiping may have got half way.
   */
  private static void endReplacement(Path file) throws IOException {
    Path next = next(file);
    if (Files.exists(file) && !isWhole(file) && isWhole(next)) {
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      Directories.flush(file.getParent());
    }
  }

  private static boolean isWhole(Path file) throws IOException {
    if (!Files.exists(file) || Files.size(file) > MOST_BYTES) {
      return false;
    }
    byte[] content = Files.readAllBytes(file);
    try {
      return isWhole(new String(content, StandardCharsets.US_ASCII));
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static boolean isWhole(String text) {
    int end = text.lastIndexOf("check ");
    return end >= 0
        && text.startsWith(HEADER + "\n")
        && text.substring(end).equals("check " + check(text.substring(0, end)) + "\n");
  }

  private static List<KeyEncryptionKey> load(Path file, UUID pool) throws IOException {
    byte[] content;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw damaged(file);
      }
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    try {
      return parse(file, content, pool);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw damaged(file);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static IOException damaged(Path file) {
    return new IOException("key file " + file + " is damaged: put a whole copy of it back");
  }

  private static List<KeyEncryptionKey> parse(Path file, byte[] content, UUID pool)
      throws IOException {
    String text = new String(content, StandardCharsets.US_ASCII);
    if (!isWhole(text)) {
      throw damaged(file);
    }
    List<String> lines = text.substring(0, text.lastIndexOf("check ")).lines().toList();
    UUID owner = UUID.fromString(lines.get(1).substring("pool ".length()));
    if (!owner.equals(pool)) {
      throw new IOException(
          "key file " + file + " has the keys of pool " + owner + ", not of " + pool);
    }
    List<KeyEncryptionKey> keys = new ArrayList<>();
    for (String line : lines.subList(2, lines.size())) {
      String[] words = line.split(" ", -1);
      byte[] bytes = HEX.parseHex(words[2]);
      keys.add(new KeyEncryptionKey(Long.parseLong(words[1]), bytes));
      Arrays.fill(bytes, (byte) 0);
    }
    return keys;
  }

  @Override
  public void replace(UUID pool, List<KeyEncryptionKey> keys) throws IOException {
    StringBuilder text = new StringBuilder(HEADER).append("\npool ").append(pool).append('\n');
    for (KeyEncryptionKey key : keys) {
      byte[] bytes = key.bytes();
      text.append("key ").append(key.epoch()).append(' ').append(HEX.formatHex(bytes)).append('\n');
      Arrays.fill(bytes, (byte) 0);
    }
    String check = check(text.toString());
    text.append("check ").append(check).append('\n');
    ByteBuffer content = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
    try {
      write(files.apply(pool), content);
    } finally {
      Arrays.fill(content.array(), (byte) 0);
      wipe(text);
    }
  }

  private static void write(Path file, ByteBuffer content) throws IOException {
    Directories.make(file.getParent(), OWNER_ONLY_DIRECTORY);
    endReplacement(file);
    Path next = next(file);
    wipeAndDelete(next);
    try (FileChannel channel =
        FileChannel.open(
            next,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)))) {
      fill(channel, content);
    }
    Directories.flush(file.getParent());
    wipe(file);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    Directories.flush(file.getParent());
  }

  /** What a crash left of a replacement. */
  private static void wipeAndDelete(Path left) throws IOException {
    wipe(left);
    boolean ignored = Files.deleteIfExists(left);
  }

  private static void wipe(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      fill(channel, ByteBuffer.allocate(Math.toIntExact(channel.size())));
    } catch (NoSuchFileException e) {
      // There is none yet.
    }
  }

  private static void fill(FileChannel channel, ByteBuffer content) throws IOException {
    long at = 0;
    while (content.hasRemaining()) {
      at += channel.write(content, at);
    }
    channel.force(true);
  }

  private static String check(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
      return HEX.formatHex(digest, 0, CHECK_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  private static void wipe(StringBuilder text) {
    for (int i = 0; i < text.length(); i++) {
      text.setCharAt(i, ' ');
    }
  }
}
