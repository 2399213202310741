/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.Home;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.quickstart.TourException;
import io.lunette.core.DomainException;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import org.slf4j.LoggerFactory;

/** The one line that a failed command prints. */
final class Failures {

  private Failures() {}

  static String line(Exception failure) {
    if (failure instanceof CommandFailure
        || failure instanceof ApiException
        || failure instanceof ApplianceException
        || failure instanceof TourException
        || failure instanceof DomainException
        || failure instanceof VolumeException
        || failure instanceof BlockException) {
      return firstLine(failure.getMessage());
    }
    if (failure instanceof FileSystemException e) {
      return e.getFile() + ": " + Home.reason(e);
    }
    if (failure instanceof IOException e) {
      return firstLine(Home.reason(e));
    }
    LoggerFactory.getLogger(Failures.class).error("a command ended in a defect", failure);
    return "a defect in Lunette: " + firstLine(failure.toString());
  }

  private static String firstLine(String message) {
    return message == null ? "failed" : message.lines().findFirst().orElse("failed");
  }
}
