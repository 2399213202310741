/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Synchronous I/O on what a pool lies on: files and block devices, with errors that say what
 * failed.
 *
 * <p>Start at {@link io.lunette.blockio.RawDevice}, the one narrow interface through which the
 * engine does all its I/O, so that a simulated device can stand in its place.
 */
package io.lunette.blockio;
