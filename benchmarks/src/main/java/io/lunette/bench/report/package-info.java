/* SPDX-License-Identifier: Apache-2.0 */
/** How results are shown and kept. */
package io.lunette.bench.report;
