/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

/**
 * Something on which the catalog, the driver and the masking did not agree at start.
 *
 * @param subject the volume, replica, image or mapping in question
 * @param found what was found
 * @param done what was done about it, or what the operator has to do
 * @param resolved whether nothing is left to do
 */
public record Difference(String subject, String found, String done, boolean resolved) {}
