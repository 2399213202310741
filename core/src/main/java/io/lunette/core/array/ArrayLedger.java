/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The registered arrays in a transaction under way. Stateless, so thread-safe. */
final class ArrayLedger {

  List<StorageArray> all(Transaction transaction) throws DomainException {
    return transaction.query("SELECT * FROM storage_array ORDER BY name", ArrayLedger::array);
  }

  Optional<StorageArray> find(Transaction transaction, ArrayName name) throws DomainException {
    return transaction.first(
        "SELECT * FROM storage_array WHERE name = ?", ArrayLedger::array, name.value());
  }

  StorageArray get(Transaction transaction, ArrayName name) throws DomainException {
    return find(transaction, name)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND,
                    "no array '" + name + "'; 'lunette array list' shows those there are"));
  }

  void insert(Transaction transaction, StorageArray array) throws DomainException {
    transaction.update(
        "INSERT INTO storage_array (name, url, user_name, password_file, trust_kind, trust,"
            + " system_name, pool_name, listen, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        array.name().value(),
        array.url().toString(),
        array.user(),
        array.passwordFile().toString(),
        array.trust().kind(),
        array.trust().value(),
        array.system(),
        array.pool(),
        array.listen(),
        array.created());
  }

  void delete(Transaction transaction, ArrayName name) throws DomainException {
    transaction.update("DELETE FROM storage_array WHERE name = ?", name.value());
  }

  private static StorageArray array(Row row) throws DomainException {
    return new StorageArray(
        new ArrayName(row.text("name")),
        URI.create(row.text("url")),
        row.text("user_name"),
        Path.of(row.text("password_file")),
        new ArrayTrust(row.constant("trust_kind", ArrayTrust.Kind.class), row.text("trust")),
        row.optionalText("system_name"),
        row.optionalText("pool_name"),
        row.optionalText("listen"),
        row.instant("created"));
  }
}
