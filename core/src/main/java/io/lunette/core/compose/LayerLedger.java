/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.compose;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import java.util.List;
import java.util.Optional;

/** A node's layers in a transaction under way. Stateless, so thread-safe. */
public final class LayerLedger {

  /** What the names of layers' volumes begin with. */
  public static final String VOLUME_PREFIX = "layer-";

  /** Whether a layer is whole; empty if there is none. */
  Optional<Boolean> isWhole(Transaction transaction, LayerKey key) throws DomainException {
    return transaction.first(
        "SELECT whole FROM image_layer WHERE node = ? AND layer_key = ?",
        row -> row.flag("whole"),
        transaction.node().value(),
        key.value());
  }

  void begin(Transaction transaction, LayerKey key) throws DomainException {
    transaction.update(
        "INSERT INTO image_layer (node, layer_key, whole, used) VALUES (?, ?, 0, ?)",
        transaction.node().value(),
        key.value(),
        transaction.now());
  }

  void end(Transaction transaction, LayerKey key) throws DomainException {
    transaction.update(
        "UPDATE image_layer SET whole = 1 WHERE node = ? AND layer_key = ? AND whole = 0",
        transaction.node().value(),
        key.value());
  }

  void use(Transaction transaction, LayerKey key) throws DomainException {
    transaction.update(
        "UPDATE image_layer SET used = ? WHERE node = ? AND layer_key = ?",
        transaction.now(),
        transaction.node().value(),
        key.value());
  }

  void remove(Transaction transaction, LayerKey key) throws DomainException {
    transaction.update(
        "DELETE FROM image_layer WHERE node = ? AND layer_key = ?",
        transaction.node().value(),
        key.value());
  }

  /** Whole layers, those that were used last before the others. */
  List<LayerKey> whole(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT layer_key FROM image_layer WHERE node = ? AND whole = 1"
            + " ORDER BY used DESC, layer_key",
        row -> new LayerKey(row.text("layer_key")),
        transaction.node().value());
  }

  /** Layers that were begun. */
  List<LayerKey> begun(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT layer_key FROM image_layer WHERE node = ? AND whole = 0",
        row -> new LayerKey(row.text("layer_key")),
        transaction.node().value());
  }
}
