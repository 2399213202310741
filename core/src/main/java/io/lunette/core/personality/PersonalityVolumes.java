/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageId;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The config volumes of allocations. One is made for an allocation and deleted with it: it may hold
 * secrets, so it is never used again, and what a delete leaves is erased by the driver. Thread-safe
 * but for two calls that mean one allocation.
 */
public final class PersonalityVolumes {

  private static final String LABEL = "cidata";
  private static final int BLOCK = 4096;

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final PersonalityLedger ledger;

  PersonalityVolumes(Catalog catalog, VolumeDriver driver, PersonalityLedger ledger) {
    this.catalog = catalog;
    this.driver = driver;
    this.ledger = ledger;
  }

  /**
   * Whether an allocation of this image gets a config volume.
   *
   * @throws DomainException INVALID if its templates cannot be filled for it
   */
  public boolean isWanted(Transaction transaction, ImageId series, PersonalityFacts facts)
      throws DomainException {
    Optional<PersonalityTemplate> template = ledger.template(transaction, series);
    if (template.isPresent()) {
      ByteBuffer unused = content(transaction, template.get(), facts);
    }
    return template.isPresent();
  }

  private ByteBuffer content(
      Transaction transaction, PersonalityTemplate template, PersonalityFacts facts)
      throws DomainException {
    try {
      return FatVolume.of(
          LABEL,
          (int) facts.instance().getLeastSignificantBits(),
          NoCloudFiles.of(template, facts, ledger.meta(transaction, facts.server())));
    } catch (IllegalArgumentException e) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "the personality of image '" + facts.image() + "': " + e.getMessage(),
          e);
    }
  }

  /**
   * Makes the volume of an allocation if it is not there, sealed. What a crash left unfinished is
   * made anew.
   *
   * @throws DomainException INVALID if the templates went or do not fit any more; NO_SPACE; IO
   */
  public void ensure(PersonalityFacts facts) throws DomainException {
    VolumeName name = facts.volume();
    try {
      if (driver.find(name).map(VolumeInfo::state).equals(Optional.of(VolumeState.SEALED))) {
        return;
      }
      ByteBuffer content = catalog.read(transaction -> current(transaction, facts));
      driver.delete(name);
      driver.create(name, FatVolume.VOLUME_BYTES);
      try (BlockDevice device = driver.open(name, AccessMode.READ_WRITE)) {
        write(device, content);
      }
      driver.seal(name);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    } catch (BlockException e) {
      throw DomainException.of("config volume " + name, e);
    }
  }

  private ByteBuffer current(Transaction transaction, PersonalityFacts facts)
      throws DomainException {
    PersonalityTemplate template =
        ledger
            .templateOf(transaction, facts.instance())
            .orElseThrow(
                () ->
                    new DomainException(
                        DomainException.Kind.CONFLICT,
                        "image '"
                            + facts.image()
                            + "' has no personality any more; release server '"
                            + facts.server()
                            + "' and allocate again"));
    return content(transaction, template, facts);
  }

  /** Writes the blocks that hold something. */
  private static void write(BlockDevice device, ByteBuffer content) throws BlockException {
    ByteBuffer direct =
        ByteBuffer.allocateDirect(content.limit() + BLOCK).alignedSlice(BLOCK).put(content);
    for (int at = 0; at < FatVolume.VOLUME_BYTES; at += BLOCK) {
      ByteBuffer block = direct.slice(at, BLOCK);
      if (block.mismatch(ByteBuffer.allocate(BLOCK)) >= 0) {
        BlockingIo.write(device, at, block, Durability.VISIBLE);
      }
    }
    BlockingIo.flush(device);
  }

  /** Deletes the volume of an allocation, which nobody sees any more. */
  public void remove(VolumeName volume) throws VolumeException {
    driver.delete(volume);
  }
}
