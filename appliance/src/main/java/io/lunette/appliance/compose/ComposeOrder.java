/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageName;
import io.lunette.core.tenant.TenantName;
import java.util.Optional;

/**
 * What to compose.
 *
 * @param actor who asks
 * @param name what the image is called
 * @param tenant the only tenant that may use it, or empty for any
 * @param recipe how
 * @param publish whether it becomes the current version
 */
public record ComposeOrder(
    Actor actor, ImageName name, Optional<TenantName> tenant, Recipe recipe, boolean publish) {}
