/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The layout byte by byte; that others read it is shown by PersonalityIT. */
final class FatVolumeTest {

  private static final int ROOT = 13 * 512;
  private static final int DATA = 17 * 512;

  private static ByteBuffer volume(Map<String, byte[]> files) {
    return FatVolume.of("cidata", 0x12345678, files);
  }

  private static String ascii(ByteBuffer volume, int offset, int length) {
    byte[] bytes = new byte[length];
    volume.get(offset, bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String hex(ByteBuffer volume, int offset, int length) {
    byte[] bytes = new byte[length];
    volume.get(offset, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void bootSectorDescribesTheVolume() {
    ByteBuffer volume = volume(Map.of());

    assertThat(hex(volume, 11, 13)).isEqualTo("00020101000240000008f80600");
    assertThat(hex(volume, 39, 4)).isEqualTo("78563412");
    assertThat(ascii(volume, 43, 19)).isEqualTo("cidata     FAT12   ");
    assertThat(hex(volume, 510, 2)).isEqualTo("55aa");
    assertThat(ascii(volume, ROOT, 11)).isEqualTo("cidata     ");
    assertThat(volume.get(ROOT + 11)).isEqualTo((byte) 8);
  }

  @Test
  void filesHaveLongNamesAndChainsOfClusters() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("meta-data", "m".repeat(513).getBytes(StandardCharsets.US_ASCII));
    files.put("user-data", "u".getBytes(StandardCharsets.US_ASCII));

    ByteBuffer volume = volume(files);

    assertThat(hex(volume, 512, 9)).isEqualTo("f8ffff03f0ffff0f00");
    assertThat(hex(volume, 7 * 512, 9)).isEqualTo(hex(volume, 512, 9));
    assertThat(hex(volume, ROOT + 32, 11)).isEqualTo("416d006500740061002d00");
    assertThat(ascii(volume, ROOT + 64, 11)).isEqualTo("META-D~1   ");
    assertThat(hex(volume, ROOT + 64 + 26, 6)).isEqualTo("020001020000");
    assertThat(ascii(volume, ROOT + 128, 11)).isEqualTo("USER-D~3   ");
    assertThat(hex(volume, ROOT + 128 + 26, 6)).isEqualTo("040001000000");
    assertThat(ascii(volume, DATA, 513)).isEqualTo("m".repeat(513));
    assertThat(ascii(volume, DATA + 1024, 2)).isEqualTo("u\0");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> volume(Map.of("user-data", new byte[FatVolume.VOLUME_BYTES])));
  }
}
