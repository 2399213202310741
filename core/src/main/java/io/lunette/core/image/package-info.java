/* SPDX-License-Identifier: Apache-2.0 */
/** Master images and their import. Start at {@link io.lunette.core.image.Images}. */
package io.lunette.core.image;
