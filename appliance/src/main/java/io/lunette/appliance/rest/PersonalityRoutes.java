/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.image.ImageName;
import io.lunette.core.personality.Personalities;
import io.lunette.core.personality.PersonalityTemplate;
import io.lunette.core.server.ServerName;
import java.util.Map;

/** What servers are told of themselves: templates of images, facts of servers. */
final class PersonalityRoutes implements RouteSet {

  private final Personalities personalities;

  PersonalityRoutes(Personalities personalities) {
    this.personalities = personalities;
  }

  /** The templates of an image as callers see them. */
  record View(String image, String userData, String networkConfig, String metaData) {

    static View of(ImageName image, PersonalityTemplate template) {
      return new View(
          image.value(),
          template.userData(),
          template.networkConfig().orElse(null),
          template.metaData().orElse(null));
    }
  }

  /** What is said of a server. */
  record Meta(String server, Map<String, String> meta) {}

  @Override
  public void addTo(Routes routes) {
    routes.get("/images/:name/personality", this::get);
    routes.put("/images/:name/personality", this::set);
    routes.delete("/images/:name/personality", this::remove);
    routes.get("/servers/:name/meta", this::meta);
    routes.put("/servers/:name/meta", this::describe);
  }

  private Reply get(Call call) throws DomainException {
    ImageName image = image(call);
    return Reply.ok(
        View.of(
            image,
            personalities
                .template(image)
                .orElseThrow(
                    () ->
                        new DomainException(
                            DomainException.Kind.NOT_FOUND,
                            "image '"
                                + image
                                + "' has no personality; 'image set "
                                + image
                                + " --personality FILE' gives it one"))));
  }

  private Reply set(Call call) throws BadRequestException, DomainException {
    ImageName image = image(call);
    PersonalityTemplate template =
        new PersonalityTemplate(
            call.text("userData"),
            call.optionalText("networkConfig"),
            call.optionalText("metaData"));
    personalities.set(call.actor(), image, template);
    return Reply.ok(View.of(image, template));
  }

  private Reply remove(Call call) throws DomainException {
    personalities.remove(call.actor(), image(call));
    return Reply.nothing();
  }

  private Reply meta(Call call) throws DomainException {
    ServerName server = new ServerName(call.path("name"));
    return Reply.ok(new Meta(server.value(), personalities.meta(server)));
  }

  private Reply describe(Call call) throws BadRequestException, DomainException {
    ServerName server = new ServerName(call.path("name"));
    return Reply.ok(
        new Meta(server.value(), personalities.describe(call.actor(), server, call.texts("meta"))));
  }

  private static ImageName image(Call call) {
    return new ImageName(call.path("name"));
  }
}
