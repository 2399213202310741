/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.image.ImageName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lunette image personality}. */
@Command(description = "Show the templates of an image's config volumes.")
final class ImagePersonalityCommand extends ApiCommand {

  @Parameters(paramLabel = "NAME", description = "The image.")
  private ImageName image;

  ImagePersonalityCommand(Session session) {
    super(session);
  }

  @Override
  void run(ApiClient api) throws ApiException, CommandFailure {
    session().print(api.get("/images/" + image + "/personality"), new Details());
  }
}
