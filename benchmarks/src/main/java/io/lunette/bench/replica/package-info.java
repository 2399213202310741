/* SPDX-License-Identifier: Apache-2.0 */
/** How fast replicas are made, what they take, and whether one more costs what the first did. */
package io.lunette.bench.replica;
