/* SPDX-License-Identifier: Apache-2.0 */
/** Who may use SMI-S: accounts in the catalog, with hashed passwords and a role. */
package io.lunette.smis.provider.account;
