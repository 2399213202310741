/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The arrays that the node which makes a transaction has registered. A name is used once in a
 * catalog. Stateless, so thread-safe.
 */
final class ArrayLedger {

  List<StorageArray> all(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM storage_array WHERE node = ? ORDER BY name",
        ArrayLedger::array,
        transaction.node().value());
  }

  Optional<StorageArray> find(Transaction transaction, ArrayName name) throws DomainException {
    return transaction.first(
        "SELECT * FROM storage_array WHERE node = ? AND name = ?",
        ArrayLedger::array,
        transaction.node().value(),
        name.value());
  }

  StorageArray get(Transaction transaction, ArrayName name) throws DomainException {
    return find(transaction, name)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND,
                    "no array '" + name + "'; 'lunette array list' shows those there are"));
  }

  /**
   * @throws DomainException CONFLICT if another node has an array of that name
   */
  void insert(Transaction transaction, StorageArray array) throws DomainException {
    Optional<String> owner =
        transaction.first(
            "SELECT node FROM storage_array WHERE name = ?",
            row -> row.text("node"),
            array.name().value());
    if (owner.isPresent()) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "array '" + array.name() + "' is one of node '" + owner.get() + "'; use another name");
    }
    transaction.update(
        "INSERT INTO storage_array (node, name, url, user_name, password_file, trust_kind, trust,"
            + " system_name, pool_name, listen, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        transaction.node().value(),
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
    transaction.update(
        "DELETE FROM storage_array WHERE node = ? AND name = ?",
        transaction.node().value(),
        name.value());
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
