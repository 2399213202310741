/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageDependents;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.VolumeDriver;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Templates and facts of servers in the catalog; they go with the image and the server. */
public final class CatalogPersonalities
    implements Personalities, ImageDependents, ServerDependents {

  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{1,63}");
  private static final int KEYS_MAX = 64;
  private static final int VALUE_MAX = 8192;

  private final Catalog catalog;
  private final ImageLedger images;
  private final CatalogAuditTrail audit;
  private final PersonalityLedger ledger = new PersonalityLedger();

  public CatalogPersonalities(Catalog catalog, ImageLedger images, CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.images = images;
    this.audit = audit;
  }

  /** The volumes that are made of these templates. */
  public PersonalityVolumes volumes(VolumeDriver driver) {
    return new PersonalityVolumes(catalog, driver, ledger);
  }

  @Override
  public void set(Actor actor, ImageName name, PersonalityTemplate template)
      throws DomainException {
    catalog.change(
        transaction -> {
          Image image = images.get(transaction, ImageRef.current(name));
          ledger.save(transaction, image.series(), template);
          audit.record(transaction, actor, "image.personality", name.value(), "set");
          return null;
        });
  }

  @Override
  public void remove(Actor actor, ImageName name) throws DomainException {
    catalog.change(
        transaction -> {
          Image image = images.get(transaction, ImageRef.current(name));
          ledger.remove(transaction, image.series());
          audit.record(transaction, actor, "image.personality", name.value(), "removed");
          return null;
        });
  }

  @Override
  public Optional<PersonalityTemplate> template(ImageName name) throws DomainException {
    return catalog.read(
        transaction ->
            ledger.template(transaction, images.get(transaction, ImageRef.current(name)).series()));
  }

  @Override
  public Map<String, String> describe(Actor actor, ServerName server, Map<String, String> meta)
      throws DomainException {
    for (Map.Entry<String, String> each : meta.entrySet()) {
      check(each.getKey(), each.getValue());
    }
    return catalog.change(
        transaction -> {
          requireServer(transaction, server);
          Map<String, String> all = new TreeMap<>(ledger.meta(transaction, server));
          all.putAll(meta);
          all.values().removeIf(String::isEmpty);
          if (all.size() > KEYS_MAX) {
            throw new DomainException(
                DomainException.Kind.INVALID,
                "server '" + server + "' would have more than " + KEYS_MAX + " facts");
          }
          ledger.saveMeta(transaction, server, all);
          audit.record(
              transaction,
              actor,
              "server.meta",
              server.value(),
              String.join(", ", new TreeMap<>(meta).keySet()));
          return all;
        });
  }

  private static void check(String key, String value) throws DomainException {
    if (!KEY.matcher(key).matches()) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "'" + key + "' is not the key of a fact: use 1 to 63 letters, digits, '_', '-'");
    }
    if (value.length() > VALUE_MAX || value.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "the value of '" + key + "' is too long or has control characters");
    }
  }

  @Override
  public Map<String, String> meta(ServerName server) throws DomainException {
    return catalog.read(
        transaction -> {
          requireServer(transaction, server);
          return ledger.meta(transaction, server);
        });
  }

  private static void requireServer(Transaction transaction, ServerName server)
      throws DomainException {
    if (transaction
        .first("SELECT name FROM server WHERE name = ?", row -> row.text("name"), server.value())
        .isEmpty()) {
      throw new DomainException(
          DomainException.Kind.NOT_FOUND,
          "there is no server '" + server + "'; 'server add' registers one");
    }
  }

  /** Templates belong to the name: they stay as long as one version does. */
  @Override
  public void letGo(Transaction transaction, Actor actor, Image image) throws DomainException {
    if (images.versions(transaction, image.name()).size() == 1) {
      ledger.remove(transaction, image.series());
    }
  }

  @Override
  public void requireNone(Transaction transaction, ServerName server) {}

  @Override
  public void forget(Transaction transaction, ServerName server) throws DomainException {
    ledger.removeMeta(transaction, server);
  }
}
