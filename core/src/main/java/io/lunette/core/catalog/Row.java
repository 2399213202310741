/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog;

import io.lunette.core.DomainException;
import java.time.Instant;
import java.util.Optional;

/** The current row of a query; valid only while its reader runs. */
public interface Row {

  String text(String column) throws DomainException;

  Optional<String> optionalText(String column) throws DomainException;

  long number(String column) throws DomainException;

  int integer(String column) throws DomainException;

  boolean flag(String column) throws DomainException;

  Instant instant(String column) throws DomainException;

  Optional<Instant> optionalInstant(String column) throws DomainException;

  Optional<byte[]> bytes(String column) throws DomainException;

  /** The constant that a column names. */
  default <E extends Enum<E>> E constant(String column, Class<E> type) throws DomainException {
    return Enum.valueOf(type, text(column));
  }
}
