/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.pool.PoolTermsChange;
import io.lunette.core.pool.ScrubHours;
import io.lunette.core.volume.CloneKind;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The fields that change a pool's terms: {@code kind}, {@code maxSpace}, {@code forecast} with
 * {@code min} and {@code max}, {@code scrubDirty}, {@code scrubHours}, and the scrub method {@code
 * reformat}. The word {@code none} takes a term away.
 */
final class PoolTermsFields {

  static final String REFORMAT = "reformat";

  private static final String NONE = "none";

  private PoolTermsFields() {}

  static PoolTermsChange change(Call call) throws BadRequestException {
    return new PoolTermsChange(
        call.optional("kind", PoolTermsFields::kind),
        size(call, "maxSpace"),
        call.isText("forecast", NONE) ? OptionalDouble.of(0) : number(call, "forecast"),
        call.optionalInt("min"),
        call.optionalInt("max"),
        size(call, "scrubDirty"),
        call.optional(
            "scrubHours",
            text -> text.equals(NONE) ? Optional.empty() : Optional.of(ScrubHours.parse(text))),
        reformat(call));
  }

  /** A method that is said is this one or another. */
  private static Optional<Boolean> reformat(Call call) throws BadRequestException {
    return call.optional("scrubMethod", REFORMAT::equals);
  }

  private static OptionalDouble number(Call call, String field) throws BadRequestException {
    return call.optionalNumber(field).map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  private static Optional<OptionalLong> size(Call call, String field) throws BadRequestException {
    if (call.isText(field, NONE)) {
      return Optional.of(OptionalLong.empty());
    }
    OptionalLong size = call.optionalSize(field);
    return size.isPresent() ? Optional.of(size) : Optional.empty();
  }

  private static CloneKind kind(String text) {
    for (CloneKind kind : CloneKind.values()) {
      if (kind.name().equals(text.toUpperCase(Locale.ROOT))) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "no kind of replica '" + text + "': there are dependent, independent");
  }
}
