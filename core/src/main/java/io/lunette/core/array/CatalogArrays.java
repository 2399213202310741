/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The arrays in the catalog, and the drivers of those that are connected. Thread-safe. */
public final class CatalogArrays implements Arrays {

  private final Catalog catalog;
  private final ConnectedArrays connected;
  private final VolumeDriver local;
  private final CatalogAuditTrail audit;
  private final ArrayLedger ledger = new ArrayLedger();
  private final ArrayVolumeLedger volumes = new ArrayVolumeLedger();
  private final ArrayPlacement placement = new ArrayPlacement();

  /**
   * Wires the service.
   *
   * @param local keeps the volumes that are on no array
   */
  public CatalogArrays(
      Catalog catalog, ConnectedArrays connected, VolumeDriver local, CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.connected = connected;
    this.local = local;
    this.audit = audit;
  }

  @Override
  public StorageArray add(Actor actor, StorageArray array) throws DomainException {
    Optional<StorageArray> there = catalog.read(t -> ledger.find(t, array.name()));
    if (there.isPresent()) {
      return requireSame(there.get(), array);
    }
    ArrayDriver driver = null;
    try {
      driver = connected.connector().connect(array);
      StorageArray added = catalog.change(transaction -> insert(transaction, actor, array));
      connected.adopt(array.name(), driver);
      driver = null;
      return added;
    } catch (VolumeException e) {
      throw DomainException.of(e);
    } finally {
      closeQuietly(driver);
    }
  }

  private StorageArray insert(Transaction transaction, Actor actor, StorageArray array)
      throws DomainException {
    ledger.insert(transaction, array);
    audit.record(
        transaction,
        actor,
        "array.add",
        array.name().value(),
        array.url() + " as " + array.user() + ", trusted by " + array.trust().kind());
    return ledger.get(transaction, array.name());
  }

  private static StorageArray requireSame(StorageArray there, StorageArray array)
      throws DomainException {
    boolean same =
        there.url().equals(array.url())
            && there.user().equals(array.user())
            && there.passwordFile().equals(array.passwordFile())
            && there.trust().equals(array.trust())
            && there.system().equals(array.system())
            && there.pool().equals(array.pool())
            && there.listen().equals(array.listen());
    if (!same) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "array '" + there.name() + "' is registered otherwise; remove it first");
    }
    return there;
  }

  private static void closeQuietly(ArrayDriver driver) throws DomainException {
    if (driver != null) {
      try {
        driver.close();
      } catch (VolumeException e) {
        throw DomainException.of(e);
      }
    }
  }

  @Override
  public void remove(Actor actor, ArrayName name) throws DomainException {
    catalog.change(
        transaction -> {
          ledger.get(transaction, name);
          List<ArrayVolume> held = volumes.all(transaction, name);
          if (!held.isEmpty()) {
            throw new DomainException(
                DomainException.Kind.BUSY,
                "array '"
                    + name
                    + "' holds "
                    + held.size()
                    + " volumes of Lunette's, for instance '"
                    + held.get(0).called()
                    + "'; delete them first");
          }
          ledger.delete(transaction, name);
          audit.record(transaction, actor, "array.remove", name.value(), "");
          return null;
        });
    connected.drop(name);
  }

  @Override
  public List<ArrayStatus> list() throws DomainException {
    List<ArrayStatus> all = new ArrayList<>();
    for (StorageArray array : catalog.read(ledger::all)) {
      all.add(status(array));
    }
    return all;
  }

  @Override
  public ArrayStatus get(ArrayName name) throws DomainException {
    return status(catalog.read(transaction -> ledger.get(transaction, name)));
  }

  @Override
  public void require(ArrayName name) throws DomainException {
    StorageArray unused = catalog.read(transaction -> ledger.get(transaction, name));
  }

  private ArrayStatus status(StorageArray array) throws DomainException {
    int held =
        (int)
            catalog.read(transaction -> volumes.all(transaction, array.name())).stream()
                .filter(volume -> volume.name().isPresent())
                .count();
    try {
      ArrayDescription description = connected.ask(array.name(), ArrayDriver::describe);
      return new ArrayStatus(array, held, Optional.of(description), Optional.empty());
    } catch (VolumeException e) {
      return new ArrayStatus(array, held, Optional.empty(), Optional.of(e.getMessage()));
    }
  }

  @Override
  public void place(VolumeName volume, ArrayName array) throws DomainException {
    try {
      if (local.find(volume).isPresent()) {
        throw ArrayPlacement.elsewhere(volume);
      }
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
    catalog.change(
        transaction -> {
          placement.place(transaction, volume, array);
          return null;
        });
  }
}
