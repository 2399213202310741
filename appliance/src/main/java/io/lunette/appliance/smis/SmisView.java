/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.smis;

/**
 * Where SMI-S clients find the appliance, as the API gives it.
 *
 * @param http address, or null
 * @param https address, or null
 * @param certificate file that clients may trust, or null
 * @param sha256 its fingerprint, or null
 */
public record SmisView(String http, String https, String certificate, String sha256) {

  /** Nowhere. */
  public static final SmisView NONE = new SmisView(null, null, null, null);
}
