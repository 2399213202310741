/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Groups of servers, one for each tenant's use of an image, and the balancer that moves servers
 * between them by measured load. Start at {@link io.lunette.core.balance.BalanceEngine}, which
 * decides and does nothing, and {@link io.lunette.core.balance.Balancer}, which does it.
 */
package io.lunette.core.balance;
