/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The fields that say how to erase: {@code method}, {@code pattern} (two hexadecimal digits) and
 * {@code passes} of an overwrite, {@code verify} ({@code all}, {@code none} or a share as {@code
 * 12.5%}) and {@code seed} of that share. Without any: zero-fill, all of it verified.
 */
final class EraseFields {

  private static final int HEX = 16;

  private EraseFields() {}

  static EraseRequest request(Call call) throws BadRequestException {
    OptionalInt seed = call.optionalInt("seed");
    EraseSample sample =
        call.optional("verify", text -> sample(text, seed.orElse(0))).orElse(EraseSample.ALL);
    if (seed.isPresent() && (sample.isAll() || sample.isNone())) {
      throw new BadRequestException(
          "a seed chooses the share that is read back: say which share with verify, such as 10%");
    }
    return request(call, "method", "pattern", "passes", sample);
  }

  /**
   * How the replicas of a pool are to be erased: {@code scrubMethod}, {@code scrubPattern} and
   * {@code scrubPasses}; empty without any of them. A reformat is a zero-fill, and then more.
   */
  static Optional<EraseRequest> policy(Call call) throws BadRequestException {
    boolean isReformat = call.isText("scrubMethod", PoolTermsFields.REFORMAT);
    if (isReformat
        && (call.optionalText("scrubPattern").isPresent()
            || call.optionalInt("scrubPasses").isPresent())) {
      throw new BadRequestException(
          "a reformat has no passes and no pattern: say overwrite for those");
    }
    if (isReformat) {
      return Optional.of(EraseRequest.zeroFillVerified());
    }
    if (call.optional("scrubMethod", EraseFields::scrubMethod).isPresent()) {
      return Optional.of(
          request(call, "scrubMethod", "scrubPattern", "scrubPasses", EraseSample.ALL));
    }
    if (call.optionalText("scrubPattern").isPresent()
        || call.optionalInt("scrubPasses").isPresent()) {
      throw new BadRequestException("pattern and passes are a method's: say the scrub method too");
    }
    return Optional.empty();
  }

  private static EraseMethod scrubMethod(String text) {
    try {
      return EraseMethod.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + ", " + PoolTermsFields.REFORMAT, e);
    }
  }

  private static EraseRequest request(
      Call call, String methodField, String patternField, String passesField, EraseSample sample)
      throws BadRequestException {
    EraseMethod method =
        call.optional(methodField, EraseMethod::parse).orElse(EraseMethod.ZERO_FILL);
    ErasePasses usual = new EraseRequest(method, true).passes();
    Optional<Integer> pattern = call.optional(patternField, EraseFields::pattern);
    OptionalInt count = call.optionalInt(passesField);
    if (method != EraseMethod.OVERWRITE && (pattern.isPresent() || count.isPresent())) {
      throw new BadRequestException(method.label() + " knows no passes of a pattern");
    }
    try {
      ErasePasses passes =
          new ErasePasses(pattern.orElse(usual.pattern()), count.orElse(usual.count()));
      return new EraseRequest(method, passes, sample);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(e.getMessage());
    }
  }

  private static int pattern(String text) {
    if (!text.matches("[0-9a-fA-F]{2}")) {
      throw new IllegalArgumentException("pattern '" + text + "' is not two hexadecimal digits");
    }
    return Integer.parseInt(text, HEX);
  }

  private static EraseSample sample(String text, long seed) {
    switch (text) {
      case "all":
        return EraseSample.ALL;
      case "none":
        return EraseSample.NONE;
      default:
        if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,4})?%")) {
          throw new IllegalArgumentException(
              "verify '" + text + "' is not all, none or a share such as 10%");
        }
        return EraseSample.ofPercent(Double.parseDouble(text.replace("%", "")), seed);
    }
  }
}
