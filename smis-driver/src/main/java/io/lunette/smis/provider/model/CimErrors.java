/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.core.DomainException;
import io.lunette.core.volume.VolumeException;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;

/** Which error is which CIM status: the only place that knows. Stateless. */
public final class CimErrors {

  private CimErrors() {}

  public static CimException of(DomainException e) {
    CimStatus status =
        switch (e.kind()) {
          case NOT_FOUND -> CimStatus.NOT_FOUND;
          case CONFLICT -> CimStatus.ALREADY_EXISTS;
          case INVALID -> CimStatus.INVALID_PARAMETER;
          case BUSY, NO_SPACE, FENCED, IO -> CimStatus.FAILED;
        };
    return new CimException(status, e.getMessage(), e);
  }

  public static CimException of(VolumeException e) {
    CimStatus status =
        switch (e.kind()) {
          case NOT_FOUND -> CimStatus.NOT_FOUND;
          case CONFLICT -> CimStatus.ALREADY_EXISTS;
          case INVALID -> CimStatus.INVALID_PARAMETER;
          case UNSUPPORTED -> CimStatus.NOT_SUPPORTED;
          case BUSY, OUT_OF_SPACE, IO -> CimStatus.FAILED;
        };
    return new CimException(status, e.getMessage(), e);
  }

  /** A call that may fail in the words of the domain. */
  @FunctionalInterface
  public interface Call<T> {
    T run() throws DomainException, VolumeException;
  }

  /** Makes a call, and of its failure a CIM status. */
  public static <T> T translating(Call<T> call) {
    try {
      return call.run();
    } catch (DomainException e) {
      throw of(e);
    } catch (VolumeException e) {
      throw of(e);
    }
  }
}
