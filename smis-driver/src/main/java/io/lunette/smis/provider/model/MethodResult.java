/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a method returns.
 *
 * @param code by the value map of the method
 * @param outputs by the name of the parameter; those without a value are left out
 */
public record MethodResult(long code, Map<String, Object> outputs) {

  /** Completed with no error. */
  public static final long OK = 0;

  public static final long NOT_SUPPORTED = 1;
  public static final long FAILED = 4;
  public static final long INVALID_PARAMETER = 5;
  public static final long IN_USE = 6;

  /** Method parameters checked, job started. */
  public static final long JOB_STARTED = 4096;

  public MethodResult {
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  public static MethodResult of(long code) {
    return new MethodResult(code, Map.of());
  }

  public static MethodResult ok() {
    return of(OK);
  }

  /** The same with one more output; null leaves it out. */
  public MethodResult with(String name, Object value) {
    if (value == null) {
      return this;
    }
    Map<String, Object> more = new LinkedHashMap<>(outputs);
    more.put(name, value);
    return new MethodResult(code, more);
  }
}
