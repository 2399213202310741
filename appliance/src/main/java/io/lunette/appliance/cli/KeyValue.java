/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code KEY=VALUE} on the command line; the value may be empty. */
record KeyValue(String key, String value) {

  static KeyValue parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("'" + text + "' is not KEY=VALUE");
    }
    return new KeyValue(text.substring(0, equals), text.substring(equals + 1));
  }

  /** Many, by key; later ones win. */
  static Map<String, String> all(List<KeyValue> pairs) {
    Map<String, String> all = new LinkedHashMap<>();
    pairs.forEach(pair -> all.put(pair.key(), pair.value()));
    return all;
  }
}
