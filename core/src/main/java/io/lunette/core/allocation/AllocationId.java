/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import java.util.Objects;
import java.util.UUID;

/** One time that a server got a replica. */
public record AllocationId(UUID value) {

  public AllocationId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
