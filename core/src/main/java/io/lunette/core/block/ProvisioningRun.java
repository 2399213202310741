/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/**
 * A run of bytes of one provisioning state.
 *
 * @param offsetBytes first byte
 * @param lengthBytes length, never zero
 * @param mapped whether the device holds space for it or for what shows through from below
 */
public record ProvisioningRun(long offsetBytes, long lengthBytes, boolean mapped) {}
