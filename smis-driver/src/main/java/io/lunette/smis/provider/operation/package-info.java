/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The operations of DSP0200 §5.4 and extrinsic methods, on a {@link
 * io.lunette.smis.provider.model.Model}. Start at {@link
 * io.lunette.smis.provider.operation.Operations}; knows no HTTP.
 */
package io.lunette.smis.provider.operation;
