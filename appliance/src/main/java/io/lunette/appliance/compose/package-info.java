/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the steps of a recipe do to an ext4 file system: with the programs of e2fsprogs on a copy of
 * it, without mounting anything.
 *
 * <p>Start at {@link io.lunette.appliance.compose.ImageComposer}.
 */
package io.lunette.appliance.compose;
