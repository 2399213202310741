/* SPDX-License-Identifier: Apache-2.0 */
/**
 * {@code lunette bench scale}: what replicas, tenants' data and capacity cost at growing sizes, a
 * model fitted to it, and what the model says of sizes that cannot be measured here. Start at
 * {@link io.lunette.bench.scale.ScaleCommand}.
 */
package io.lunette.bench.scale;
