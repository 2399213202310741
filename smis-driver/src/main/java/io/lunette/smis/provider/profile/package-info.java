/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The SMI-S profiles that work: each a class that declares its classes, associations and methods on
 * the model. Start at {@link io.lunette.smis.provider.profile.Profiles}.
 */
package io.lunette.smis.provider.profile;
