/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import java.time.Instant;

/** Somebody or something that servers and images belong to. */
public record Tenant(TenantName name, TenantKind kind, Instant created) {}
