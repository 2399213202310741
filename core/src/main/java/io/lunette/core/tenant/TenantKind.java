/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

/** What a tenant is; both are treated alike. */
public enum TenantKind {
  CUSTOMER,
  APPLICATION
}
