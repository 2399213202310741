/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.volume.VolumeName;
import java.util.Objects;
import java.util.regex.Pattern;

/** What a replica is called, for instance {@code web-17}; given by Lunette and never used again. */
public record ReplicaName(String value) implements Comparable<ReplicaName> {

  /** What the names of replicas' volumes begin with. */
  public static final String VOLUME_PREFIX = "replica-";

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  public ReplicaName {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + value + "' is not a replica name");
    }
  }

  /** The volume that is this replica. */
  public VolumeName volume() {
    return new VolumeName(VOLUME_PREFIX + value);
  }

  @Override
  public int compareTo(ReplicaName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
