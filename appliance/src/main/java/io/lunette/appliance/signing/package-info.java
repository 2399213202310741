/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Ed25519 with Bouncy Castle, and the files in which an appliance keeps its keys. Start at {@link
 * io.lunette.appliance.signing.KeyFiles}.
 */
package io.lunette.appliance.signing;
