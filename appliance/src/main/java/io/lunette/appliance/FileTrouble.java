/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.file.Path;

/** Says which file could not be used, and whether for want of space. Stateless. */
final class FileTrouble {

  /** What Linux says for ENOSPC; Java has no type for it. */
  private static final String NO_SPACE = "No space left on device";

  private FileTrouble() {}

  /** Whether that says that a file system is full. */
  static boolean isNoSpace(String reason) {
    return reason.contains(NO_SPACE);
  }

  /** NO_SPACE or IO, with the file's name. */
  static DomainException of(Path file, String what, IOException cause) {
    String reason = Home.reason(cause);
    return new DomainException(
        isNoSpace(reason) ? DomainException.Kind.NO_SPACE : DomainException.Kind.IO,
        "file " + file + " could not " + what + ": " + reason,
        cause);
  }

  /** The same of what another program said; of another kind where it was not for want of space. */
  static DomainException of(Path file, String what, String output, DomainException.Kind otherwise) {
    return new DomainException(
        isNoSpace(output) ? DomainException.Kind.NO_SPACE : otherwise,
        "file " + file + " could not " + what + ": " + output);
  }
}
