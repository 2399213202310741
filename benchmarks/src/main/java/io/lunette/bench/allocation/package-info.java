/* SPDX-License-Identifier: Apache-2.0 */
/** Measures what allocating and listing cost in a catalog of a large data centre. */
package io.lunette.bench.allocation;
