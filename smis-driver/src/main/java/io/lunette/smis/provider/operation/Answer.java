/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.xml.CimXmlWriter;

/**
 * The content of an IMETHODRESPONSE or METHODRESPONSE, ready to be written. All that could fail has
 * been done; instances are made one by one while they are written.
 */
@FunctionalInterface
public interface Answer {

  /** Nothing. */
  Answer EMPTY = writer -> {};

  void write(CimXmlWriter writer);

  /** An answer within IRETURNVALUE. */
  static Answer returning(Answer values) {
    return writer -> {
      writer.out().open("IRETURNVALUE");
      values.write(writer);
      writer.out().close();
    };
  }
}
