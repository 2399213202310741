/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClosedDeviceTest {

  @TempDir Path directory;

  /** The numbers of its descriptors may be those of another file by then. */
  @Test
  void aDeviceIsClosedOnce() throws Exception {
    LinuxRawDevice closed = LinuxRawDevice.createFile(directory.resolve("closed"), 1 << 20);
    closed.close();
    try (LinuxRawDevice later = LinuxRawDevice.createFile(directory.resolve("later"), 1 << 20)) {
      closed.close();

      later.write(0, AlignedBuffers.allocate(4096));
      later.flush();

      assertThat(later.sizeBytes()).isEqualTo(1 << 20);
    }
  }
}
