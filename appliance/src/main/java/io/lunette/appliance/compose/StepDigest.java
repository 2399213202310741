/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Digests what a step puts in: names, kinds, permissions and content, not times. One use. */
final class StepDigest {

  private static final int BUFFER = 1 << 16;

  private final MessageDigest digest;
  private final byte[] buffer = new byte[BUFFER];

  private StepDigest() {
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * The digest in hexadecimal.
   *
   * @throws DomainException NOT_FOUND: a source; IO
   */
  static String of(RecipeStep step) throws DomainException {
    StepDigest made = new StepDigest();
    for (Path source : step.sources()) {
      if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
        throw new DomainException(DomainException.Kind.NOT_FOUND, "no file " + source);
      }
      try {
        made.addTree(source);
      } catch (IOException e) {
        throw new DomainException(
            DomainException.Kind.IO, "cannot read " + source + ": " + e.getMessage(), e);
      }
    }
    return HexFormat.of().formatHex(made.digest.digest());
  }

  private void addTree(Path root) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.sorted().toList();
    }
    for (Path each : all) {
      put(root.relativize(each).toString());
      put(TreeEntry.kind(each).name());
      if (Files.isSymbolicLink(each)) {
        put(Files.readSymbolicLink(each).toString());
      } else {
        put(Integer.toOctalString(TreeEntry.mode(each)));
        if (Files.isRegularFile(each)) {
          addContent(each);
        }
      }
    }
  }

  private void addContent(Path file) throws IOException {
    long length = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        length += read;
      }
    }
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, length));
  }

  /** A text with its length before it, so that no two sequences look the same. */
  private void put(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
    digest.update(bytes);
  }
}
