/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What can honestly be said of which device a path leads to, and of its medium, for a certificate:
 * a path alone leads elsewhere tomorrow. Of a block device what sysfs has of its model, whether it
 * rotates, its WWID and its serial number; of a file its inode, the type of its file system and the
 * block device under that, where there is one.
 */
final class DeviceIdentity {

  private static final int TYPE_MASK = 0170000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final Path SYSFS = Path.of("/sys/dev/block");

  private DeviceIdentity() {}

  /**
   * In words; the path alone if the system says no more.
   *
   * @param path what it was called when it was opened
   * @param open leads to what is open, which the path may do no more
   */
  static String of(Path path, Path open) {
    try {
      int mode = (Integer) Files.getAttribute(open, "unix:mode");
      if ((mode & TYPE_MASK) == BLOCK_DEVICE) {
        return blockDevice(path, numbers((Long) Files.getAttribute(open, "unix:rdev")), SYSFS);
      }
      return file(
          path,
          Files.getAttribute(open, "unix:ino"),
          fileSystem(open),
          numbers((Long) Files.getAttribute(open, "unix:dev")),
          SYSFS);
    } catch (IOException | UnsupportedOperationException e) {
      return path.toString();
    }
  }

  /** In a container the file system may be mounted where the process cannot see it. */
  private static String fileSystem(Path path) {
    try {
      return Files.getFileStore(path).type();
    } catch (IOException e) {
      return "unknown";
    }
  }

  static String blockDevice(Path path, String numbers, Path sysfs) {
    return "block device " + path + ", " + numbers + known(sysfs.resolve(numbers));
  }

  static String file(Path path, Object inode, String type, String numbers, Path sysfs) {
    return "file "
        + path
        + ", inode "
        + inode
        + " of the "
        + type
        + " file system on device "
        + numbers
        + known(sysfs.resolve(numbers));
  }

  private static String known(Path device) {
    return said(", model ", device, "device/model")
        + said(", WWID ", device, "wwid", "device/wwid")
        + said(", serial number ", device, "serial", "device/serial")
        + medium(device);
  }

  /** As the kernel was told: a virtual disk says of itself what its host likes. */
  private static String medium(Path device) {
    return switch (said("", device, "queue/rotational")) {
      case "0" -> ", not rotational";
      case "1" -> ", rotational";
      default -> "";
    };
  }

  private static String said(String label, Path device, String... attributes) {
    for (Path place : places(device)) {
      for (String attribute : attributes) {
        String value = attribute(place.resolve(attribute));
        if (!value.isEmpty()) {
          return label + value;
        }
      }
    }
    return "";
  }

  /** The kernel keeps most attributes of a partition with the disk that it is of. */
  private static List<Path> places(Path device) {
    return Files.exists(device.resolve("partition"))
        ? List.of(device, device.resolve(".."))
        : List.of(device);
  }

  /** Empty where the kernel has no such attribute for this kind of device. */
  private static String attribute(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Major and minor as the kernel packs them into 64 bits (glibc's sys/sysmacros.h). */
  private static String numbers(long packed) {
    long major = ((packed >>> 8) & 0xfff) | ((packed >>> 32) & ~0xfffL);
    long minor = (packed & 0xff) | ((packed >>> 12) & ~0xffL);
    return major + ":" + minor;
  }
}
