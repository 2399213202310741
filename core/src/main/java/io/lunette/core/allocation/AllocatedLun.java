/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.volume.LunMapping;

/**
 * A logical unit of an allocation.
 *
 * @param role what it is to the server
 * @param mapping where the server finds it
 */
public record AllocatedLun(LunRole role, LunMapping mapping) {}
