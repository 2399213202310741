/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.blockio.WantOfSpace;
import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Says which file could not be used, and whether for want of space. Stateless. */
final class FileTrouble {

  /** What other programs say of ENOSPC and EDQUOT, where they are run with LC_ALL=C. */
  private static final List<String> NO_SPACE =
      List.of("No space left on device", "Disk quota exceeded");

  private FileTrouble() {}

  /** Whether another program says that a file system is full. */
  static boolean isNoSpace(String output) {
    return NO_SPACE.stream().anyMatch(output::contains);
  }

  /** NO_SPACE or IO, with the file's name. */
  static DomainException of(Path file, String what, IOException cause) {
    return new DomainException(
        WantOfSpace.isSaidBy(cause) ? DomainException.Kind.NO_SPACE : DomainException.Kind.IO,
        "file " + file + " could not " + what + ": " + Home.reason(cause),
        cause);
  }

  /** The same of what another program said; of another kind where it was not for want of space. */
  static DomainException of(Path file, String what, String output, DomainException.Kind otherwise) {
    return new DomainException(
        isNoSpace(output) ? DomainException.Kind.NO_SPACE : otherwise,
        "file " + file + " could not " + what + ": " + output);
  }
}
