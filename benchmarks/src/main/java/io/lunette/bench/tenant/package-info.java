/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a tenant notices of others' replicas being scrubbed. Start at {@link
 * io.lunette.bench.tenant.TenantBenchCommand}.
 */
package io.lunette.bench.tenant;
