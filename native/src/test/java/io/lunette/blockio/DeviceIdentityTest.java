/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeviceIdentityTest {

  @TempDir private Path directory;

  @Test
  void fileIsNamedByItsInodeThatOutlivesARename() throws Exception {
    Path file = Files.createFile(directory.resolve("pool"));
    Object inode = Files.getAttribute(file, "unix:ino");

    assertThat(DeviceIdentity.of(file)).startsWith("file " + file + ", inode " + inode + " of ");
  }

  @Test
  void blockDeviceIsNamedByWhatSysfsHas() throws Exception {
    Path device = Files.createDirectories(directory.resolve("8:0").resolve("device"));
    Files.writeString(device.resolve("wwid"), "naa.5000c500a1b2c3d4\n");

    assertThat(DeviceIdentity.blockDevice(Path.of("/dev/sda"), "8:0", directory))
        .isEqualTo("block device /dev/sda, 8:0, WWID naa.5000c500a1b2c3d4");

    Files.writeString(directory.resolve("8:0").resolve("serial"), "Z1\n");
    assertThat(DeviceIdentity.blockDevice(Path.of("/dev/sda"), "8:0", directory))
        .endsWith(", serial number Z1");
  }
}
