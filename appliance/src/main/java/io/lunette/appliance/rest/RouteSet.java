/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

/** The routes of one area. */
interface RouteSet {

  /** Adds them. */
  void addTo(Routes routes);
}
