/* SPDX-License-Identifier: Apache-2.0 */
/**
 * New versions of images on their way to servers: at their next boot, or when somebody says so.
 * Start at {@link io.lunette.core.rollout.Rollouts}.
 */
package io.lunette.core.rollout;
