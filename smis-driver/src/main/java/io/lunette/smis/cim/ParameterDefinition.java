/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

/**
 * A parameter of a method.
 *
 * @param name in the case of the standard
 * @param type of the value, or of each element
 * @param referenceClass what a reference refers to, or ""
 * @param array whether it is a list
 * @param in whether the caller may give it
 * @param out whether the method may give it back
 */
public record ParameterDefinition(
    String name, CimType type, String referenceClass, boolean array, boolean in, boolean out) {}
