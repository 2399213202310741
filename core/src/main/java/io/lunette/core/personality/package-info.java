/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What makes a server itself, without changing the image: a small config volume in the NoCloud form
 * of cloud-init for each allocation, made from templates of the image and facts of the server.
 *
 * <p>Start at {@link io.lunette.core.personality.Personalities}. {@code TextTemplate} is the
 * language, {@code NoCloudFiles} what it makes, {@code FatVolume} how that is laid on a volume.
 */
package io.lunette.core.personality;
