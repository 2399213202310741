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

    assertThat(DeviceIdentity.of(file, file))
        .startsWith("file " + file + ", inode " + inode + " of the ")
        .contains(Files.getFileStore(file).type() + " file system on device ");
  }

  @Test
  void whatIsOpenIsNamedAndNotWhatHasTakenItsPlace() throws Exception {
    Path file = directory.resolve("pool");
    try (LinuxRawDevice device = LinuxRawDevice.createFile(file, 1 << 20)) {
      Object inode = Files.getAttribute(file, "unix:ino");
      String before = device.lastingIdentity();

      Files.move(file, directory.resolve("moved"));
      Files.createFile(file);

      assertThat(device.lastingIdentity()).isEqualTo(before).contains(", inode " + inode + " of");
    }
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

  @Test
  void mediumOfAFileIsTheDiskThatItsPartitionIsOf() throws Exception {
    Path disk = Files.createDirectories(directory.resolve("sda"));
    Files.createDirectories(disk.resolve("device"));
    Files.createDirectories(disk.resolve("queue"));
    Files.writeString(disk.resolve("device").resolve("model"), "Spinner 9  \n");
    Files.writeString(disk.resolve("queue").resolve("rotational"), "1\n");
    Path partition = Files.createDirectories(disk.resolve("sda1"));
    Path sysfs = Files.createDirectories(directory.resolve("dev"));
    Files.createSymbolicLink(sysfs.resolve("8:1"), partition);

    assertThat(DeviceIdentity.file(Path.of("/pool"), 7, "xfs", "8:1", sysfs))
        .isEqualTo("file /pool, inode 7 of the xfs file system on device 8:1");

    Files.writeString(partition.resolve("partition"), "1\n");
    assertThat(DeviceIdentity.file(Path.of("/pool"), 7, "xfs", "8:1", sysfs))
        .isEqualTo(
            "file /pool, inode 7 of the xfs file system on device 8:1, model Spinner 9,"
                + " rotational");
  }

  @Test
  void fileSystemWithoutADiskHasNoMedium() {
    assertThat(DeviceIdentity.file(Path.of("/pool"), 7, "tmpfs", "0:25", directory))
        .isEqualTo("file /pool, inode 7 of the tmpfs file system on device 0:25");
  }
}
