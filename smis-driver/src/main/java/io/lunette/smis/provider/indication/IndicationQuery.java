/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.CimType;
import io.lunette.smis.cim.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A filter's query: the part of CQL (DSP0202) and of WQL that filters of SMI-S are written in.
 * {@code SELECT ... FROM class [WHERE condition AND condition...]}, where a condition is {@code
 * SourceInstance ISA class}, a property compared with a literal, or a property of SourceInstance
 * compared with the same of PreviousInstance. Immutable.
 *
 * @param indicationClass what is selected from
 * @param conditions all of which must hold
 */
record IndicationQuery(String indicationClass, List<Condition> conditions) {

  private static final Set<String> LANGUAGES = Set.of("DMTF:CQL", "WQL", "CQL");
  private static final int LENGTH_MAX = 2000;

  private static final Pattern QUERY =
      Pattern.compile(
          "\\s*SELECT\\s+[^;]*?\\s+FROM\\s+(\\w+)(?:\\s+WHERE\\s+(.+?))?\\s*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern AND = Pattern.compile("\\s+AND\\s+", Pattern.CASE_INSENSITIVE);
  private static final Pattern ISA =
      Pattern.compile("SourceInstance\\s+ISA\\s+['\"]?(\\w+)['\"]?", Pattern.CASE_INSENSITIVE);
  private static final String PROPERTY = "(?:\\w+::)?(\\w+)(?:\\[\\s*\\*?\\s*\\])?";
  private static final Pattern LITERAL =
      Pattern.compile(
          "(?:ANY\\s+)?SourceInstance\\." + PROPERTY + "\\s*(=|<>)\\s*['\"]?([^'\"]*?)['\"]?",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern CHANGED =
      Pattern.compile(
          "SourceInstance\\." + PROPERTY + "\\s*<>\\s*PreviousInstance\\." + PROPERTY,
          Pattern.CASE_INSENSITIVE);

  /** One condition. */
  @FunctionalInterface
  interface Condition {
    boolean holds(Schema schema, LifecycleEvent event);
  }

  /**
   * Reads a query.
   *
   * @throws CimException QUERY_LANGUAGE_NOT_SUPPORTED, INVALID_QUERY
   */
  static IndicationQuery parse(String language, String query) {
    if (!LANGUAGES.contains(language)) {
      throw new CimException(
          CimStatus.QUERY_LANGUAGE_NOT_SUPPORTED, "write the query in DMTF:CQL or WQL");
    }
    Matcher whole = QUERY.matcher(query);
    if (query.length() > LENGTH_MAX || !whole.matches()) {
      throw invalid(query);
    }
    List<Condition> conditions = new ArrayList<>();
    if (whole.group(2) != null) {
      for (String each : AND.split(whole.group(2))) {
        conditions.add(condition(each.strip()));
      }
    }
    return new IndicationQuery(whole.group(1), List.copyOf(conditions));
  }

  private static Condition condition(String text) {
    Matcher isa = ISA.matcher(text);
    if (isa.matches()) {
      String wanted = isa.group(1);
      return (schema, event) -> schema.isA(event.source().className(), wanted);
    }
    Matcher changed = CHANGED.matcher(text);
    if (changed.matches() && changed.group(1).equalsIgnoreCase(changed.group(2))) {
      String property = changed.group(1);
      return (schema, event) ->
          event
              .previous()
              .filter(before -> !Objects.equals(before.get(property), event.source().get(property)))
              .isPresent();
    }
    Matcher literal = LITERAL.matcher(text);
    if (literal.matches()) {
      String property = literal.group(1);
      boolean equal = literal.group(2).equals("=");
      String value = literal.group(3).strip();
      return (schema, event) -> has(event.source(), property, value) == equal;
    }
    throw invalid(text);
  }

  private static boolean has(CimInstance instance, String property, String value) {
    Object there = instance.get(property);
    if (there instanceof List<?> list) {
      return list.stream().anyMatch(each -> CimType.format(each).equalsIgnoreCase(value));
    }
    return there != null && CimType.format(there).equalsIgnoreCase(value);
  }

  private static CimException invalid(String query) {
    return new CimException(
        CimStatus.INVALID_QUERY,
        "not understood: '"
            + query.substring(0, Math.min(query.length(), 200))
            + "'; say SELECT * FROM CIM_InstCreation WHERE SourceInstance ISA CIM_StorageVolume");
  }

  /** Whether an event is what the filter waits for. */
  boolean matches(Schema schema, LifecycleEvent event) {
    return schema.isA(event.kind().indicationClass(), indicationClass)
        && conditions.stream().allMatch(each -> each.holds(schema, event));
  }
}
