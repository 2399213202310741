/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Foreign arrays under one provisioning core: which are registered, which volume is on which, and
 * the driver and masking that send each call where its volume lives.
 *
 * <p>Start at {@link io.lunette.core.array.RoutingVolumeDriver}. A module that can drive arrays
 * implements {@link io.lunette.core.array.ArrayConnector}; what it must remember of a volume it
 * keeps in {@link io.lunette.core.array.ArrayVolumeLedger}.
 */
package io.lunette.core.array;
