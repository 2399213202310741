/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.volume.VolumeName;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** What a replica is called, for instance {@code web-17}; given by Lunette and never used again. */
public record ReplicaName(String value) implements Comparable<ReplicaName> {

  /** What the names of replicas' volumes begin with. */
  public static final String VOLUME_PREFIX = "replica-";

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

  public ReplicaName {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + value + "' is not a replica name");
    }
  }

  /** The name, if the text is one. */
  public static Optional<ReplicaName> parse(String text) {
    return LEGAL.matcher(text).matches() ? Optional.of(new ReplicaName(text)) : Optional.empty();
  }

  /** The number at the end, which no other replica of the catalog has. */
  public OptionalLong number() {
    String digits = value.substring(value.lastIndexOf('-') + 1);
    return DIGITS.matcher(digits).matches()
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty();
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
