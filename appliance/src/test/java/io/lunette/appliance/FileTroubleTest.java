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
    DomainException trouble = FileTrouble.of(FILE, "be written", whatAFullDeviceSays());

    assertThat(trouble.kind()).isEqualTo(DomainException.Kind.NO_SPACE);
    assertThat(trouble)
        .hasMessage("file /exports/disk.raw could not be written: No space left on device");
  }

  @Test
  void anythingElseIsOfTheKindThatTheCallerSays() {
    assertThat(FileTrouble.of(FILE, "be read", new IOException("Input/output error")).kind())
        .isEqualTo(DomainException.Kind.IO);
    assertThat(
            FileTrouble.of(FILE, "be converted", "Image is corrupt", DomainException.Kind.INVALID)
                .kind())
        .isEqualTo(DomainException.Kind.INVALID);
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
