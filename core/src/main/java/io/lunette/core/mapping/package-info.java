/* SPDX-License-Identifier: Apache-2.0 */
/** Volumes that an operator maps to servers beside their replicas. */
package io.lunette.core.mapping;
