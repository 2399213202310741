/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The volume port: what Lunette asks of anything that keeps volumes, and what it gets back.
 *
 * <p>Start at {@link io.lunette.core.volume.VolumeDriver}. {@link
 * io.lunette.core.volume.LunMasking} is the other half: who may see a volume. An array does both;
 * the native engine keeps volumes and the iSCSI target masks them, so they are two ports.
 */
package io.lunette.core.volume;
