/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are cut; that others read the tables is shown by SplitImageIT. */
final class PartitionTableTest {

  private static final int SECTORS = 4096;

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void makeDisk() throws Exception {
    file = Files.write(directory.resolve("disk.raw"), new byte[SECTORS * 512]);
  }

  private void put(long offset, ByteBuffer bytes) throws Exception {
    try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
      disk.seek(offset);
      disk.write(bytes.array());
    }
  }

  private static ByteBuffer bytes(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void putMbr(int... entries) throws Exception {
    ByteBuffer boot = bytes(512);
    for (int i = 0; i < entries.length / 3; i++) {
      boot.put(446 + 16 * i + 4, (byte) entries[3 * i]);
      boot.putInt(446 + 16 * i + 8, entries[3 * i + 1]);
      boot.putInt(446 + 16 * i + 12, entries[3 * i + 2]);
    }
    boot.putShort(510, (short) 0xAA55);
    put(0, boot);
  }

  private static int crc(ByteBuffer bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes.array(), 0, length);
    return (int) crc.getValue();
  }

  /** A GPT whose partitions are given by their first and last sectors. */
  private void putGpt(long... partitions) throws Exception {
    putMbr(0xEE, 1, SECTORS - 1);
    ByteBuffer entries = bytes(128 * 128);
    for (int i = 0; i < partitions.length / 2; i++) {
      entries.putLong(128 * i, 0x1122334455667788L);
      entries.putLong(128 * i + 32, partitions[2 * i]);
      entries.putLong(128 * i + 40, partitions[2 * i + 1]);
    }
    put(1024, entries);
    ByteBuffer header = bytes(512);
    header.put(0, "EFI PART".getBytes(StandardCharsets.US_ASCII));
    header.putInt(8, 0x10000).putInt(12, 92);
    header.putLong(24, 1).putLong(32, SECTORS - 1).putLong(40, 34).putLong(48, SECTORS - 34);
    header.putLong(72, 2).putInt(80, 128).putInt(84, 128).putInt(88, crc(entries, 128 * 128));
    header.putInt(16, crc(header, 92));
    put(512, header);
  }

  private DiskSplit split(int partition) throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return PartitionTable.read(channel).split(partition);
    }
  }

  @Test
  void diskWithGptIsCutInFrontOfItsLastPartition() throws Exception {
    putGpt(40, 1023, 1024, 3000);

    DiskSplit split = split(2);

    assertThat(split.sharedBytes()).isEqualTo(1024 * 512);
    assertThat(split.sharedDiskBytes()).isEqualTo(1064 * 512);
    assertThat(split.writableOffset()).isEqualTo(1024 * 512);
    assertThat(split.writableBytes()).isEqualTo(1977 * 512);
    assertThat(split.patches())
        .extracting(DiskSplit.Patch::offset)
        .containsExactly(0L, 512L, 1024L, 1031L * 512, 1063L * 512);
  }

  @Test
  void whatIsLeftHasAWholeTableOfItsOwn() throws Exception {
    putGpt(40, 1023, 1024, 3000);
    for (DiskSplit.Patch patch : split(2).patches()) {
      put(patch.offset(), ByteBuffer.wrap(patch.bytes()));
    }

    assertThat(split(1).writableBytes()).isEqualTo(984 * 512);
    assertThatThrownBy(() -> split(2)).hasMessage("there is no partition 2");
  }

  @Test
  void diskWithMbrIsCutInFrontOfItsLastPartition() throws Exception {
    putMbr(0x83, 2048, 1024, 0x83, 3073, 500);

    DiskSplit split = split(2);

    assertThat(split.sharedBytes()).isEqualTo(3073 * 512);
    assertThat(split.sharedDiskBytes()).isEqualTo(3080 * 512);
    assertThat(split.writableBytes()).isEqualTo(500 * 512);
    assertThat(split.patches()).hasSize(1);
    assertThat(split.patches().get(0).offset()).isEqualTo(462);
  }

  @Test
  void onlyTheLastPartitionIsSplitOff() throws Exception {
    putGpt(40, 1023, 1024, 3000);
    assertThatThrownBy(() -> split(1))
        .hasMessage("partition 2 ends behind the start of partition 1");

    putMbr(0x83, 2048, 1024, 0x83, 3073, 500);
    assertThatThrownBy(() -> split(1))
        .hasMessage("partition 2 ends behind the start of partition 1");
  }

  @Test
  void partitionsThatAreNotThereAreNamed() throws Exception {
    putGpt(40, 1023);
    assertThatThrownBy(() -> split(129)).hasMessage("there is no partition 129");

    putMbr(0x83, 2048, 1024);
    assertThatThrownBy(() -> split(3)).hasMessage("there is no partition 3");
    assertThatThrownBy(() -> split(5)).hasMessageContaining("only 1 to 4 can be split off");
  }

  @Test
  void diskWithoutATableIsRefused() {
    assertThatThrownBy(() -> split(1)).hasMessage("it has no partition table");
  }

  @Test
  void everyFlippedBitOfAGptIsFound() throws Exception {
    putGpt(40, 1023, 1024, 3000);
    byte[] whole = Files.readAllBytes(file);
    for (int at = 512; at < 512 + 92; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      assertThatThrownBy(() -> split(2)).as("byte " + at).hasMessageContaining("damaged");
    }
    byte[] damaged = whole.clone();
    damaged[1024 + 128 + 40] ^= 1;
    Files.write(file, damaged);
    assertThatThrownBy(() -> split(2)).hasMessageContaining("list of partitions");
  }
}
