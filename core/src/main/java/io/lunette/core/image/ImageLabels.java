/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an operator says of an image, for instance {@code os=debian}. At most 64 labels; a key is 1
 * to 63 letters, digits, '.', '_', '/', '-', a value up to 255 characters without control
 * characters.
 */
public record ImageLabels(SortedMap<String, String> values) {

  /** No labels. */
  public static final ImageLabels NONE = new ImageLabels(new TreeMap<>());

  private static final int COUNT_MAX = 64;
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");
  private static final Pattern VALUE = Pattern.compile("\\P{Cntrl}{0,255}");

  public ImageLabels {
    if (values.size() > COUNT_MAX) {
      throw new IllegalArgumentException("an image has at most " + COUNT_MAX + " labels");
    }
    values.forEach(ImageLabels::check);
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** Labels by key. */
  public static ImageLabels of(Map<String, String> values) {
    return new ImageLabels(new TreeMap<>(values));
  }

  /** Reads one label, {@code KEY=VALUE}. */
  public static ImageLabels parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("'" + text + "' is no label: use KEY=VALUE");
    }
    return of(Map.of(text.substring(0, equals), text.substring(equals + 1)));
  }

  private static void check(String key, String value) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "'" + key + "' is not the key of a label: use letters, digits, '.', '_', '/', '-'");
    }
    if (!VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "the value of label '" + key + "' is too long or has control characters");
    }
  }

  /** These and {@code others}, which win where both have a key; an empty value takes a key away. */
  public ImageLabels with(ImageLabels others) {
    TreeMap<String, String> all = new TreeMap<>(values);
    all.putAll(others.values);
    all.values().removeIf(String::isEmpty);
    return new ImageLabels(all);
  }

  /** Whether all of {@code wanted} are among these, with the same values. */
  public boolean contain(ImageLabels wanted) {
    return values.entrySet().containsAll(wanted.values.entrySet());
  }

  /** As the catalog keeps them: a line {@code key=value} for each. */
  String text() {
    return values.entrySet().stream()
        .map(label -> label.getKey() + "=" + label.getValue())
        .collect(Collectors.joining("\n"));
  }

  static ImageLabels ofText(String text) {
    TreeMap<String, String> values = new TreeMap<>();
    text.lines()
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              values.put(line.substring(0, equals), line.substring(equals + 1));
            });
    return new ImageLabels(values);
  }
}
