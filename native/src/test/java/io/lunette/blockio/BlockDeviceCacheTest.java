/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A block device that was written past the page cache of this host, as by another host. */
class BlockDeviceCacheTest {

  private static final long PLACE = 1 << 20;

  @TempDir Path directory;

  @Test
  void itIsReadAsItIsWhenItIsOpened() throws Exception {
    Path file = directory.resolve("disk");
    LinuxRawDevice.createFile(file, 8L << 20).close();
    try (ScratchDevices.Loop loop = ScratchDevices.loopOver(file);
        FileChannel reader = FileChannel.open(loop.device(), StandardOpenOption.READ);
        FileChannel below = FileChannel.open(file, StandardOpenOption.WRITE)) {
      // The cache stays as long as anybody has the device open.
      assertThat(reader.read(ByteBuffer.allocate(4096), PLACE)).isEqualTo(4096);
      assertThat(below.write(ByteBuffer.allocate(4096).put(0, (byte) 7), PLACE)).isEqualTo(4096);
      ByteBuffer found = AlignedBuffers.allocate(4096);

      try (LinuxRawDevice device = LinuxRawDevice.open(loop.device())) {
        device.read(PLACE, found);
      }

      assertThat(found.get(0)).isEqualTo((byte) 7);
    }
  }
}
