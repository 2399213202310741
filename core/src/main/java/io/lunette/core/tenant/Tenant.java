/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import java.time.Instant;

/** Somebody or something that servers and images belong to, and what it may have at most. */
public record Tenant(TenantName name, TenantKind kind, TenantQuota quota, Instant created) {}
