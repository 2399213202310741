/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How the content of an image file is written. */
public enum ImageFormat {
  RAW,
  QCOW2;

  /** The first bytes of containers, none of which a disk that boots or is mounted begins with. */
  private static final Map<String, String> CONTAINERS =
      Map.of("QFI\u00fb", "qcow2", "KDMV", "vmdk", "vhdxfile", "vhdx", "conectix", "vhd");

  private static final int MAGIC_BYTES_MAX = 8;

  /** Reads {@code raw} or {@code qcow2}. */
  public static ImageFormat parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "raw" -> RAW;
      case "qcow2" -> QCOW2;
      default -> throw new IllegalArgumentException("'" + text + "' is not raw or qcow2");
    };
  }

  /**
   * The format to read files in: the one that was said, else raw. Blocks for a read of each file.
   *
   * @throws DomainException INVALID if none was said and a file is a container of another format,
   *     whose bytes as they are would be a disk that nobody can boot
   */
  public static ImageFormat toRead(Optional<ImageFormat> said, List<Path> files)
      throws DomainException {
    if (said.isPresent()) {
      return said.get();
    }
    for (Path file : files) {
      String container = container(file).orElse("raw");
      if (!container.equals("raw")) {
        throw new DomainException(DomainException.Kind.INVALID, advice(file, container));
      }
    }
    return RAW;
  }

  private static String advice(Path file, String container) {
    String how =
        container.equals("qcow2")
            ? "say the format qcow2"
            : "convert it with 'qemu-img convert -O raw' first";
    return "image file "
        + file
        + " is a "
        + container
        + " image: "
        + how
        + ", or say the format raw to take it as it is";
  }

  /** What cannot be read is left to who imports it, who says why. */
  private static Optional<String> container(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(MAGIC_BYTES_MAX), StandardCharsets.ISO_8859_1);
      return CONTAINERS.entrySet().stream()
          .filter(each -> head.startsWith(each.getKey()))
          .map(Map.Entry::getValue)
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
