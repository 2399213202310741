/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lunette.bench.report.PageCache;
import io.lunette.bench.report.Scratch;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColdReadsTest {

  private static final int MIB = 1 << 20;

  @TempDir Path directory;

  private final Load reads = new Load(Load.Kind.READ, 4096, 1, new long[] {MIB});

  @BeforeEach
  void thePageCacheCanBeSeen() {
    assumeThat(PageCache.canBeSeen()).isTrue();
  }

  @Test
  void nothingThatWasWrittenIsInMemoryWhenTheyBegin() throws Exception {
    assumeThat(Files.getFileStore(directory).type()).isNotEqualTo("tmpfs");
    Path read = directory.resolve("read");
    Path beside = directory.resolve("beside");
    try (RawFile device = new RawFile(read, 2 * MIB);
        RawFile other = new RawFile(beside, 2 * MIB)) {
      for (RawFile each : List.of(device, other)) {
        BlockingIo.write(each, 0, ByteBuffer.allocateDirect(2 * MIB), Durability.VISIBLE);
      }
      assertThat(PageCache.keptBytes(read)).isEqualTo(2 * MIB);

      assertThat(new ColdReads(List.of(read, beside)).run(reads, device)).isPresent();

      assertThat(PageCache.keptBytes(read)).isBetween(1L, 2L * MIB - 1);
      assertThat(PageCache.keptBytes(beside)).isZero();
    }
  }

  @Test
  void whatTheKernelKeepsIsNotReadAtAll() throws Exception {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).isDirectory();
    try (Scratch scratch = Scratch.in(memory);
        RawFile device = new RawFile(scratch.path().resolve("read"), 2 * MIB)) {
      BlockingIo.write(device, 0, ByteBuffer.allocateDirect(2 * MIB), Durability.VISIBLE);

      ColdReads cold = new ColdReads(List.of(scratch.path().resolve("read")));

      assertThat(cold.run(reads, device)).isEmpty();
    }
  }
}
