/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

/**
 * How much XML one request may be; its bytes are bounded before it is read.
 *
 * @param depth elements in each other
 * @param elements elements in all
 * @param attributes of one element
 * @param nameLength of an element or attribute
 */
public record XmlLimits(int depth, int elements, int attributes, int nameLength) {

  /** Enough for any request of DSP0200. */
  public static final XmlLimits DEFAULT = new XmlLimits(48, 50_000, 16, 128);
}
