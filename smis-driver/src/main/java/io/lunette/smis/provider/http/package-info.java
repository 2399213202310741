/* SPDX-License-Identifier: Apache-2.0 */
/**
 * CIM-XML over HTTP (DSP0200 §7) on Vert.x: bounds, authentication, headers, streamed answers.
 * Start at {@link io.lunette.smis.provider.http.CimXmlServer}.
 */
package io.lunette.smis.provider.http;
