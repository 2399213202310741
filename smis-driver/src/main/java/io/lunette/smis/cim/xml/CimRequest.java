/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.ObjectPath;
import java.util.Map;

/**
 * One request. Values are as in {@link RawInstance}; names of parameters are found in whatever
 * case.
 */
public sealed interface CimRequest {

  /** What the answer repeats. */
  String messageId();

  /** The namespace that it is about, without slashes at its ends. */
  String namespace();

  /** What the CIMMethod header must say. */
  String method();

  /** What it is asked with. */
  Map<String, Object> parameters();

  /**
   * An operation of DSP0200 §5.4.
   *
   * @param parameters besides texts, paths and lists, {@link RawInstance} and {@link NamedInstance}
   */
  record Intrinsic(
      String messageId, String namespace, String method, Map<String, Object> parameters)
      implements CimRequest {}

  /**
   * A method of a class.
   *
   * @param target the object, with its namespace; a path without keys is the class
   */
  record Extrinsic(
      String messageId, ObjectPath target, String method, Map<String, Object> parameters)
      implements CimRequest {

    @Override
    public String namespace() {
      return target.namespace();
    }
  }

  /** An instance with the path that it is to be found under. */
  record NamedInstance(ObjectPath path, RawInstance instance) {}
}
