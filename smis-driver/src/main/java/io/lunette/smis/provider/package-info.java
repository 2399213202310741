/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Lunette as an SMI-S array. A request comes in by {@code http}, is carried out by {@code
 * operation} on the {@code model}, whose classes and associations the packages {@code profile} and
 * {@code indication} declare, a small place for each. Start at {@link
 * io.lunette.smis.provider.SmisProvider}; the appliance alone makes one.
 */
package io.lunette.smis.provider;
