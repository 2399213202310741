/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

/** What a connection is for. */
enum Role {
  /** Looks at one consistent state. */
  READ,
  /** Changes what is kept. */
  WRITE,
  /** Brings the schema up to date, while nobody else does. */
  SCHEMA;

  boolean isReadOnly() {
    return this == READ;
  }
}
