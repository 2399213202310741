/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What can honestly be said of which device a path leads to, for a certificate: a path alone leads
 * elsewhere tomorrow. Of a block device its WWID and serial number from sysfs, where the kernel has
 * them; of a file the number of its file system's device and its inode.
 */
final class DeviceIdentity {

  private static final int TYPE_MASK = 0170000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final Path SYSFS = Path.of("/sys/dev/block");

  private DeviceIdentity() {}

  /** In words; the path alone if the system says no more. */
  static String of(Path path) {
    try {
      int mode = (Integer) Files.getAttribute(path, "unix:mode");
      if ((mode & TYPE_MASK) == BLOCK_DEVICE) {
        return blockDevice(path, numbers((Long) Files.getAttribute(path, "unix:rdev")), SYSFS);
      }
      String device = numbers((Long) Files.getAttribute(path, "unix:dev"));
      Object inode = Files.getAttribute(path, "unix:ino");
      return "file " + path + ", inode " + inode + " of the file system on device " + device;
    } catch (IOException | UnsupportedOperationException e) {
      return path.toString();
    }
  }

  static String blockDevice(Path path, String numbers, Path sysfs) {
    Path known = sysfs.resolve(numbers);
    return "block device "
        + path
        + ", "
        + numbers
        + said(", WWID ", known, "wwid", "device/wwid")
        + said(", serial number ", known, "serial", "device/serial");
  }

  private static String said(String label, Path directory, String... attributes) {
    for (String attribute : attributes) {
      try {
        String value =
            Files.readString(directory.resolve(attribute), StandardCharsets.ISO_8859_1).strip();
        if (!value.isEmpty()) {
          return label + value;
        }
      } catch (IOException e) {
        // The kernel has no such attribute for this kind of device.
        continue;
      }
    }
    return "";
  }

  /** Major and minor as the kernel packs them into 64 bits (glibc's sys/sysmacros.h). */
  private static String numbers(long packed) {
    long major = ((packed >>> 8) & 0xfff) | ((packed >>> 32) & ~0xfffL);
    long minor = (packed & 0xff) | ((packed >>> 12) & ~0xffL);
    return major + ":" + minor;
  }
}
