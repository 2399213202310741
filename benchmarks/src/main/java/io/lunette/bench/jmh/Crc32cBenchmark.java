/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** CRC32C of a PDU's header, of a metadata page, of a data segment. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Crc32cBenchmark {

  /** How much is summed. */
  @Param({"48", "4096", "65536"})
  public int bytes;

  private final CRC32C crc = new CRC32C();
  private ByteBuffer data;

  /** Makes the data. */
  @Setup
  public void fill() {
    data = ByteBuffer.allocateDirect(bytes);
    while (data.hasRemaining()) {
      data.put((byte) data.position());
    }
  }

  /** Sums it. */
  @Benchmark
  public long sum() {
    crc.reset();
    crc.update(data.rewind());
    return crc.getValue();
  }
}
