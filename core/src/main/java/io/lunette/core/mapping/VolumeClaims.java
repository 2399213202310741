/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.mapping;

import io.lunette.core.DomainException;
import io.lunette.core.volume.VolumeName;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names of volumes that somebody makes or fills at the moment. Drivers give who asks for a
 * volume that is there already that very volume: so nobody else may make one of such a name, nor
 * have it shown. Thread-safe.
 */
public final class VolumeClaims {

  private final Set<VolumeName> claimed = ConcurrentHashMap.newKeySet();

  /** Keeps a name from others until it is closed, which may be done more than once. */
  public interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @throws DomainException BUSY
   */
  public Claim take(VolumeName name) throws DomainException {
    return tryTake(name).orElseThrow(() -> busy(name));
  }

  /** {@link #take}, if nobody has it. */
  public Optional<Claim> tryTake(VolumeName name) {
    return claimed.add(name) ? Optional.of(() -> claimed.remove(name)) : Optional.empty();
  }

  /**
   * To be asked of a volume that is there: its name was claimed before it was.
   *
   * @throws DomainException BUSY
   */
  public void requireFree(VolumeName name) throws DomainException {
    if (claimed.contains(name)) {
      throw busy(name);
    }
  }

  /**
   * Takes a name for a volume that is made of another, which nobody may be filling.
   *
   * @throws DomainException BUSY
   */
  public Claim takeFrom(VolumeName source, VolumeName made) throws DomainException {
    requireFree(source);
    return take(made);
  }

  private static DomainException busy(VolumeName name) {
    return new DomainException(
        DomainException.Kind.BUSY,
        "volume '" + name + "' is being made or filled: wait for the end of that");
  }
}
