/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.compose;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.CatalogImages;
import io.lunette.core.image.ComposedImage;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layers in the catalog and their volumes in the driver. The catalog names a layer before its
 * volume is made, so what a crash leaves is known and deleted at the next start. Those that were
 * not used for longest go when there are many; images made of them keep their content. Thread-safe.
 */
public final class CatalogCompositions implements Compositions {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogCompositions.class);
  private static final int LAYERS_KEPT = 64;

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final CatalogImages images;
  private final LayerLedger ledger = new LayerLedger();

  public CatalogCompositions(Catalog catalog, VolumeDriver driver, CatalogImages images) {
    this.catalog = catalog;
    this.driver = driver;
    this.images = images;
  }

  /** Deletes what a crash left half made; to be called before anything is composed. */
  public void start() throws DomainException {
    for (LayerKey key : catalog.read(ledger::begun)) {
      forget(key);
    }
  }

  @Override
  public Optional<VolumeName> find(LayerKey key) throws DomainException {
    boolean whole =
        catalog.change(
            transaction -> {
              ledger.use(transaction, key);
              return ledger.isWhole(transaction, key).orElse(false);
            });
    try {
      if (whole && driver.find(key.volume()).isEmpty()) {
        forget(key);
        return Optional.empty();
      }
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
    return whole ? Optional.of(key.volume()) : Optional.empty();
  }

  @Override
  public VolumeName make(LayerKey key, VolumeName below, LayerWriter writer)
      throws DomainException {
    catalog.change(
        transaction -> {
          if (ledger.isWhole(transaction, key).isPresent()) {
            throw new DomainException(
                DomainException.Kind.BUSY, "the same step is under way already; repeat the call");
          }
          ledger.begin(transaction, key);
          return null;
        });
    boolean made = false;
    try {
      write(key.volume(), below, writer);
      catalog.change(
          transaction -> {
            ledger.end(transaction, key);
            return null;
          });
      made = true;
    } finally {
      if (!made) {
        forget(key);
      }
    }
    trim();
    return key.volume();
  }

  private void write(VolumeName volume, VolumeName below, LayerWriter writer)
      throws DomainException {
    try {
      driver.clone(below, List.of(volume));
      try (BlockDevice device = driver.open(volume, AccessMode.READ_WRITE)) {
        writer.write(device);
        BlockingIo.flush(device);
      }
      driver.seal(volume);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    } catch (BlockException e) {
      throw DomainException.of("layer " + volume, e);
    }
  }

  private void trim() throws DomainException {
    List<LayerKey> whole = catalog.read(ledger::whole);
    for (LayerKey key : whole.subList(Math.min(LAYERS_KEPT, whole.size()), whole.size())) {
      forget(key);
    }
  }

  /** The volume goes first: what stays in the catalog is tried again. */
  private void forget(LayerKey key) throws DomainException {
    try {
      driver.delete(key.volume());
    } catch (VolumeException e) {
      LOG.warn("layer '{}' is deleted later: {}", key.volume(), e.getMessage());
      return;
    }
    catalog.change(
        transaction -> {
          ledger.remove(transaction, key);
          return null;
        });
  }

  @Override
  public ImportedImage publish(Actor actor, ComposedImage image) throws DomainException {
    return images.compose(actor, image);
  }
}
