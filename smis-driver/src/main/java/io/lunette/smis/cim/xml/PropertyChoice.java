/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which properties of an instance a client wants (DSP0200: PropertyList, IncludeClassOrigin). One
 * that it names and that is NULL is written as such. Immutable.
 */
public final class PropertyChoice {

  /** Whatever is set. */
  public static final PropertyChoice ALL = new PropertyChoice(null, false, false);

  private final Set<String> names;
  private final boolean origins;
  private final boolean nulls;

  private PropertyChoice(Set<String> names, boolean origins, boolean nulls) {
    this.names = names;
    this.origins = origins;
    this.nulls = nulls;
  }

  /**
   * A choice.
   *
   * @param names by name, in whatever case; null for all
   * @param origins whether each says which class declares it
   */
  public static PropertyChoice of(Collection<String> names, boolean origins) {
    if (names == null) {
      return new PropertyChoice(null, origins, false);
    }
    Set<String> folded = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    folded.addAll(names);
    return new PropertyChoice(folded, origins, true);
  }

  /** Those of {@code known} that are set, or that {@code wanted} names unless it is null. */
  public static PropertyChoice within(
      Collection<String> known, Collection<String> wanted, boolean origins) {
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    names.addAll(known);
    if (wanted != null) {
      Set<String> listed = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
      listed.addAll(wanted);
      names.retainAll(listed);
    }
    return new PropertyChoice(names, origins, wanted != null);
  }

  boolean includes(String name, boolean isSet) {
    return (isSet || nulls) && (names == null || names.contains(name));
  }

  boolean origins() {
    return origins;
  }
}
