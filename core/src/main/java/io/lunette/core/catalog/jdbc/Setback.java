/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

/** What a failure of the database means for the transaction that met it. */
enum Setback {
  /** The same again would fail again. */
  FINAL,
  /** Others were in the way; all was undone, and it may be tried again at once. */
  CONFLICT,
  /** The database cannot be reached at the moment; what was not committed is undone. */
  LOST
}
