/* SPDX-License-Identifier: Apache-2.0 */
/**
 * CIM-XML (DSP0201, DSP0203): requests are read within bounds into a small tree and then into
 * {@link io.lunette.smis.cim.xml.CimRequest}; answers are written as they come, an instance at a
 * time. Neither DTDs nor entities are ever followed.
 */
package io.lunette.smis.cim.xml;
