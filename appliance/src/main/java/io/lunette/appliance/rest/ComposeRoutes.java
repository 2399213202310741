/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.compose.ComposeOrder;
import io.lunette.appliance.compose.ImageComposer;
import io.lunette.appliance.compose.Recipe;
import io.lunette.core.DomainException;
import io.lunette.core.image.ImageName;
import io.lunette.core.tenant.TenantName;

/** Images composed by recipes. */
final class ComposeRoutes implements RouteSet {

  private final ImageComposer composer;
  private final JobRegistry jobs;

  ComposeRoutes(ImageComposer composer, JobRegistry jobs) {
    this.composer = composer;
    this.jobs = jobs;
  }

  @Override
  public void addTo(Routes routes) {
    routes.post("/images/:name/compose", this::compose);
    routes.post("/images/:name/rebuild", this::rebuild);
  }

  private Reply compose(Call call) throws BadRequestException, DomainException {
    ImageName name = new ImageName(call.path("name"));
    ComposeOrder order =
        new ComposeOrder(
            call.actor(),
            name,
            call.optional("tenant", TenantName::new),
            Recipe.read(call.object("recipe")),
            !call.flag("stage"));
    return Reply.accepted(
        jobs.add("image-compose", name.value(), composer.start(order), ImageRoutes.Imported::of));
  }

  private Reply rebuild(Call call) throws BadRequestException, DomainException {
    ImageName name = new ImageName(call.path("name"));
    return Reply.accepted(
        jobs.add(
            "image-rebuild",
            name.value(),
            composer.rebuild(call.actor(), name, !call.flag("stage")),
            ImageRoutes.Imported::of));
  }
}
