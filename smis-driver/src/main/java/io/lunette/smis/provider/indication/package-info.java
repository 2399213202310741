/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Indications (SMI-S profile Indication): what clients subscribe to, what happens, and how
 * listeners are told. Start at {@link io.lunette.smis.provider.indication.Indications}.
 */
package io.lunette.smis.provider.indication;
