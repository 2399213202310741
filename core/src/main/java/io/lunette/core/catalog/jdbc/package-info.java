/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The catalog through JDBC. {@link io.lunette.core.catalog.jdbc.JdbcCatalog} opens it; {@code
 * Dialect} holds all that differs between SQLite and PostgreSQL; the numbered SQL resources beside
 * this package are its schema.
 */
package io.lunette.core.catalog.jdbc;
