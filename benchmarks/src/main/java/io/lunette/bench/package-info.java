/* SPDX-License-Identifier: Apache-2.0 */
/** Benchmarks and runs side by side with other software. */
package io.lunette.bench;
