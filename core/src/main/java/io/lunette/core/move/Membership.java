/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import io.lunette.core.image.ImageName;
import io.lunette.core.tenant.TenantName;

/** Whose server one is, and what it runs. */
public record Membership(TenantName tenant, ImageName image) {

  @Override
  public String toString() {
    return tenant + "/" + image;
  }
}
