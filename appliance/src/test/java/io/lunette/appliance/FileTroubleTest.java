/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileTroubleTest {

  private static final Path FILE = Path.of("/exports/disk.raw");

  @Test
  void wantOfSpaceIsToldApartAndTheFileIsNamed() {
    IOException full = whatAFullDeviceSays();
    DomainException trouble = FileTrouble.of(FILE, "be written", full);

    assertThat(trouble.kind()).isEqualTo(DomainException.Kind.NO_SPACE);
    assertThat(trouble)
        .hasMessage("file /exports/disk.raw could not be written: " + full.getMessage());
  }

  @Test
  void anythingElseIsOfTheKindThatTheCallerSays() {
    assertThat(FileTrouble.of(FILE, "be read", new IOException("Input/output error")).kind())
        .isEqualTo(DomainException.Kind.IO);
    assertThat(kindOf("Image is corrupt")).isEqualTo(DomainException.Kind.INVALID);
  }

  @Test
  void anotherProgramIsKnownByItsWords() {
    assertThat(kindOf("error while writing: No space left on device"))
        .isEqualTo(DomainException.Kind.NO_SPACE);
    assertThat(kindOf("error while writing: Disk quota exceeded"))
        .isEqualTo(DomainException.Kind.NO_SPACE);
  }

  private static DomainException.Kind kindOf(String output) {
    return FileTrouble.of(FILE, "be converted", output, DomainException.Kind.INVALID).kind();
  }

  private static IOException whatAFullDeviceSays() {
    try (OutputStream full = new FileOutputStream("/dev/full")) {
      full.write(1);
      throw new AssertionError("/dev/full took a byte");
    } catch (IOException e) {
      return e;
    }
  }
}
