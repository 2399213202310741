/* SPDX-License-Identifier: Apache-2.0 */
/** Micro-benchmarks, run by {@code lunette bench jmh}. */
package io.lunette.bench.jmh;
