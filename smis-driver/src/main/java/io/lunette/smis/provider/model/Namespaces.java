/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The namespaces: one for interoperation, under the names that clients try, and our own. */
public final class Namespaces {

  /** Profiles, the server itself and subscriptions. */
  public static final String INTEROP = "interop";

  /** All the rest. */
  public static final String ARRAY = "root/lunette";

  /** What a client is told that there is. */
  public static final List<String> ALL = List.of(INTEROP, ARRAY);

  private static final Set<String> INTEROP_NAMES =
      Set.of(INTEROP, "root/interop", "root/pg_interop");

  private Namespaces() {}

  /**
   * Which of {@link #ALL} a client means.
   *
   * @throws CimException INVALID_NAMESPACE
   */
  public static String canonical(String name) {
    String folded = name.toLowerCase(Locale.ROOT);
    if (INTEROP_NAMES.contains(folded)) {
      return INTEROP;
    }
    if (folded.equals(ARRAY)) {
      return ARRAY;
    }
    throw new CimException(
        CimStatus.INVALID_NAMESPACE,
        "no namespace '" + name + "'; there are " + String.join(" and ", ALL));
  }
}
