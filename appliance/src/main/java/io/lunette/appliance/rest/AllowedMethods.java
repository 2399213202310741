/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.vertx.core.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which methods each path has, which the index tells and an answer 405 has to name (RFC 9110
 * §15.5.6). Filled while routes are added; from then on it is read by any thread.
 */
final class AllowedMethods {

  private final Map<String, SortedSet<String>> byPath = new LinkedHashMap<>();

  /** A path as routes have it, with {@code :name} for a segment that may be anything. */
  void add(HttpMethod method, String path) {
    byPath.computeIfAbsent(path, unused -> new TreeSet<>()).add(method.name());
  }

  /** Every path with its methods, in the order of the paths. */
  Map<String, SortedSet<String>> all() {
    return new TreeMap<>(byPath);
  }

  /** The methods of the path of a request, with commas between them; empty if it has none. */
  String of(String requested) {
    SortedSet<String> methods = new TreeSet<>();
    byPath.forEach(
        (path, each) -> {
          if (matches(path.split("/", -1), requested.split("/", -1))) {
            methods.addAll(each);
          }
        });
    return String.join(", ", methods);
  }

  private static boolean matches(String[] path, String[] requested) {
    if (path.length != requested.length) {
      return false;
    }
    for (int i = 0; i < path.length; i++) {
      if (!path[i].startsWith(":") && !path[i].equals(requested[i])) {
        return false;
      }
    }
    return true;
  }
}
