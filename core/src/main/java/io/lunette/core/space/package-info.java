/* SPDX-License-Identifier: Apache-2.0 */
/** The space of the pool: figures, thresholds, and the events that crossing one raises. */
package io.lunette.core.space;
