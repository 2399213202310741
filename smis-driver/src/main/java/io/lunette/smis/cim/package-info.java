/* SPDX-License-Identifier: Apache-2.0 */
/**
 * CIM as values: types, object paths, instances, and the classes that they are of (DSP0004). Start
 * at {@link io.lunette.smis.cim.Schema}; knows neither XML nor HTTP.
 */
package io.lunette.smis.cim;
