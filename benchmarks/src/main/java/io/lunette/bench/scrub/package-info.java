/* SPDX-License-Identifier: Apache-2.0 */
/** How fast what a tenant wrote is scrubbed, beside dd of zeroes on the same file system. */
package io.lunette.bench.scrub;
