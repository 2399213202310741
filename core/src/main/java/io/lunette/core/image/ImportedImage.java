/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

/**
 * What an import came to.
 *
 * @param image the version that holds what was imported
 * @param unchanged whether the current version held it before: nothing was made then
 */
public record ImportedImage(Image image, boolean unchanged) {}
