/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

/**
 * A cost at a size.
 *
 * @param x size
 * @param y cost, above 0
 */
record Point(double x, double y) {}
