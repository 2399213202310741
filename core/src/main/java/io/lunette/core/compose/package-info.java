/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Images that are composed of a base and steps on it. Every step's result is a layer, a sealed
 * volume that is kept by what it was made of, so that an identical step is not done twice.
 *
 * <p>Start at {@link io.lunette.core.compose.Compositions}. What a step does to a file system is
 * not known here: it comes as a {@link io.lunette.core.compose.LayerWriter}.
 */
package io.lunette.core.compose;
