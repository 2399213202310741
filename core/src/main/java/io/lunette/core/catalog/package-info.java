/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The catalog port: what must survive, in SQL, changed in transactions.
 *
 * <p>Start at {@link io.lunette.core.catalog.Catalog}. Each concept keeps its own statements in its
 * own package and runs them on a {@link io.lunette.core.catalog.Transaction}; the statements keep
 * to what SQLite and PostgreSQL both understand. What differs is in {@code catalog.jdbc}.
 */
package io.lunette.core.catalog;
