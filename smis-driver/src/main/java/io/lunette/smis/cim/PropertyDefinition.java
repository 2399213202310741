/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.util.Map;

/**
 * A property as a class declares it.
 *
 * @param name in the case of the standard
 * @param type of the value, or of each element
 * @param referenceClass what a reference refers to, or "" for other types
 * @param array whether it is a list
 * @param key whether it is part of an instance's path
 * @param embedded whether its texts are instances
 * @param values what its values mean, by value; empty where that is not said
 * @param origin the class that declares it first
 */
public record PropertyDefinition(
    String name,
    CimType type,
    String referenceClass,
    boolean array,
    boolean key,
    boolean embedded,
    Map<String, String> values,
    String origin) {}
