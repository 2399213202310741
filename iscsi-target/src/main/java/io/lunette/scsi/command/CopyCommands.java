/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.device.CommandDescriptor;
import java.util.List;

/** Third-party copy. */
final class CopyCommands {

  private CopyCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of();
  }
}
