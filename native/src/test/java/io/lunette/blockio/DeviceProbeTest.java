/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lunette.platform.linux.LibC;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a device is what the device does. */
final class DeviceProbeTest {

  private static final int SIZE = 1 << 20;
  private static final int SCRATCH_OFFSET = 4096;
  private static final int SCRATCH_BYTES = 61440;
  private static final long FILE_SYSTEM_BYTES = 320L << 20;

  @TempDir private Path directory;

  @Test
  void leavesTheScratchRangeZeroAndTheRestAsItWas() throws Exception {
    Path file = directory.resolve("device");
    try (RawDevice device = LinuxRawDevice.createFile(file, SIZE)) {
      device.write(0, filled(SIZE, (byte) 7));

      device.probe(SCRATCH_OFFSET, SCRATCH_BYTES);
    }

    byte[] left = Files.readAllBytes(file);
    for (int i = 0; i < SIZE; i++) {
      boolean scratch = i >= SCRATCH_OFFSET && i < SCRATCH_OFFSET + SCRATCH_BYTES;
      assertThat(left[i]).as("byte " + i).isEqualTo((byte) (scratch ? 0 : 7));
    }
  }

  @Test
  void aLongWriteArrivesWholeWhereverItsBufferBegins() throws Exception {
    Path file = directory.resolve("device");
    byte[] content = new byte[500_224];
    new Random(1).nextBytes(content);
    ByteBuffer source = ByteBuffer.allocateDirect(SIZE);
    source.position(12_345).put(content).flip().position(12_345);
    try (RawDevice device = LinuxRawDevice.createFile(file, SIZE)) {
      device.write(1536, source);
    }

    byte[] expected = new byte[SIZE];
    System.arraycopy(content, 0, expected, 1536, content.length);
    assertThat(Arrays.equals(Files.readAllBytes(file), expected)).isTrue();
    assertThat(source.position()).isEqualTo(12_345);
    assertThat(source.remaining()).isEqualTo(content.length);
  }

  @Test
  void fileInMemoryPunchesHolesButDoesNotZeroRanges() throws Exception {
    Path memory = ScratchDevices.directoryInMemory();
    Path file = memory.resolve("device");
    try (RawDevice device = LinuxRawDevice.createFile(file, SIZE)) {
      DeviceFeatures features = device.probe(SCRATCH_OFFSET, SCRATCH_BYTES);

      assertThat(features.kind()).isEqualTo("file");
      assertThat(features.fileSystem()).isEqualTo("tmpfs");
      assertThat(features.punchHole()).isEqualTo(Support.YES);
      assertThat(features.zeroRange()).isEqualTo(Support.NO);
      assertThat(features.discard()).isEqualTo(Support.NO);
      assertThat(features.overwriteInPlace()).isEqualTo(Support.YES);
    } finally {
      Files.delete(file);
      Files.delete(memory);
    }
  }

  @Test
  void fileInMemoryIsReadAndWrittenAtOnce() throws Exception {
    Path memory = ScratchDevices.directoryInMemory();
    Path file = memory.resolve("device");
    try (RawDevice device = LinuxRawDevice.createFile(file, SIZE)) {
      assertThat(device.writeAtOnce(8192, filled(4096, (byte) 3))).isTrue();

      ByteBuffer read = AlignedBuffers.allocate(4096);
      assertThat(device.readAtOnce(8192, read)).isTrue();
      assertThat(read).isEqualTo(filled(4096, (byte) 3));
    } finally {
      Files.delete(file);
      Files.delete(memory);
    }
  }

  @Test
  void fileOnADiskIsReadAtOnceOnlyWhileItIsCached() throws Exception {
    assumeThat(isInMemory()).isFalse();
    Path file = directory.resolve("device");
    try (RawDevice device = LinuxRawDevice.createFile(file, SIZE)) {
      Support known = device.probe(SCRATCH_OFFSET, SCRATCH_BYTES).readWithoutWaiting();
      assumeThat(known).isEqualTo(Support.YES);
      device.write(65_536, filled(4096, (byte) 3));
      ByteBuffer read = AlignedBuffers.allocate(4096);

      assertThat(device.readAtOnce(65_536, read)).isTrue();
      assertThat(read).isEqualTo(filled(4096, (byte) 3));

      device.flush();
      device.forgetCached();
      assumeThat(isCached(file, 65_536)).as("still cached").isFalse();
      assertThat(device.readAtOnce(65_536, read)).isFalse();
      assertThat(device.writeAtOnce(65_536, filled(4096, (byte) 4))).isFalse();
    }
  }

  /** Whether the page cache has a page of a file: a new mapping of it has what the cache has. */
  private static boolean isCached(Path file, long offset) throws Exception {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, offset, 4096).isLoaded();
    }
  }

  @Test
  void whatFailsIsNotThereAndTheDeviceCanBeUsed() throws Exception {
    Path file = directory.resolve("behind");
    LinuxRawDevice.createFile(file, 8L << 20).close();
    try (ScratchDevices.Loop loop = ScratchDevices.loopOver(file)) {
      Descriptor failing = new FailingDescriptor(Descriptor.open(loop.device(), LibC.O_RDWR));
      try {
        DeviceFeatures features =
            new DeviceProbe(loop.device(), failing, null, true).run(SCRATCH_OFFSET, SCRATCH_BYTES);

        assertThat(features.discard()).isEqualTo(Support.NO);
        assertThat(features.readWithoutWaiting()).isEqualTo(Support.NO);
        assertThat(features.physicalSectorBytes()).isZero();
        assertThat(features.zeroRange()).isEqualTo(Support.YES);
      } finally {
        failing.close();
      }
    }
  }

  /** Fails as a device does that has an error for a call, rather than not to know it. */
  private static final class FailingDescriptor extends Descriptor {

    FailingDescriptor(Descriptor sound) {
      super(sound);
    }

    @Override
    boolean onRange(long request, long offset, long length) throws DeviceException {
      if (request == LibC.BLKDISCARD) {
        throw new DeviceException("discard failed");
      }
      return super.onRange(request, offset, length);
    }

    @Override
    int number(long request) throws DeviceException {
      if (request == LibC.BLKPBSZGET) {
        throw new DeviceException("ioctl failed");
      }
      return super.number(request);
    }

    @Override
    Promptness readAtOnce(long offset, ByteBuffer target) throws DeviceException {
      throw new DeviceException("read without waiting failed");
    }
  }

  @Test
  void deviceWhoseDirectReadsMustBeLongerIsReadThroughTheCache() throws Exception {
    Path file = directory.resolve("behind");
    try (RawDevice behind = LinuxRawDevice.createFile(file, 8L << 20)) {
      behind.write(4096, filled(4096, (byte) 7));
    }
    try (ScratchDevices.Loop loop = ScratchDevices.loopOver(file, 16_384);
        RawDevice device = LinuxRawDevice.openReadOnly(loop.device())) {
      ByteBuffer read = AlignedBuffers.allocate(4096);

      device.readBack(4096, read);

      assertThat(read).isEqualTo(filled(4096, (byte) 7));
      assertThat(device.readBackPath()).isEqualTo("cached");
    }
  }

  private boolean isInMemory() throws Exception {
    return "tmpfs".equals(Files.getFileStore(directory).type());
  }

  @Test
  void deviceOpenForReadingIsNotWrittenTo() throws Exception {
    Path file = directory.resolve("device");
    LinuxRawDevice.createFile(file, SIZE).close();
    try (RawDevice device = LinuxRawDevice.openReadOnly(file)) {
      DeviceFeatures features = device.probe(SCRATCH_OFFSET, SCRATCH_BYTES);

      assertThat(features.punchHole()).isEqualTo(Support.UNTRIED);
      assertThat(features.zeroRange()).isEqualTo(Support.UNTRIED);
      assertThat(features.durableWrite()).isEqualTo(Support.UNTRIED);
      assertThat(features.overwriteInPlace()).isIn(Support.UNTRIED, Support.YES);
    }
    assertThat(DataRuns.of(file)).isEmpty();
  }

  @Test
  void loopDeviceIsABlockDeviceWithSectors() throws Exception {
    Path file = directory.resolve("behind");
    LinuxRawDevice.createFile(file, 8L << 20).close();
    try (ScratchDevices.Loop loop = ScratchDevices.loopOver(file);
        RawDevice device = LinuxRawDevice.open(loop.device())) {
      DeviceFeatures features = device.probe(SCRATCH_OFFSET, SCRATCH_BYTES);

      assertThat(features.kind()).isEqualTo("block device");
      assertThat(features.logicalSectorBytes()).isEqualTo(512);
      assertThat(features.directAlignmentBytes()).isBetween(512, 4096);
      assertThat(features.zeroRange()).isEqualTo(Support.YES);
      assertThat(features.overwriteInPlace()).isEqualTo(Support.YES);
      assertThat(device.sizeBytes()).isEqualTo(8L << 20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs", "btrfs"})
  void newFileIsOverwrittenInPlace(String fileSystem) throws Exception {
    try (var mount = ScratchDevices.mount(fileSystem, directory, FILE_SYSTEM_BYTES);
        RawDevice device = LinuxRawDevice.createFile(mount.directory().resolve("device"), SIZE)) {
      DeviceFeatures features = device.probe(SCRATCH_OFFSET, SCRATCH_BYTES);

      assertThat(features.fileSystem()).isEqualTo(fileSystem);
      assertThat(features.overwriteInPlace()).isEqualTo(Support.YES);
      assertThat(device.isShared(0, SIZE)).isFalse();
    }
  }

  @Test
  void fileThatItsFileSystemWritesElsewhereIsNotOverwrittenInPlace() throws Exception {
    try (var mount = ScratchDevices.mount("btrfs", directory, FILE_SYSTEM_BYTES)) {
      Path file = Files.write(mount.directory().resolve("device"), new byte[SIZE]);
      try (RawDevice device = LinuxRawDevice.open(file)) {
        assertThat(device.probe(SCRATCH_OFFSET, SCRATCH_BYTES).overwriteInPlace())
            .isEqualTo(Support.NO);
      }
    }
  }

  @Test
  void whatASnapshotHasTooIsShared() throws Exception {
    try (var mount = ScratchDevices.mount("btrfs", directory, FILE_SYSTEM_BYTES);
        RawDevice device = LinuxRawDevice.createFile(mount.directory().resolve("device"), SIZE)) {
      device.write(65_536, filled(65_536, (byte) 7));
      device.flush();

      ScratchDevices.require(
          "btrfs",
          "subvolume",
          "snapshot",
          mount.directory().toString(),
          mount.directory().resolve("snapshot").toString());

      assertThat(device.isShared(0, SIZE)).isTrue();
      assertThat(device.isShared(131_072, SIZE - 131_072)).isFalse();
    }
  }

  static ByteBuffer filled(int length, byte value) {
    ByteBuffer buffer = AlignedBuffers.allocate(length);
    for (int i = 0; i < length; i++) {
      buffer.put(i, value);
    }
    return buffer;
  }
}
