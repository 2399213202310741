/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.account;

import java.time.Instant;

/** An account as it may be shown. */
public record Account(AccountName name, Role role, Instant created) {}
