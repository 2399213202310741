/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.compose;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import java.util.List;
import java.util.Optional;

/** The layers in a transaction under way. Stateless, so thread-safe. */
public final class LayerLedger {

  /** What the names of layers' volumes begin with. */
  public static final String VOLUME_PREFIX = "layer-";

  /** Whether a layer is whole; empty if there is none. */
  Optional<Boolean> isWhole(Transaction transaction, LayerKey key) throws DomainException {
    return transaction.first(
        "SELECT whole FROM image_layer WHERE layer_key = ?", row -> row.flag("whole"), key.value());
  }

  void begin(Transaction transaction, LayerKey key) throws DomainException {
    transaction.update(
        "INSERT INTO image_layer (layer_key, whole, used) VALUES (?, 0, ?)",
        key.value(),
        transaction.now());
  }

  void end(Transaction transaction, LayerKey key) throws DomainException {
    transaction.update("UPDATE image_layer SET whole = 1 WHERE layer_key = ?", key.value());
  }

  void use(Transaction transaction, LayerKey key) throws DomainException {
    transaction.update(
        "UPDATE image_layer SET used = ? WHERE layer_key = ?", transaction.now(), key.value());
  }

  void remove(Transaction transaction, LayerKey key) throws DomainException {
    transaction.update("DELETE FROM image_layer WHERE layer_key = ?", key.value());
  }

  /** Whole layers, those that were used last before the others. */
  List<LayerKey> whole(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT layer_key FROM image_layer WHERE whole = 1 ORDER BY used DESC, layer_key",
        row -> new LayerKey(row.text("layer_key")));
  }

  /** Layers that were begun. */
  List<LayerKey> begun(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT layer_key FROM image_layer WHERE whole = 0",
        row -> new LayerKey(row.text("layer_key")));
  }
}
