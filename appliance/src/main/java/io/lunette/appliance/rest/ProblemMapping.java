/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;

/** Which error is which status: the only place that knows. Stateless. */
final class ProblemMapping {

  private ProblemMapping() {}

  /** The problem for what an endpoint threw. */
  static Problem of(Throwable failure) {
    if (failure instanceof DomainException e) {
      return ofDomain(e);
    }
    if (failure instanceof VolumeException e) {
      return ofVolume(e);
    }
    if (failure instanceof BlockException e) {
      return ofBlock(e);
    }
    if (failure instanceof BadRequestException || failure instanceof IllegalArgumentException) {
      return Problem.of(400, "invalid", failure.getMessage());
    }
    if (failure instanceof IOException) {
      return Problem.of(500, "io", "a file could not be read or written: " + failure.getMessage());
    }
    return Problem.of(500, "internal", "a defect in Lunette; the log of the appliance says more");
  }

  /** Whether the log should have the stack trace: a defect, or a medium that failed. */
  static boolean isWorthLogging(Problem problem) {
    return problem.status() == 500;
  }

  private static Problem ofDomain(DomainException e) {
    return switch (e.kind()) {
      case NOT_FOUND -> Problem.of(404, "not-found", e.getMessage());
      case CONFLICT -> Problem.of(409, "conflict", e.getMessage());
      case BUSY -> Problem.of(409, "busy", e.getMessage());
      case INVALID -> Problem.of(400, "invalid", e.getMessage());
      case NO_SPACE -> Problem.of(507, "out-of-space", e.getMessage());
      case FENCED -> Problem.of(503, "fenced", e.getMessage());
      case IO -> Problem.of(500, "io", e.getMessage());
    };
  }

  private static Problem ofVolume(VolumeException e) {
    return switch (e.kind()) {
      case NOT_FOUND -> Problem.of(404, "not-found", e.getMessage());
      case CONFLICT -> Problem.of(409, "conflict", e.getMessage());
      case BUSY -> Problem.of(409, "busy", e.getMessage());
      case INVALID -> Problem.of(400, "invalid", e.getMessage());
      case OUT_OF_SPACE -> Problem.of(507, "out-of-space", e.getMessage());
      case UNSUPPORTED -> Problem.of(501, "unsupported", e.getMessage());
      case IO -> Problem.of(500, "io", e.getMessage());
    };
  }

  private static Problem ofBlock(BlockException e) {
    return switch (e.kind()) {
      case OUT_OF_RANGE -> Problem.of(400, "invalid", e.getMessage());
      case OUT_OF_SPACE -> Problem.of(507, "out-of-space", e.getMessage());
      case READ_ONLY -> Problem.of(409, "read-only", e.getMessage());
      case GONE -> Problem.of(404, "not-found", e.getMessage());
      case UNSUPPORTED -> Problem.of(501, "unsupported", e.getMessage());
      case MEDIUM_READ, MEDIUM_WRITE -> Problem.of(500, "io", e.getMessage());
      case INTERNAL -> Problem.of(500, "internal", e.getMessage());
    };
  }
}
