/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import java.util.function.Supplier;

/** How the appliance is. */
final class StatusRoutes implements RouteSet {

  private final Supplier<Object> status;

  StatusRoutes(Supplier<Object> status) {
    this.status = status;
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/status", call -> Reply.ok(status.get()));
  }
}
