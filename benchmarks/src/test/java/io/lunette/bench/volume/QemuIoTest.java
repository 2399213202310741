/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuIoTest {

  @TempDir Path directory;

  @Test
  void itSumsWhatEachWriteTook() throws Exception {
    String said =
        "qemu-io> 4096,1,0:00:00.00,2232774.358,1000.000\n"
            + "qemu-io> 4096,1,0:00:00.00,9498389.494,4000.000\nqemu-io> \n";

    assertThat(QemuIo.nanos(said, 2)).isEqualTo(1_250_000);
    assertThatThrownBy(() -> QemuIo.nanos(said, 3)).hasMessageContaining("2 writes of 3");
  }

  @Test
  void eachWriteOfTheScriptIsMadeAndNothingIsLeftBehind() throws Exception {
    assumeThat(QemuIo.isInstalled()).isTrue();
    Path base = directory.resolve("base");
    try (RandomAccessFile file = new RandomAccessFile(base.toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    QcowOverlay overlay = new QcowOverlay(base, directory.resolve("overlay"));

    assertThat(QemuIo.firstWrites(overlay, 4096, new long[] {131072, 0, 65536})).isPositive();

    assertThat(directory.toFile().list()).containsExactly("base");
  }
}
