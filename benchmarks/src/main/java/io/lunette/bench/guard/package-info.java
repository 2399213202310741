/* SPDX-License-Identifier: Apache-2.0 */
/** Holds the ratios of today's runs against those of an earlier day. */
package io.lunette.bench.guard;
