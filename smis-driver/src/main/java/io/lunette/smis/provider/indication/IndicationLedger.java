/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.cim.xml.CimXmlWriter;
import io.lunette.smis.cim.xml.RequestException;
import io.lunette.smis.cim.xml.RequestReader;
import io.lunette.smis.cim.xml.XmlLimits;
import io.lunette.smis.provider.model.CimErrors;
import io.lunette.smis.provider.model.Namespaces;
import java.util.List;

/** The node's filters, destinations and subscriptions in the catalog, as CIM-XML. Thread-safe. */
final class IndicationLedger {

  private static final int MAX = 500;

  private final Catalog catalog;
  private final Schema schema;
  private final CatalogAuditTrail audit;
  private final RequestReader reader = new RequestReader(XmlLimits.DEFAULT);

  IndicationLedger(Catalog catalog, Schema schema) {
    this.catalog = catalog;
    this.schema = schema;
    this.audit = new CatalogAuditTrail(catalog);
  }

  /** All of a class. */
  List<CimInstance> all(String className) {
    List<String> documents =
        CimErrors.translating(
            () ->
                catalog.read(
                    transaction ->
                        transaction.query(
                            "SELECT document FROM smis_indication WHERE node = ? AND class = ?"
                                + " ORDER BY created, path",
                            row -> row.text("document"),
                            transaction.node().value(),
                            className)));
    return documents.stream().map(this::instance).toList();
  }

  private CimInstance instance(String document) {
    try {
      return reader.readInstance(document).typed(schema, Namespaces.INTEROP);
    } catch (RequestException e) {
      throw new IllegalStateException("the catalog holds a broken subscription", e);
    }
  }

  /**
   * Adds one.
   *
   * @throws CimException ALREADY_EXISTS, SERVER_LIMITS_EXCEEDED
   */
  ObjectPath add(Actor actor, CimInstance instance) {
    ObjectPath path = schema.pathOf(instance);
    String document = CimXmlWriter.embedded(schema, instance);
    CimErrors.translating(
        () ->
            catalog.change(
                transaction -> {
                  int count =
                      transaction
                          .first(
                              "SELECT COUNT(*) AS n FROM smis_indication WHERE node = ?",
                              row -> row.integer("n"),
                              transaction.node().value())
                          .orElse(0);
                  if (count >= MAX) {
                    throw new CimException(
                        CimStatus.SERVER_LIMITS_EXCEEDED,
                        "there are " + MAX + " filters, destinations and subscriptions already");
                  }
                  if (transaction
                      .first(
                          "SELECT path FROM smis_indication WHERE node = ? AND path = ?",
                          row -> row.text("path"),
                          transaction.node().value(),
                          path.toString())
                      .isPresent()) {
                    throw new CimException(CimStatus.ALREADY_EXISTS, "there is a " + path);
                  }
                  transaction.update(
                      "INSERT INTO smis_indication (node, path, class, document, created)"
                          + " VALUES (?, ?, ?, ?, ?)",
                      transaction.node().value(),
                      path.toString(),
                      instance.className(),
                      document,
                      transaction.now());
                  audit.record(
                      transaction, actor, "smis.subscribe", instance.className(), path.toString());
                  return null;
                }));
    return path;
  }

  /** Removes one. */
  void remove(Actor actor, ObjectPath path) {
    CimErrors.translating(
        () ->
            catalog.change(
                transaction -> {
                  transaction.update(
                      "DELETE FROM smis_indication WHERE node = ? AND path = ?",
                      transaction.node().value(),
                      path.toString());
                  audit.record(
                      transaction, actor, "smis.unsubscribe", path.className(), path.toString());
                  return null;
                }));
  }
}
