/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How classes are backed by the appliance: a {@link io.lunette.smis.provider.model.Kind} lists and
 * finds things and tells of them as instances, an {@link
 * io.lunette.smis.provider.model.Association} joins them, a {@link
 * io.lunette.smis.provider.model.MethodCall} changes them. What a request sees of the appliance is
 * its {@link io.lunette.smis.provider.model.Estate}.
 */
package io.lunette.smis.provider.model;
