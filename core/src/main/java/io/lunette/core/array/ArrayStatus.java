/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import java.util.Optional;

/**
 * A registered array and how it is.
 *
 * @param array as it was registered
 * @param volumes how many volumes Lunette keeps on it
 * @param description what it says of itself; empty if it does not answer
 * @param trouble why it does not
 */
public record ArrayStatus(
    StorageArray array,
    int volumes,
    Optional<ArrayDescription> description,
    Optional<String> trouble) {}
